using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Fleet;

/// <summary>What the end of a job says of its bench, and whether it is run again (bench-control, table of error
/// classes).</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Class">Who must act.</param>
/// <param name="Reason">Why, in a sentence without a full stop.</param>
/// <param name="Erased">True from the first erase on, whatever came of it.</param>
public sealed record JobEnd(Verdict Verdict, ErrorClass Class, string Reason, bool Erased)
{
    /// <summary>The end of a job that has just run.</summary>
    public static JobEnd Of(JobResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new JobEnd(
            result.Judgement.Verdict, result.Judgement.Class, result.Judgement.Reason, result.Erased);
    }

    /// <summary>The end of a job as its journal tells it.</summary>
    /// <returns>Null if it has not ended.</returns>
    public static JobEnd? Of(IReadOnlyList<JournalRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        return records.LastOrDefault(record => record.Data is JournalData.Decision)?.Data
            is JournalData.Decision decision
                ? new JobEnd(
                    decision.Verdict, decision.Class, decision.Reason,
                    records.Any(record => record.Data is JournalData.Dirty))
                : null;
    }

    /// <summary>True if the bench is to blame.</summary>
    public bool IsBenchFault => Verdict != Verdict.Pass && Class == ErrorClass.Infrastructure;

    /// <summary>What the job says of its bench; null if nothing: it was stopped, image or configuration are to blame,
    /// or nobody can tell.</summary>
    public HealthEvent? AsJob => this switch
    {
        { IsBenchFault: true } => HealthEvent.JobFailed,
        { Class: ErrorClass.Bug } => HealthEvent.Bug,
        { Verdict: Verdict.Pass } or { Verdict: Verdict.Fail, Class: ErrorClass.Dut } => HealthEvent.JobWorked,
        _ => null,
    };

    /// <summary>What the job says of its bench if it was a health check, which must pass; null if nothing.</summary>
    public HealthEvent? AsCheck => this switch
    {
        { Class: ErrorClass.Bug } => HealthEvent.Bug,
        { Verdict: Verdict.Pass } => HealthEvent.CheckPassed,
        { Class: ErrorClass.Canceled or ErrorClass.Configuration or ErrorClass.Image } => null,
        _ => HealthEvent.CheckFailed,
    };

    /// <summary>True if the bench failed before anything was erased.</summary>
    public bool IsRepeatable => IsBenchFault && !Erased;

    /// <summary>True if the job is run again by itself: the bench failed before anything was erased.</summary>
    /// <param name="attempts">How often it has run, this time included.</param>
    /// <param name="policy">The rules.</param>
    public bool MayRetry(int attempts, FleetPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return IsRepeatable && attempts <= policy.InfraRetries;
    }

    /// <summary>True if the verdict must not be shown without the word FLAKY: a PASS that was not the first attempt.
    /// </summary>
    /// <param name="attempts">How often the job has run, this time included.</param>
    public bool IsFlaky(int attempts) => Verdict == Verdict.Pass && attempts > 1;
}
