namespace FlashBench.Simulation.Me;

/// <summary>The $FPT as the ME's ROM reads it.</summary>
/// <param name="ChecksumGood">Whether the header sums to zero (in generation 2 with the vector).</param>
/// <param name="Partitions">Those with data inside the region; the first of each name counts.</param>
/// <remarks>Source: me-firmware.md 1.4. Not modelled: header version 0x21, redundancy, tokens, flags.</remarks>
internal sealed record PartitionTableReading(
    bool ChecksumGood, IReadOnlyDictionary<string, (uint Offset, uint Length)> Partitions)
{
    private const int EntriesMax = 64;

    /// <summary>Reads the table of <paramref name="region"/>.</summary>
    /// <returns>Null if there is none.</returns>
    public static PartitionTableReading? Read(ReadOnlySpan<byte> region)
    {
        int start = HasTag(region, 0x10) ? 0x10 : 0;
        uint count = region.At32(start + 4);
        if (!HasTag(region, start) || count is 0 or > EntriesMax)
            return null;

        var partitions = new Dictionary<string, (uint, uint)>();
        for (int i = 0; i < count; i++)
        {
            long entry = start + 0x20 + 0x20 * i;
            (uint offset, uint length) = (region.At32(entry + 8), region.At32(entry + 12));
            if (offset is not 0 && (long)offset + length <= region.Length)
                partitions.TryAdd(region.Name(entry, 4), (offset, length));
        }

        // A header length of 0x30 counts the boot vector in front of the table.
        ReadOnlySpan<byte> summed = region.At8(start + 0xA) == 0x30 ? region.Range(0, 0x30) : region.Range(start, 0x20);
        return new PartitionTableReading(summed.Sum8() == 0, partitions);
    }

    private static bool HasTag(ReadOnlySpan<byte> region, int offset) => region.At32(offset) == 0x5450_4624;
}
