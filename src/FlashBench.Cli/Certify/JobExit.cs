using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;

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

    /// <summary>How the process ends when a job ended without a record.</summary>
    /// <param name="fault">What escaped from the job: evidence that could not be written, or a bug.</param>
    /// <param name="halfWritten">True if the chip is half-written.</param>
    /// <returns>Null if the outermost frame already knows.</returns>
    public static CommandFailure? OfEscape(Exception fault, bool halfWritten) => (fault, halfWritten) switch
    {
        (CommandFailure or OutOfMemoryException, _) => null,
        (JournalWriteException, false) => new CommandFailure(ExitCodes.CannotWrite, fault.Message),
        (_, false) => null,
        (JournalWriteException or BenchException, true) => new CommandFailure(
            ExitCodes.Dirty, $"{fault.Message.TrimEnd('.')}; the chip is half-written"),
        _ => new CommandFailure(
            ExitCodes.Dirty, $"internal error ({fault.GetType().Name}), kept in the diagnostic log; the chip is "
            + "half-written"),
    };

    private static int OfClass(ErrorClass who, Verdict verdict) => who switch
    {
        ErrorClass.Image => ExitCodes.BadInput,
        ErrorClass.Configuration => ExitCodes.Configuration,
        ErrorClass.Bug => ExitCodes.InternalBug,
        _ => verdict == Verdict.Fail ? ExitCodes.Fail : ExitCodes.BenchError,
    };
}
