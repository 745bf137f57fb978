using FlashBench.Bench;
using FlashBench.Bench.Jobs;

namespace FlashBench.Cli.Certify;

/// <summary>The exit code of a job that ended in a record.</summary>
internal static class JobExit
{
    public static int CodeOf(JobResult result, bool dryRun)
    {
        if (result.Dirty)
            return ExitCodes.Dirty;
        return result.Judgement.Verdict switch
        {
            Verdict.Pass => ExitCodes.Ok,
            Verdict.Inconclusive => dryRun && result.ReachedPlan ? ExitCodes.Ok : ExitCodes.Inconclusive,
            Verdict.Aborted => result.HasBackup ? ExitCodes.Resumable : ExitCodes.Interrupted,
            _ => OfClass(result.Judgement.Class, result.Judgement.Verdict),
        };
    }

    private static int OfClass(ErrorClass who, Verdict verdict) => who switch
    {
        ErrorClass.Image => ExitCodes.BadInput,
        ErrorClass.Configuration => ExitCodes.Configuration,
        ErrorClass.Bug => ExitCodes.InternalBug,
        _ => verdict == Verdict.Fail ? ExitCodes.Fail : ExitCodes.BenchError,
    };
}
