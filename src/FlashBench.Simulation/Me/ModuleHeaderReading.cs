using System.Security.Cryptography;

namespace FlashBench.Simulation.Me;

/// <summary>Reads the $MME modules of a generation 2 partition: where their bytes are, and their digest.</summary>
/// <remarks>
/// A Huffman module is the union of the chunks that the look-up table (LLUT) gives for its pages; chunk addresses
/// count from the start of the ME region. Source: me-firmware.md 1.5. Not modelled: decompression, TXE's long headers.
/// </remarks>
internal static class ModuleHeaderReading
{
    private const int ModulesMax = 64;
    private const int PagesMax = 0x1_0000;
    private const uint ChunkOffsetMask = 0x01FF_FFFF;

    /// <summary>All modules of the manifest at <paramref name="start"/>.</summary>
    public static IReadOnlyList<GenuineModule> Read(ReadOnlySpan<byte> region, uint start, ManifestReading manifest)
    {
        var modules = new List<GenuineModule>();
        for (int i = 0; i < Math.Min(manifest.ModuleCount, ModulesMax); i++)
        {
            long header = start + 0x290 + 0x60L * i;
            if (region.At32(header) != 0x454D_4D24 || header + 0x60 > start + manifest.Length) // "$MME"
                break;
            modules.Add(new GenuineModule(region.Name(header + 4, 16), DigestOf(region, start, header)));
        }

        return modules;
    }

    private static string? DigestOf(ReadOnlySpan<byte> region, uint start, long header)
    {
        long offset = start + (long)region.At32(header + 0x38);
        uint packing = region.At32(header + 0x50) >> 4 & 7;
        if (packing == 1)
            return DigestOfChunks(region, offset, (region.At32(header + 0x34), region.At32(header + 0x3C)));

        ReadOnlySpan<byte> stored = region.Range(offset, region.At32(header + 0x40));
        if (packing == 0 && !HashAgrees(stored, region.Range(header + 0x14, 32)))
            return null; // the manifest itself says that these are not the bytes
        return SignedCode.Digest(stored);
    }

    private static bool HashAgrees(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> reversed)
    {
        byte[] hash = SHA256.HashData(stored);
        Array.Reverse(hash);
        return reversed.SequenceEqual(hash);
    }

    private static string? DigestOfChunks(ReadOnlySpan<byte> region, long table, (uint Address, uint Bytes) module)
    {
        uint pages = region.At32(table + 4);
        uint pageBytes = region.At32(table + 0x30);
        ulong tableAddress = region.At32(table + 8) + 0x1000_0000UL;
        if (region.At32(table) != 0x5455_4C4C || pages > PagesMax || pageBytes == 0 || module.Address < tableAddress)
            return null;

        ulong first = (module.Address - tableAddress) / pageBytes;
        ulong end = first + module.Bytes / pageBytes;
        if (end > pages || end == first)
            return null;

        uint[] bounds = Bounds(region, table, pages);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (ulong page = first; page < end; page++)
        {
            uint entry = region.At32(table + 0x40 + 4 * (long)page);
            if (IsEmpty(entry))
                continue;
            ReadOnlySpan<byte> chunk = Chunk(region, bounds, entry & ChunkOffsetMask);
            if (chunk.IsEmpty || chunk.IsErased())
                return null;
            hash.AppendData(chunk);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Where chunks begin, in address order, and where the stream ends: a chunk reaches to the next of these.
    private static uint[] Bounds(ReadOnlySpan<byte> region, long table, uint pages)
    {
        var bounds = new SortedSet<uint> { unchecked(region.At32(table + 0x14) + region.At32(table + 0x10)) };
        for (long page = 0; page < pages; page++)
        {
            uint entry = region.At32(table + 0x40 + 4 * page);
            if (!IsEmpty(entry))
                bounds.Add(entry & ChunkOffsetMask);
        }

        return [.. bounds];
    }

    private static bool IsEmpty(uint entry) => entry >> 24 == 0x80;

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> region, uint[] bounds, uint start)
    {
        int next = Array.BinarySearch(bounds, start) + 1;
        return next > 0 && next < bounds.Length ? region.Range(start, bounds[next] - start) : default;
    }
}
