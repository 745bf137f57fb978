namespace FlashBench.Firmware;

/// <summary>Resolves ranges that overlap: every byte belongs to the first item of the list that covers it.</summary>
internal static class RangeLayers
{
    /// <summary>The visible pieces of <paramref name="items"/>, ascending and separate; a piece is as long as its item
    /// stays on top.</summary>
    /// <param name="items">Ranges with what they stand for, the owner of shared bytes first.</param>
    /// <param name="rangeOf">The range of an item.</param>
    /// <remarks>A sweep over the starts: n log n in the number of items, whatever their lengths.</remarks>
    public static IEnumerable<(FlashRange Part, T Item)> Flatten<T>(
        IReadOnlyList<T> items, Func<T, FlashRange> rangeOf)
    {
        FlashRange[] ranges = [.. items.Select(rangeOf)];
        int[] order = [.. Enumerable.Range(0, ranges.Length).Where(i => !ranges[i].IsEmpty)
            .OrderBy(i => ranges[i].Start)];
        var open = new PriorityQueue<int, int>();
        long position = 0;
        for (int next = 0; next < order.Length || open.Count > 0;)
        {
            if (open.Count == 0)
                position = Math.Max(position, ranges[order[next]].Start);
            for (; next < order.Length && ranges[order[next]].Start <= position; next++)
                open.Enqueue(order[next], order[next]);
            if (!DropFinished(ranges, open, position))
                continue;

            int top = open.Peek();
            long end = ranges[top].End;
            for (; next < order.Length && ranges[order[next]].Start < end; next++)
            {
                if (order[next] < top)
                {
                    end = ranges[order[next]].Start;
                    break;
                }

                open.Enqueue(order[next], order[next]);
            }

            yield return (new FlashRange(position, end), items[top]);
            position = end;
        }
    }

    // False when nothing is left open.
    private static bool DropFinished(FlashRange[] ranges, PriorityQueue<int, int> open, long position)
    {
        while (open.Count > 0 && ranges[open.Peek()].End <= position)
            open.Dequeue();
        return open.Count > 0;
    }
}
