using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Jobs;

/// <summary>How a job ended.</summary>
/// <param name="Judgement">The journaled decision.</param>
/// <param name="Dirty">True if the chip is half-written.</param>
/// <param name="HasBackup">True if the chip's content is in the vault, and not put back by this job: something was
/// begun that can go on.</param>
/// <param name="ReachedPlan">True if the plan was made and shown.</param>
/// <param name="Simulated">True if any part of the bench was simulated.</param>
public sealed record JobResult(Judgement Judgement, bool Dirty, bool HasBackup, bool ReachedPlan, bool Simulated)
{
    /// <summary>True if the first erase was begun, whatever came of it.</summary>
    public bool Erased { get; init; }

    /// <summary>True if something was begun that `resume` or `restore` can bring to its end.</summary>
    public bool CanGoOn => HasBackup && (Dirty || Judgement.Verdict == Verdict.Aborted);
}
