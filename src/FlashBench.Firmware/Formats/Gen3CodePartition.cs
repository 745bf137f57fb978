using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>One file of a `$CPD` directory.</summary>
/// <param name="Name">Name, for example "bup.met".</param>
/// <param name="Offset">Where its entry stands in the region.</param>
/// <param name="Range">From its first byte to the next file, in the image.</param>
/// <param name="Length">Stated length: uncompressed for Huffman modules.</param>
/// <param name="IsHuffman">True when the directory marks it as Huffman coded.</param>
internal sealed record DirectoryFile(string Name, long Offset, FlashRange Range, uint Length, bool IsHuffman);

/// <summary>Reads the directory of ME 11 and later.</summary>
/// <remarks>Source: MEAnalyzer and unME11; checked against ME 11.0 to 11.8.</remarks>
internal static class Gen3CodePartition
{
    private const int EntryLength = 0x18;
    private const int ShortHeader = 0x10, LongHeader = 0x14, CrcField = 0x10; // versions 1 and 2
    private const uint FilesMax = 256; // The largest real directory has fewer than 100 files; more is damage.
    private const int ModuleRecordLength = 0x34;
    private const int ExtensionsMax = 1024; // the longest real list has fewer than 40
    private const uint PartitionInfo = 0x03, DescriptorHash = 0x17;

    private const int OnlyRemovableMajor = 11; // Later versions, TXE 3 and SPS 4 need every module.

    /// <summary>The modules that ME 11 needs to start; it verifies all of them together.</summary>
    internal static readonly string[] KeptModules = ["rbe", "kernel", "syslib", "bup"];

    /// <summary>Reads the directory at the start of <paramref name="partition"/>.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="partition">The partition in the image.</param>
    /// <exception cref="ImageFormatException">The directory is not sound.</exception>
    public static ImmutableArray<DirectoryFile> ReadDirectory(ByteReader region, FlashRange partition)
    {
        long start = partition.Start - region.Origin;
        uint count = region.UInt32(start + 4);
        int headerLength = region.Byte(start + 0xA);
        if (count is 0 or > FilesMax || headerLength is not (ShortHeader or LongHeader))
            throw region.Broken(start + 4, $"a directory of {count} files after 0x{headerLength:X2} bytes is unknown");

        return SpreadFiles(region, partition, start + headerLength, (int)count);
    }

    /// <summary>True when the 8-bit sum over directory header and entries is 0, or the CRC of a version 2 header is
    /// right.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="partition">The partition in the image; its directory must be readable.</param>
    public static bool IsChecksumValid(ByteReader region, FlashRange partition)
    {
        long start = partition.Start - region.Origin;
        int headerLength = region.Byte(start + 0xA);
        long length = headerLength + EntryLength * (long)region.UInt32(start + 4);
        ReadOnlySpan<byte> directory = region.Bytes(start, length);
        return headerLength == LongHeader
            ? region.UInt32(start + CrcField) == Crc32.Of(directory, CrcField)
            : PartitionTable.Sum(directory) == 0;
    }

    // Stored lengths of Huffman files are not known, so each file spans to the next one in the partition.
    private static ImmutableArray<DirectoryFile> SpreadFiles(
        ByteReader region, FlashRange partition, long at, int count)
    {
        var entries = new List<(long Start, long Entry)>(count);
        long firstByte = region.Origin + at + EntryLength * count;
        for (int i = 0; i < count; i++)
        {
            long entry = at + i * EntryLength, start = partition.Start + (region.UInt32(entry + 0xC) & 0x1FFFFFF);
            if (start == partition.Start && region.UInt32(entry + 0x10) == 0)
                continue; // a name without bytes (ME 16: fitc.cfg)
            if (start < firstByte || start >= partition.End)
                throw region.Broken(entry + 0xC, $"file {region.Name(entry, 12)} lies outside its partition");
            entries.Add((start, entry));
        }

        long[] sorted = [.. entries.Select(e => e.Start).Order(), partition.End];
        var files = ImmutableArray.CreateBuilder<DirectoryFile>(entries.Count);
        foreach ((long start, long entry) in entries)
        {
            int place = Array.IndexOf(sorted, start);
            if (sorted[place + 1] == start)
                throw region.Broken(entry + 0xC, $"file {region.Name(entry, 12)} begins where another file begins");
            files.Add(new(region.Name(entry, 12), entry, new FlashRange(start, sorted[place + 1]),
                region.UInt32(entry + 0x10), (region.UInt32(entry + 0xC) >> 25 & 1) != 0));
        }

        return files.MoveToImmutable();
    }

