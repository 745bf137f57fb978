using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Cli.Image;

/// <summary>What `image inspect` shows.</summary>
internal static class InspectTree
{
    /// <summary>Draws an analysis.</summary>
    public static TextTree Of(ImageFile file, ImageAnalysis image)
    {
        string kind = image.Kind switch
        {
            ImageKind.FullDump => "flash dump",
            ImageKind.DescriptorOnly => "flash descriptor without regions",
            _ => "ME region",
        };
        var tree = new TextTree($"{file.Path}: {kind}, {file.Bytes.Length:N0} bytes");
        tree.Add($"SHA-256 {file.Sha256}");
        if (image.Descriptor is { } descriptor)
            AddDescriptor(tree, descriptor, image);
        if (image.Me is { } me)
            AddMe(tree, me, file.Bytes);
        TextTree findings = tree.Add(image.Findings.IsEmpty ? "findings: none" : "findings");
        foreach (Finding finding in image.Findings)
            findings.Add($"{finding.Severity.ToString().ToLowerInvariant()} at 0x{finding.Offset:X6}: {finding.Text}");
        return tree;
    }

    /// <summary>A range with its length, as every list shows it.</summary>
    public static string Text(FlashRange range) => $"0x{range.Start:X6}-0x{range.End - 1:X6}  {Size(range.Length)}";

    /// <summary>A length in the largest unit that divides it.</summary>
    public static string Size(long bytes) => bytes switch
    {
        > 0 when bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
        > 0 when bytes % (1 << 10) == 0 => $"{bytes >> 10} KiB",
        _ => $"{bytes:N0} bytes",
    };

    private static void AddDescriptor(TextTree tree, FlashDescriptor descriptor, ImageAnalysis image)
    {
        TextTree node = tree.Add($"flash descriptor, version {descriptor.Version}, PCH {descriptor.Pch.Title()}");
        var chips = descriptor.Components.Select(length => length == 0 ? "size not stated" : Size(length));
        node.Add($"chips: {string.Join(" + ", chips)}");
        TextTree regions = node.Add("regions");
        foreach (DescriptorRegion region in descriptor.Regions)
            regions.Add($"{region.Name,-10} {Text(region.Range)}");
        TextTree masters = node.Add("access");
        foreach (MasterAccess master in descriptor.Masters)
        {
            string read = Names(descriptor, master.Read), write = Names(descriptor, master.Write);
            masters.Add($"{master.Name,-5} reads {read}; writes {write}");
        }

        AddDisableBit(node, descriptor, image);
    }

    private static void AddDisableBit(TextTree node, FlashDescriptor descriptor, ImageAnalysis image)
    {
        if (image.DisableBit is { } pinned)
        {
            node.Add($"{Text(pinned)}, 0x{descriptor.Straps[(int)pinned.StrapOffset / 4]:X8} at " +
                $"0x{pinned.DwordOffset:X3}; {Text(pinned.Evidence)}");
            return;
        }

        TextTree none = node.Add(image.DisableCandidates.IsEmpty
            ? "disable bit: not pinned, and no known platform fits"
            : "disable bit: not pinned; platforms that fit, for --platform");
        foreach (DisableCandidate candidate in image.DisableCandidates)
        {
            DisablePlatform platform = candidate.Platform;
            none.Add($"{platform.Name,-10} {platform.Title}: " + (candidate.Bit is { } bit
                ? $"{Text(bit)}; {Text(bit.Evidence)}"
                : $"never set, {platform.Refusal}"));
        }
    }

    private static string Text(DisableBit bit) =>
        $"{bit.Name} {(bit.IsSet ? "SET" : "clear")}: strap +0x{bit.StrapOffset:X2} bit {bit.Bit}";

    private static string Text(StrapEvidence evidence) => evidence switch
    {
        StrapEvidence.Shipped => "seen in shipped descriptors",
        StrapEvidence.SeveralSources => "named by several sources",
        _ => "named by one source only",
    };

    private static string Names(FlashDescriptor descriptor, uint mask)
    {
        string[] names = [.. descriptor.Regions.Where(r => (mask >> r.Number & 1) != 0).Select(r => r.Name)];
        return names.Length == 0 ? "nothing" : string.Join(" ", names);
    }

    private static void AddMe(TextTree tree, MeFirmware me, byte[] image)
    {
        TextTree node = tree.Add($"{me.Title}, generation {(int)me.Generation}, {Text(me.Region)}");
        node.Add($"edition: {me.Sku.Text}");
        node.Add($"neutralized: {(me.AlreadyNeutralized ? "yes, only what must stay is there" : "no")}");
        Manifest manifest = me.Code.Manifest;
        node.Add($"manifest {manifest.Tag} of {manifest.Date}: {Signature(manifest)} ({Text(manifest.Scheme)})");
        if (me.HashesDescriptor)
            node.Add("holds a hash of the flash descriptor: it notices a changed strap");
        if (me.Ifwi is { } ifwi)
            AddLayout(node, ifwi);
        TextTree partitions = node.Add($"partitions ({me.Table.Partitions.Length})");
        foreach (Partition partition in me.Table.Partitions)
            partitions.Add($"{partition.Name,-5} {(partition.Range is { } range ? Text(range) : "no data")}");

        var present = me.PresentModules(image);
        TextTree modules = node.Add(
            $"modules of {me.Code.Name} ({present.Length} of {me.Code.Modules.Length} present)");
        foreach (CodeModule module in me.Code.Modules)
        {
            string state = present.Contains(module) ? module.IsKept ? "must stay" : "removable" : "removed";
            modules.Add($"{module.Name,-12} {module.Compression,-8} {module.StoredLength,9:N0} bytes  {state}");
        }
    }

    private static void AddLayout(TextTree tree, IfwiLayout ifwi)
    {
        string copies = ifwi.IsRedundant ? ", with a second boot partition as backup" : "";
        TextTree layout = tree.Add($"IFWI {ifwi.Version} layout{copies}; checksum {Text(ifwi.ChecksumValid)}");
        foreach (IfwiArea area in ifwi.Areas)
        {
            TextTree node = layout.Add($"{area.Name,-15} {Text(area.Range)}");
            foreach (BootTable table in ifwi.Tables.Where(t => area.IsBoot && area.Range.Contains(t.Range)))
            {
                string kind = $"{(table.IsSecondary ? "secondary " : "")}{(table.IsRecovery ? "recovery " : "")}table";
                TextTree boot = node.Add($"{kind}, version {table.Version}; checksum {Text(table.ChecksumValid)}");
                foreach (BootPartition partition in table.Partitions)
                    boot.Add($"{partition.Name,-7} {Text(partition.Range)}");
            }
        }
    }

    private static string Text(bool? isRight) => isRight switch
    {
        true => "right",
        false => "WRONG",
        null => "not checked",
    };

    private static string Text(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.Pkcs1Sha1 => "RSA-2048 PKCS#1 v1.5, SHA-1",
        SignatureScheme.Pkcs1Sha256 => "RSA-2048 PKCS#1 v1.5, SHA-256",
        SignatureScheme.PssSha384 => "RSA-3072 PSS, SHA-384",
        _ => "unknown scheme",
    };

    private static string Signature(Manifest manifest) => manifest.Signature switch
    {
        SignatureStatus.Valid => $"signature valid, key {manifest.Key!.Name}",
        SignatureStatus.UnknownKey => $"signature valid, but by an UNKNOWN KEY {manifest.KeyFingerprint}",
        SignatureStatus.Invalid => "signature WRONG",
        _ => "signature not checked",
    };
}
