using FlashBench.Bench.Journal;
using FlashBench.Firmware;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>A write that an interruption left unfinished.</summary>
/// <param name="TargetSha256">What the chip shall hold; the vault has it.</param>
/// <param name="Blocks">Every block that was begun, in order.</param>
internal sealed record BegunWrite(string TargetSha256, IReadOnlyList<BegunBlock> Blocks)
{
    /// <summary>The write that the interrupted job had begun; null if nothing was erased.</summary>
    public static BegunWrite? Of(InterruptedJob job)
    {
        if (job.Phase != "write" || job.Find<JournalData.Dirty>() is not { } dirty)
            return null;
        var begun = new List<BegunBlock>();
        // Of every process so far: a block that the first of three tore is torn for the third, whatever counts.
        foreach (JournalData data in job.Records.Select(record => record.Data))
        {
            if (data is JournalData.BlockIntent block)
                begun.Add(new BegunBlock(block.Start, block.End, Done: false));
            int at = data is JournalData.BlockDone done ? begun.FindLastIndex(one => one.Start == done.Start) : -1;
            if (at >= 0)
                begun[at] = begun[at] with { Done = true };
        }

        return new BegunWrite(dirty.TargetSha256, begun);
    }

    /// <summary>True if the block was written to its end.</summary>
    public bool IsDone(int start) => Blocks.Any(block => block.Start == start && block.Done);

    /// <summary>True if nobody knows what the block holds.</summary>
    public bool IsTorn(int start) => Blocks.Any(block => block.Start == start) && !IsDone(start);

    /// <summary>The ranges of the begun blocks.</summary>
    public IEnumerable<FlashRange> Ranges => Blocks.Select(block => new FlashRange(block.Start, block.End));
}

/// <summary>A block that was begun.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">Behind the last one.</param>
/// <param name="Done">True if its operations had ended.</param>
internal sealed record BegunBlock(uint Start, uint End, bool Done);
