using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Soak;

namespace FlashBench.Cli.Regress;

/// <summary>Earlier regressions of an evidence folder.</summary>
internal static class PreviousRuns
{
    /// <summary>The last run over the same folder and matrix that came to its end; if there is none, the last over the
    /// same folder; null if there is none either.</summary>
    /// <param name="evidence">Evidence folder.</param>
    /// <param name="order">What is asked now.</param>
    public static RegressTable? Last(string evidence, RegressOrder order)
    {
        if (!Directory.Exists(evidence))
            return null;
        IEnumerable<(string Folder, RunEvent.Started Start)> runs = Directory.EnumerateDirectories(evidence)
            .Where(RunFolders.IsRun).Select(folder => (folder, StartOf(folder)))
            .Where(run => run.Item2?.Regress is { } asked && order.IsComparable(asked))
            .Select(run => (run.folder, run.Item2!));
        return runs.OrderByDescending(run => order.IsSameMatrix(run.Start.Regress!))
            .ThenByDescending(run => run.Start.Utc).ThenByDescending(run => run.Folder, StringComparer.Ordinal)
            .Select(run => Read(run.Folder)).FirstOrDefault(table => table is not null);
    }

    /// <summary>The run that came before another one; null if there was none, or it was removed since.</summary>
    /// <param name="evidence">Evidence folder.</param>
    /// <param name="order">What the other one was asked.</param>
    public static RegressTable? Before(string evidence, RegressOrder order) =>
        order.Previous is { Length: > 0 } run && Path.Combine(evidence, Path.GetFileName(run)) is var folder
            && RunFolders.IsRun(folder) && Read(folder) is { } table && order.IsComparable(table.Order) ? table : null;

    /// <summary>What changed since the run before; null without one.</summary>
    /// <param name="table">A run that has ended, and was compared with no baseline.</param>
    /// <param name="folder">Its folder.</param>
    public static RegressComparison? Compared(RegressTable table, string folder) =>
        RegressComparison.Of(Before(Path.GetDirectoryName(folder)!, table.Order), table);

    // Null if it has not ended, or its log is damaged.
    private static RegressTable? Read(string folder)
    {
        try
        {
            RegressTable table = RegressTable.Of(RunLog.Read(folder, out _));
            return table.IsEnded ? table : null;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }

    private static RunEvent.Started? StartOf(string folder)
    {
        try
        {
            return RunLog.ReadStart(folder);
        }
        catch (EvidenceException)
        {
            return null;
        }
    }
}
