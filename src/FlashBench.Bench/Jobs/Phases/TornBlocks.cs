using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Blocks that were begun and not finished.</summary>
/// <remarks>An erase or a page that was cut off reads as it likes, and may read as it should.</remarks>
internal static class TornBlocks
{
    /// <summary>Where they begin.</summary>
    /// <param name="records">Of one journal, in order.</param>
    public static IReadOnlySet<uint> In(IEnumerable<JournalData> records)
    {
        var torn = new HashSet<uint>();
        foreach (JournalData data in records)
        {
            if (data is JournalData.BlockIntent begun)
                torn.Add(begun.Start);
            else if (data is JournalData.BlockDone done)
                torn.Remove(done.Start);
        }

        return torn;
    }
}
