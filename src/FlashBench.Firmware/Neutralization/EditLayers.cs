namespace FlashBench.Firmware.Neutralization;

/// <summary>Resolves edits that overlap: every byte belongs to the first edit of the list that covers it.</summary>
internal static class EditLayers
{
    /// <summary>The visible pieces of <paramref name="edits"/>, ascending and separate; a piece is as long as its edit
    /// stays on top.</summary>
    /// <remarks>A sweep over the starts: n log n in the number of edits, whatever their lengths.</remarks>
    public static IEnumerable<(FlashRange Part, Edit Edit)> Flatten(IReadOnlyList<Edit> edits)
    {
        int[] order = [.. Enumerable.Range(0, edits.Count).Where(i => !edits[i].Range.IsEmpty)
            .OrderBy(i => edits[i].Range.Start)];
        var open = new PriorityQueue<int, int>();
        long position = 0;
        for (int next = 0; next < order.Length || open.Count > 0;)
        {
            if (open.Count == 0)
                position = Math.Max(position, edits[order[next]].Range.Start);
            for (; next < order.Length && edits[order[next]].Range.Start <= position; next++)
                open.Enqueue(order[next], order[next]);
            if (!DropFinished(edits, open, position))
                continue;

            int top = open.Peek();
            long end = edits[top].Range.End;
            for (; next < order.Length && edits[order[next]].Range.Start < end; next++)
            {
                if (order[next] < top)
                {
                    end = edits[order[next]].Range.Start;
                    break;
                }

                open.Enqueue(order[next], order[next]);
            }

            yield return (new FlashRange(position, end), edits[top]);
            position = end;
        }
    }

    // False when nothing is left open.
    private static bool DropFinished(IReadOnlyList<Edit> edits, PriorityQueue<int, int> open, long position)
    {
        while (open.Count > 0 && edits[open.Peek()].Range.End <= position)
            open.Dequeue();
        return open.Count > 0;
    }
}
