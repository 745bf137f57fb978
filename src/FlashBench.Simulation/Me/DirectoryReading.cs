using System.Security.Cryptography;

namespace FlashBench.Simulation.Me;

/// <summary>Reads a generation 3 partition: its $CPD directory, its manifest and the digests of its entries.</summary>
/// <remarks>
/// Entries whose true hash is in the flash (.met files by extension 0x03, LZMA and raw modules by extension 0x0A) are
/// checked against it. Source: me-firmware.md 1.6. Not modelled: Huffman decoding, directory version 2, loading.
/// </remarks>
internal static class DirectoryReading
{
    private const int EntriesMax = 256;
    private const int ExtensionsMax = 64;

    private readonly record struct Entry(string Name, uint Offset, bool Huffman, uint Size);

    /// <summary>True if the partition starts with a directory.</summary>
    public static bool IsDirectory(ReadOnlySpan<byte> partition) => partition.At32(0) == 0x4450_4324;

    /// <summary>Reads the directory of <paramref name="partition"/>.</summary>
    /// <returns>Null if the directory is damaged or carries no manifest.</returns>
    public static SignedCode? Read(ReadOnlySpan<byte> partition, string name)
    {
        uint count = partition.At32(4);
        if (count is 0 or > EntriesMax)
            return null;
        int header = partition.At8(0xA);
        if (partition.Range(0, header + 0x18 * count).Sum8() != 0)
            return null;

        var entries = new List<Entry>();
        for (int i = 0; i < count; i++)
            entries.Add(ReadEntry(partition, header + 0x18 * i));

        Entry found = entries.FirstOrDefault(entry => entry.Name == name + ".man");
        ReadOnlySpan<byte> manifestBytes = partition.Range(found.Offset, found.Size);
        if (ManifestReading.Read(manifestBytes) is not { } manifest)
            return null;

        var modules = new List<GenuineModule>();
        Dictionary<string, byte[]> metHashes = MetHashes(manifestBytes);
        foreach (Entry entry in entries.Where(entry => entry != found))
            modules.Add(new GenuineModule(entry.Name, DigestOf(partition, entry, entries, metHashes)));
        return new SignedCode(true, manifest, modules);
    }

    private static Entry ReadEntry(ReadOnlySpan<byte> partition, long at)
    {
        uint place = partition.At32(at + 0xC);
        return new Entry(
            partition.Name(at, 12), place & 0x01FF_FFFF, (place >> 25 & 1) != 0, partition.At32(at + 0x10));
    }

    private static string? DigestOf(
        ReadOnlySpan<byte> partition, Entry entry, List<Entry> entries, Dictionary<string, byte[]> metHashes)
    {
        if (entry.Name.EndsWith(".met", StringComparison.Ordinal))
        {
            ReadOnlySpan<byte> met = partition.Range(entry.Offset, entry.Size);
            return metHashes.TryGetValue(entry.Name, out byte[]? wanted) && !Agrees(met, wanted)
                ? null
                : SignedCode.Digest(met);
        }

        Entry description = entries.FirstOrDefault(other => other.Name == entry.Name + ".met");
        ReadOnlySpan<byte> attributes = partition.Range(description.Offset, description.Size);
        bool described = description.Name is not null && attributes.At32(0) == 0x0A;
        uint stored = described ? attributes.At32(0x10) : entry.Size;
        ReadOnlySpan<byte> bytes = partition.Range(entry.Offset, stored);
        if (described && !entry.Huffman && !Agrees(bytes, attributes.Range(0x18, 32).ToArray()))
            return null;
        return SignedCode.Digest(bytes);
    }

    private static bool Agrees(ReadOnlySpan<byte> bytes, byte[] reversed)
    {
        byte[] hash = SHA256.HashData(bytes);
        Array.Reverse(hash);
        return reversed.AsSpan().SequenceEqual(hash);
    }

    // Extension 0x03 of the manifest: module names, and the hashes of their .met files as stored.
    private static Dictionary<string, byte[]> MetHashes(ReadOnlySpan<byte> manifest)
    {
        var hashes = new Dictionary<string, byte[]>();
        long at = 4L * manifest.At32(4);
        for (int i = 0; i < ExtensionsMax && at + 8 <= manifest.Length; i++)
        {
            (uint tag, uint size) = (manifest.At32(at), manifest.At32(at + 4));
            if (size < 8)
                break;
            for (long row = at + 0x58; tag == 0x03 && row + 0x34 <= at + size; row += 0x34)
                hashes[manifest.Name(row, 12) + ".met"] = manifest.Range(row + 0x14, 32).ToArray();
            at += size;
        }

        return hashes;
    }
}
