using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Soak;

namespace FlashBench.Cli.Regress;

/// <summary>Earlier regressions of an evidence folder.</summary>
internal static class PreviousRuns
{
    /// <summary>The last run over the same folder and matrix that came to its end; null if there is none.</summary>
    /// <param name="evidence">Evidence folder.</param>
    /// <param name="order">What is asked now.</param>
    /// <param name="except">Id of the present run; null for none.</param>
    public static RegressTable? Last(string evidence, RegressOrder order, string? except)
    {
        if (!Directory.Exists(evidence))
            return null;
        IEnumerable<(string Folder, RunEvent.Started Start)> runs = Directory.EnumerateDirectories(evidence)
            .Where(RunFolders.IsRun).Select(folder => (folder, StartOf(folder)))
            .Where(run => run.Item2?.Regress is { } asked && order.IsSameMatrix(asked) && run.Item2.Run != except)
            .Select(run => (run.folder, run.Item2!));
        foreach ((string folder, _) in runs.OrderByDescending(run => run.Start.Utc)
            .ThenByDescending(run => run.Folder, StringComparer.Ordinal))
        {
            try
            {
                RegressTable table = RegressTable.Of(RunLog.Read(folder, out _));
                if (table.IsEnded)
                    return table;
            }
            catch (EvidenceException)
            {
                // A log that is damaged says nothing.
            }
        }

        return null;
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
