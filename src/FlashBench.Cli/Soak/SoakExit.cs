using FlashBench.Bench;
using FlashBench.Bench.Runs;

namespace FlashBench.Cli.Soak;

/// <summary>The exit code of a run that has ended: the worst of its jobs and benches.</summary>
internal static class SoakExit
{
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
        return Any(Verdict.Aborted) ? ExitCodes.Aborted : Any(Verdict.Inconclusive) ? ExitCodes.Inconclusive
            : ExitCodes.Ok;
    }
}
