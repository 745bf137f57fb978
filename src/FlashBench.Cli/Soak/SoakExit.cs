using FlashBench.Bench;
using FlashBench.Bench.Runs;

namespace FlashBench.Cli.Soak;

/// <summary>The exit code of a run that has ended: the worst of its jobs and benches. 0 only if every image passed on
/// every bench that it was for, at the first attempt, no job was left out, and nothing stopped the run early.</summary>
internal static class SoakExit
{
    /// <summary>The same for a run that may not have ended: somebody stopped it, or jobs are open on benches that need
    /// hands first. The others are done then, and what they did counts.</summary>
    /// <param name="summary">The run.</param>
    /// <param name="stopped">True if somebody stopped it.</param>
    public static int CodeOf(RunSummary summary, bool stopped)
    {
        bool waits = stopped || summary.Course.Benches.Any(
            bench => bench.Open is not null && bench.HasLeft is not { NeedsHands: true });
        return waits && !summary.Course.IsEnded ? ExitCodes.Resumable : CodeOf(summary);
    }

    public static int CodeOf(RunSummary summary)
    {
        List<RunRow> rows = [.. summary.Rows];
        bool Any(Verdict verdict) => rows.Exists(row => row.Count(verdict) > 0);
        if (summary.Course.Benches.Any(bench => bench.IsDirty))
            return ExitCodes.Dirty;
        if (Any(Verdict.Error) || summary.Course.Benches.Any(bench => bench.HasLeft is { NeedsHands: true }))
            return ExitCodes.BenchError;
        if (Any(Verdict.Fail))
            return ExitCodes.Fail;
        if (Any(Verdict.Aborted))
            return ExitCodes.Aborted;
        bool lacks = rows.Exists(row => row.Jobs == 0 || row.Flaky > 0)
            || summary.Course.StopReason is not null || summary.Course.Benches.Any(bench => bench.Skipped > 0);
        return lacks || Any(Verdict.Inconclusive) ? ExitCodes.Inconclusive : ExitCodes.Ok;
    }
}
