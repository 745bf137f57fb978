using System.Collections.Immutable;

namespace FlashBench.Firmware;

/// <summary>Sorted, separate ranges: what is left when some bytes are taken out of others.</summary>
internal static class FlashRangeSet
{
    /// <summary>The same bytes as sorted ranges that neither overlap nor touch; empty ones are dropped.</summary>
    public static ImmutableArray<FlashRange> Merge(IEnumerable<FlashRange> ranges)
    {
        var merged = new List<FlashRange>();
        foreach (FlashRange range in ranges.Where(r => !r.IsEmpty).Order())
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
                merged[^1] = new FlashRange(merged[^1].Start, Math.Max(merged[^1].End, range.End));
            else
                merged.Add(range);
        }

        return [.. merged];
    }

    /// <summary>The bytes of <paramref name="range"/> that lie in none of <paramref name="taken"/>.</summary>
    /// <param name="range">Where to take from.</param>
    /// <param name="taken">Merged ranges, ascending.</param>
    public static IEnumerable<FlashRange> Subtract(FlashRange range, ImmutableArray<FlashRange> taken)
    {
        long start = range.Start;
        for (int i = FirstEndingAfter(taken, start); i < taken.Length && taken[i].Start < range.End; i++)
        {
            FlashRange other = taken[i];
            if (other.Start > start)
                yield return new FlashRange(start, other.Start);
            start = Math.Max(start, other.End);
        }

        if (start < range.End)
            yield return new FlashRange(start, range.End);
    }

    private static int FirstEndingAfter(ImmutableArray<FlashRange> ranges, long offset)
    {
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ranges[middle].End > offset ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
