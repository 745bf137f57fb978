using FlashBench.Firmware;

namespace FlashBench.Bench.Jobs;

/// <summary>Where two images of equal length differ.</summary>
/// <param name="Count">Number of differing bytes.</param>
/// <param name="First">Offset of the first one; 0 if there is none.</param>
internal readonly record struct ByteDifference(long Count, long First)
{
    private const int StrideBytes = 4096;

    /// <summary>Compares everything outside the ranges in <paramref name="except"/>.</summary>
    public static ByteDifference Between(
        ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IReadOnlyList<FlashRange>? except = null)
    {
        long count = 0, first = -1;
        for (int start = 0; start < left.Length; start += StrideBytes)
        {
            int length = Math.Min(StrideBytes, left.Length - start);
            if (left.Slice(start, length).SequenceEqual(right.Slice(start, length)))
                continue;
            for (int i = start; i < start + length; i++)
            {
                if (left[i] == right[i])
                    continue;
                if (Excepted(except, i) is { } range)
                {
                    i = (int)Math.Min(range.End, start + length) - 1; // the rest of it is excepted, too
                    continue;
                }

                count++;
                first = first < 0 ? i : first;
            }
        }

        return new ByteDifference(count, Math.Max(first, 0));
    }

    private static FlashRange? Excepted(IReadOnlyList<FlashRange>? except, int offset)
    {
        foreach (FlashRange range in except ?? [])
        {
            if (offset >= range.Start && offset < range.End)
                return range;
        }

        return null;
    }
}
