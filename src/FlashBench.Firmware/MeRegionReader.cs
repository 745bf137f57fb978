using System.Collections.Immutable;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware;

/// <summary>Reads an ME region: table, code partition, manifest, modules.</summary>
/// <param name="image">The whole image.</param>
/// <param name="region">The region in the image, as far as the file reaches.</param>
/// <param name="keys">Signing keys to trust.</param>
/// <param name="findings">Receives what is not sound but can be read past.</param>
internal sealed class MeRegionReader(
    ReadOnlyMemory<byte> image, FlashRange region, KeyRing keys, List<Finding> findings)
{
    private const int VectorLength = 0x10; // instructions of the boot ROM's bypass, before everything else

    private static readonly string[] CodeNames = ["FTPR", "CODE"]; // generation 2 and 3, generation 1

    private ByteReader Reader => new(region.Of(image.Span), region.Start, "the ME region");

    /// <summary>Reads the firmware.</summary>
    /// <exception cref="ImageFormatException">There is no partition table, or no code partition with a manifest.
    /// </exception>
    public MeFirmware Read()
    {
        IfwiLayout? ifwi = null;
        PartitionTable? table = PartitionTable.Find(image.Span, region);
        if (table is null && (ifwi = IfwiLayout.Find(image.Span, region)) is not null)
            table = PartitionTable.Find(image.Span, new FlashRange(ifwi.Data.Start, region.End));
        if (table is null)
            throw new ImageFormatException(region.Start, "the ME region has no partition table ($FPT)");

        CodeEntry entry = FindCode(table, ifwi);
        bool isDirectory = Reader.Has(entry.Range.Start - region.Start, "$CPD"u8);
        CodePartition code = isDirectory ? ReadDirectory(entry) : ReadModules(entry);
        MeGeneration generation = isDirectory ? MeGeneration.Three
            : code.Manifest.Tag == "$MAN" ? MeGeneration.One : MeGeneration.Two;
        var me = new MeFirmware(
            generation, Family(code.Manifest), region, ReadSku(generation, code.Manifest), table, code, false)
        {
            Ifwi = ifwi,
            HashesDescriptor = isDirectory && HashesDescriptor(code, ifwi),
        };

        CheckTable(me);
        if (ifwi is not null)
            IfwiRules.Check(ifwi, region, findings);
        CheckManifest(code.Manifest);
        if (generation != MeGeneration.One)
        {
            ModuleHash.Check(image.Span, region, code, findings);
            KeptModuleRules.Check(image.Span, me, findings);
        }

        return CheckExtent(me);
    }

    // IFWI names the code in its boot tables; older regions, and extracted ones, in the partition table.
    private CodeEntry FindCode(PartitionTable table, IfwiLayout? ifwi)
    {
        var entries = new List<CodeEntry>();
        if (ifwi?.Find(CodeNames[0]) is { } booted)
            entries.Add(new(booted.Name, booted.EntryOffset, booted.Range));
        foreach (Partition partition in table.Partitions)
        {
            if (!CodeNames.Contains(partition.Name))
                continue;
            if (partition.Range is not { } range)
                throw OutsideRegion(partition.EntryOffset);
            entries.Add(new(partition.Name, partition.EntryOffset, range));
        }

        if (entries.Count == 0)
            throw new ImageFormatException(table.Offset, "the partition table has no code partition (FTPR)");
        if (entries.Count > 1)
            Add(FindingSeverity.Error, entries[1].EntryOffset, "the partition table has two code partitions");
        return entries[0].Range.Start < region.End ? entries[0] : throw OutsideRegion(entries[0].EntryOffset);
    }

    private static ImageFormatException OutsideRegion(long entry) =>
        new(entry, "the code partition (FTPR) lies outside the ME region");

    // Any partition's manifest can hold the hash.
    private bool HashesDescriptor(CodePartition code, IfwiLayout? ifwi)
    {
        bool found = Gen3CodePartition.HasDescriptorHash(Reader, code.Manifest);
        foreach (BootTable table in ifwi?.Tables ?? [])
        {
            foreach (BootPartition partition in table.Partitions)
            {
                if (partition.Range != code.Range && region.Contains(partition.Range))
                    Guard(() => found |= Gen3CodePartition.HasDescriptorHash(Reader, partition.Range));
            }
        }

        return found;
    }

    private CodePartition ReadModules(CodeEntry entry)
    {
        FlashRange range = entry.Range;
        var manifest = Manifest.Read(region.Intersect(range).Of(image.Span), range.Start, keys);
        ImmutableArray<CodeModule> modules = [];
        HuffmanChunkMap? chunks = null;
        if (manifest.Tag == "$MN2")
            Guard(() => (modules, chunks) = Gen2CodePartition.Read(Reader, range, manifest));
        else
            modules = ReadGeneration1(range, manifest);

        var parts = ImmutableArray.Create(new KeptPart("manifest and module table", manifest.Range));
        if (chunks is not null)
            parts = parts.Add(new KeptPart("chunk map", chunks.Range));
        return new CodePartition(entry.Name, range, region.Contains(range), manifest, modules, chunks, parts);
    }

    private ImmutableArray<CodeModule> ReadGeneration1(FlashRange range, Manifest manifest)
    {
        ImmutableArray<CodeModule> modules = Gen1CodePartition.Read(Reader, range, manifest);
        foreach (CodeModule module in modules)
        {
            if (module.Hash!.Matches(image.Span))
                continue;
            Add(FindingSeverity.Note, module.Hash.Range.Start, $"module {module.Name} is not where its table puts it");
            return [];
        }

        return modules;
    }

    private CodePartition ReadDirectory(CodeEntry entry)
    {
        FlashRange range = entry.Range;
        ImmutableArray<DirectoryFile> files = Gen3CodePartition.ReadDirectory(Reader, range);
        if (!Gen3CodePartition.IsChecksumValid(Reader, range))
            Add(FindingSeverity.Error, range.Start, "the checksum of the code partition's directory is wrong");
        DirectoryFile head = files.FirstOrDefault(f => f.Name == entry.Name + ".man")
            ?? throw new ImageFormatException(range.Start, $"the code partition has no manifest ({entry.Name}.man)");
        var manifest = Manifest.Read(region.Intersect(head.Range).Of(image.Span), head.Range.Start, keys);
        (ImmutableArray<CodeModule> modules, ImmutableArray<KeptPart> parts) = ([], []);
        Guard(() =>
        {
            (modules, parts) = Gen3CodePartition.Split(Reader, range, files, manifest.Version);
            Gen3CodePartition.CheckMetadata(Reader, manifest, files, findings);
        });
        return new CodePartition(entry.Name, range, region.Contains(range), manifest, modules, null, parts);
    }

    // Version and key are worth showing even when the modules cannot be read.
    private void Guard(Action read)
    {
        try
        {
            read();
        }
        catch (ImageFormatException damage)
        {
            Add(FindingSeverity.Error, damage.Offset, damage.Reason);
        }
    }

    // An unknown key does not tell; only TXE reuses the low version numbers with the newer manifest.
    private static FirmwareFamily Family(Manifest manifest) => manifest.Key?.Family ??
        (manifest.Version.Major >= 6 || manifest.Tag == "$MAN" ? FirmwareFamily.Me : FirmwareFamily.Txe);

    private MeSku ReadSku(MeGeneration generation, Manifest manifest) => generation switch
    {
        MeGeneration.Two => SkuReader.ReadBlock(Reader, manifest),
        MeGeneration.Three => SkuReader.ReadExtension(Reader, manifest),
        _ => MeSku.Unknown,
    };

    private void CheckTable(MeFirmware me)
    {
        if (me.Table.ChecksumValid == false)
        {
            // Extracted ME 12+ images often carry a wrong one, and nothing is planned for those.
            Add(me.Version.Major >= 12 ? FindingSeverity.Warning : FindingSeverity.Error, me.Table.Offset,
                "the checksum of the partition table is wrong");
        }
        else if (me.Table.HeaderVersion == PartitionTable.CrcVersion && me.Version.Major < 12)
        {
            Add(FindingSeverity.Error, me.Table.Offset, "a partition table of this version belongs to ME 12 and later");
        }

        int vector = (int)Math.Min(VectorLength, me.Table.Offset - region.Start);
        if (Reader.Bytes(0, vector).IndexOf("$VER"u8) >= 0)
            Add(FindingSeverity.Error, region.Start, "the boot vector is a ROM bypass: pre-production firmware");
        FlashRange head = me.Ifwi is null ? new FlashRange(region.Start, me.Table.Range.End) : me.Table.Range;
        foreach (Partition partition in me.Table.Partitions.Where(p => p.Range is not null))
            CheckPartition(me, partition, partition.Range!.Value, head);
    }

    private void CheckPartition(MeFirmware me, Partition partition, FlashRange range, FlashRange head)
    {
        if (range.Overlaps(head))
            Add(FindingSeverity.Error, partition.EntryOffset, $"partition {partition.Name} overlaps the table");
        else if (!region.Contains(range) && partition.Name != me.Code.Name)
            Add(FindingSeverity.Warning, partition.EntryOffset, $"partition {partition.Name} ends past the ME region");
        if (partition.Name == "ROMB")
            Add(FindingSeverity.Error, partition.EntryOffset, "a ROM bypass is present: pre-production firmware");
    }

    private void CheckManifest(Manifest manifest)
    {
        if (manifest.DebugSigned)
            Add(FindingSeverity.Error, manifest.Range.Start, "the manifest is debug-signed: pre-production firmware");
        switch (manifest.Signature)
        {
            case SignatureStatus.Invalid:
                Add(FindingSeverity.Error, manifest.SignatureRange.Start,
                    "the signature of the code partition's manifest is wrong");
                break;
            case SignatureStatus.UnknownKey:
                Add(FindingSeverity.Error, manifest.Range.Start,
                    $"the manifest is signed with an unknown key ({manifest.KeyFingerprint![..16]}...)");
                break;
            case SignatureStatus.NotChecked:
                Add(FindingSeverity.Error, manifest.Range.Start,
                    "the manifest's signature is of no scheme that ME firmware uses");
                break;
            default:
                break;
        }
    }

    private void Add(FindingSeverity severity, long offset, string text) => findings.Add(new(offset, severity, text));

    // A neutralized region may be cut behind the last byte that it needs; any other partition must be whole.
    private MeFirmware CheckExtent(MeFirmware me)
    {
        bool sound = findings.All(f => f.Severity != FindingSeverity.Error);
        bool isDone = sound && me.IsRemovable && me.HoldsWhatMustStay &&
            Removal.Of(image.Span, me, NeutralizationPolicy.PurismRemoval(me)).IsDone(image.Span);
        if (!me.Code.IsComplete)
        {
            bool isCut = isDone || (sound && me.IsRemovable && me.HoldsWhatMustStay && me.IsReduced(image.Span));
            Add(isCut ? FindingSeverity.Note : FindingSeverity.Error, me.Code.Range.Start,
                $"the code partition {me.Code.Range} ends past the ME region");
        }

        if (!isDone)
            return me;

        // The table need not name all that is there: a partition can be dropped from it and stay in the flash.
        var fileSystem = me.Table.Partitions.Where(p => p.Name == Removal.FileSystem).Select(p => p.Range)
            .OfType<FlashRange>();
        long rest = RemovalLimit.Count(image.Span, region, fileSystem), most = RemovalLimit.ForUnnamed(me);
        if (rest > most)
        {
            Add(FindingSeverity.Warning, region.Start, "nothing is left to remove by the partition table, but " +
                $"{rest} bytes remain in the region, more than the {most} that can where all is removed");
            return me;
        }

        Add(FindingSeverity.Note, region.Start, "the region is neutralized already");
        return me with { AlreadyNeutralized = true };
    }

    /// <param name="Name">"FTPR", or "CODE" in generation 1.</param>
    /// <param name="EntryOffset">Where the entry that names it stands in the image.</param>
    /// <param name="Range">The partition in the image as stated.</param>
    private readonly record struct CodeEntry(string Name, long EntryOffset, FlashRange Range);
}
