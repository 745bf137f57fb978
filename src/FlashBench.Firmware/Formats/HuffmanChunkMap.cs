using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>The LLUT of a generation-2 code partition: where each page of the Huffman stream is stored.</summary>
/// <param name="Range">Header and table in the image.</param>
/// <param name="BaseAddress">Virtual address of the first page.</param>
/// <param name="PageLength">Uncompressed bytes for one chunk.</param>
/// <param name="Stream">The compressed stream in the image as the header states it.</param>
/// <param name="Chunks">One range per page; null for a page that is not stored.</param>
/// <param name="Shared">Merged ranges of the chunks that more than one page names.</param>
/// <remarks>Source: MEAnalyzer and me-tools; checked against ME 6 to 10. Pages of equal content share a chunk, and
/// a chunk ends where the next one in the stream begins.</remarks>
public sealed record HuffmanChunkMap(
    FlashRange Range, long BaseAddress, int PageLength, FlashRange Stream, ImmutableArray<FlashRange?> Chunks,
    ImmutableArray<FlashRange> Shared)
{
    private const int HeaderLength = 0x40;
    private const uint ChunksMax = 0x8000; // ME 10 has 2,672; page numbers above this are damage.
    private const uint VirtualBase = 0x10000000; // Modules are linked this much above the table's own base.

    /// <summary>Reads the map at <paramref name="offset"/> of the region.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="offset">From the start of the region.</param>
    /// <exception cref="ImageFormatException">There is no map, or it is not sound.</exception>
    internal static HuffmanChunkMap Read(ByteReader region, long offset)
    {
        if (!region.Has(offset, "LLUT"u8))
            throw region.Broken(offset, "Huffman modules need a chunk map (LLUT) here, but the tag is missing");

        uint count = region.UInt32(offset + 4), page = region.UInt32(offset + 0x30);
        if (count > ChunksMax)
            throw region.Broken(offset + 4, $"the chunk map states {count} chunks, at most {ChunksMax} are possible");
        if (page is < 0x100 or > 0x10000)
            throw region.Broken(offset + 0x30, $"a page of 0x{page:X} bytes in the chunk map is not possible");

        var stream = FlashRange.At(
            region.Origin + region.UInt32(offset + 0x14), region.UInt32(offset + 0x10));
        ImmutableArray<FlashRange?> chunks = ReadChunks(region, offset + HeaderLength, (int)count, stream);
        return new HuffmanChunkMap(
            FlashRange.At(region.Origin + offset, HeaderLength + 4L * count),
            (long)region.UInt32(offset + 8) + VirtualBase,
            (int)page,
            stream,
            chunks,
            FindShared(chunks));
    }

    private static ImmutableArray<FlashRange> FindShared(ImmutableArray<FlashRange?> chunks) =>
        FlashRangeSet.Merge(chunks.OfType<FlashRange>().GroupBy(c => c).Where(g => g.Skip(1).Any()).Select(g => g.Key));

    /// <summary>The stored chunks of the module at <paramref name="address"/>, merged.</summary>
    /// <param name="address">Virtual address of the module.</param>
    /// <param name="length">Uncompressed length in bytes.</param>
    /// <returns>Its pieces, or null when the module lies outside the map.</returns>
    internal ImmutableArray<FlashRange>? ChunksOf(uint address, uint length)
    {
        long first = (address - BaseAddress) / PageLength;
        if (address < BaseAddress || first >= Chunks.Length)
            return null;

        // One page more than the length needs: lengths are not always rounded up to whole pages (ME 6).
        long count = Math.Min(length / PageLength + 1, Chunks.Length - first);
        return FlashRangeSet.Merge(Chunks.AsSpan((int)first, (int)count).ToArray().OfType<FlashRange>());
    }

    // A chunk is a 24-bit offset in the region and a flag byte, 0x80 for a page that is not stored.
    private static ImmutableArray<FlashRange?> ReadChunks(ByteReader region, long table, int count, FlashRange stream)
    {
        region.Bytes(table, 4L * count); // before the array is made: the count is the image's word
        var starts = new long?[count];
        for (int i = 0; i < count; i++)
        {
            uint entry = region.UInt32(table + 4L * i);
            if (entry >> 24 == 0x80 || (entry & 0xFFFFFF) == 0)
                continue;
            starts[i] = region.Origin + (entry & 0xFFFFFF);
            if (!stream.Contains(FlashRange.At(starts[i]!.Value, 1)))
                throw region.Broken(table + 4L * i, $"chunk {i} begins outside the compressed stream {stream}");
        }

        long[] sorted = [.. starts.OfType<long>().Distinct().Order(), stream.End];
        return [.. starts.Select(start => start is { } from
            ? new FlashRange(from, sorted[Array.BinarySearch(sorted, from) + 1])
            : (FlashRange?)null)];
    }
}