    /// <summary>The modules and the parts around them, out of a directory.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="partition">The partition in the image.</param>
    /// <param name="files">Its directory.</param>
    /// <param name="version">Version of the firmware.</param>
    public static (ImmutableArray<CodeModule> Modules, ImmutableArray<KeptPart> Fixed) Split(
        ByteReader region, FlashRange partition, ImmutableArray<DirectoryFile> files, MeVersion version)
    {
        var modules = ImmutableArray.CreateBuilder<CodeModule>();
        var parts = ImmutableArray.CreateBuilder<KeptPart>();
        parts.Add(new("directory", new FlashRange(partition.Start, files.Min(f => f.Range.Start))));
        foreach (DirectoryFile file in files)
        {
            if (IsMetadata(file))
            {
                parts.Add(new(file.Name, file.Range));
            }
            else
            {
                ModuleAttributes? attributes = ModuleAttributes.Find(region, files, file);
                ModuleCompression compression = file.IsHuffman
                    ? ModuleCompression.Huffman
                    : attributes?.Compression ?? ModuleCompression.None;
                bool isKept = version.Major != OnlyRemovableMajor || KeptModules.Contains(file.Name);
                modules.Add(new(file.Name, compression, [file.Range], isKept)
                {
                    Hash = file.IsHuffman ? null : attributes?.HashOf(file),
                    SignedLength = attributes?.StoredLength,
                });
            }
        }

        return (modules.ToImmutable(), parts.ToImmutable());
    }

    /// <summary>Adds a finding for every metadata file whose hash is not the one in the signed manifest.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="files">The directory.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void CheckMetadata(
        ByteReader region, Manifest manifest, ImmutableArray<DirectoryFile> files, List<Finding> findings)
    {
        long manifestStart = manifest.Range.Start - region.Origin;
        long manifestEnd = manifest.Range.End - region.Origin;
        if (FindExtension(region, manifestStart + manifest.HeaderLength, manifestEnd, PartitionInfo) is not { } info)
            return;

        int head = manifest.HeaderLength == 0x284 ? 0x58 : 0x68; // 2048- and 3072-bit manifests
        if (info.End - info.Start > head + ModuleRecordLength * (long)FilesMax)
            throw region.Broken(info.Start + 4, $"the manifest lists more than {FilesMax} modules");
        // Each file is hashed once; more is damage, and slow.
        long left = files.Where(f => f.Name.EndsWith(".met", StringComparison.Ordinal)).Sum(f => f.Range.Length);
        for (long at = info.Start + head; at + ModuleRecordLength <= info.End; at += ModuleRecordLength)
        {
            string name = region.Name(at, 12);
            uint length = region.UInt32(at + 0x10);
            if (files.FirstOrDefault(f => f.Name == name + ".met") is not { } file || length > file.Range.Length)
                continue;
            if ((left -= length) < 0)
                throw region.Broken(at, $"the manifest lists {name} more than once");
            byte[] hash = SHA256.HashData(region.Bytes(file.Range.Start - region.Origin, length));
            Array.Reverse(hash); // stored byte-reversed
            if (!region.Bytes(at + 0x14, hash.Length).SequenceEqual(hash))
            {
                findings.Add(new(file.Range.Start, FindingSeverity.Error,
                    $"{file.Name} does not have the hash that the manifest signs"));
            }
        }
    }

    /// <summary>True when the manifest carries a hash of the flash descriptor.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="manifest">The manifest.</param>
    public static bool HasDescriptorHash(ByteReader region, Manifest manifest)
    {
        long start = manifest.Range.Start - region.Origin;
        return FindExtension(
            region, start + manifest.HeaderLength, start + manifest.Range.Length, DescriptorHash) is not null;
    }

    /// <summary>True when the manifest of another code partition carries a hash of the flash descriptor; false too when
    /// <paramref name="partition"/> is none.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="partition">The partition in the image; lies inside the region.</param>
    /// <exception cref="ImageFormatException">Its directory or manifest is not sound.</exception>
    public static bool HasDescriptorHash(ByteReader region, FlashRange partition)
    {
        if (!region.Has(partition.Start - region.Origin, "$CPD"u8))
            return false;
        foreach (DirectoryFile file in ReadDirectory(region, partition))
        {
            if (!file.Name.EndsWith(".man", StringComparison.Ordinal))
                continue;
            long start = file.Range.Start - region.Origin; // Its signature is not this question's matter.
            long end = start + Math.Min(region.UInt32(start + 0x18) * 4L, file.Range.Length);
            return FindExtension(region, start + region.UInt32(start + 4) * 4L, end, DescriptorHash) is not null;
        }

        return false;
    }

    /// <summary>Finds an extension, a block of tag, length and content.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="start">Where the first block begins in the region.</param>
    /// <param name="end">Where the blocks end in the region.</param>
    /// <param name="tag">The wanted tag.</param>
    /// <returns>Its bytes with tag and length, or null; a block that does not fit ends the search.</returns>
    /// <exception cref="ImageFormatException">There are more blocks than any firmware has.</exception>
    public static (long Start, long End)? FindExtension(ByteReader region, long start, long end, uint tag)
    {
        int blocks = 0;
        for (long at = start; at + 8 <= end;)
        {
            if (blocks++ == ExtensionsMax)
                throw region.Broken(at, $"more than {ExtensionsMax} extensions follow one another");
            uint length = region.UInt32(at + 4);
            if (length < 8 || at + length > end)
                return null;
            if (region.UInt32(at) == tag)
                return (at, at + length);
            at += length;
        }

        return null;
    }

    private static bool IsMetadata(DirectoryFile file) =>
        file.Name.EndsWith(".man", StringComparison.Ordinal) || file.Name.EndsWith(".met", StringComparison.Ordinal);
}
