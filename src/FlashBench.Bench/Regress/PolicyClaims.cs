using FlashBench.Bench.Evidence;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Regress;

/// <summary>What a policy does not claim: a job by it need not show that, and is no PASS without it.</summary>
/// <remarks>The certificate's checks know one standard, that of the default policy. A lab wants to know of another
/// policy whether the board does what that policy says.</remarks>
public static class PolicyClaims
{
    /// <summary>True if the job by this policy showed all that the policy claims, and nothing else.</summary>
    /// <param name="policy">Name of the policy.</param>
    /// <param name="checks">The job's checks.</param>
    /// <param name="phases">Its phases.</param>
    public static bool Hold(string policy, IEnumerable<Check> checks, IEnumerable<PhaseFacts> phases)
    {
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(phases);
        return AskForLess(policy)
            && phases.All(phase => phase.Verdict == Verdict.Pass)
            && checks.Where(IsOpen).All(check => IsExcused(policy, check));
    }

    /// <summary>True for a policy that claims less than a PASS needs; its jobs belong into no rate of passes.</summary>
    /// <param name="policy">Name of the policy; null if a job has none.</param>
    public static bool AskForLess(string? policy) =>
        policy is NeutralizationPolicy.MeCleaner or NeutralizationPolicy.HapOnly or NeutralizationPolicy.None;

    /// <summary>True for a check that keeps a job from a PASS.</summary>
    public static bool IsOpen(Check check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check.Outcome != Verdict.Pass && (check.Mandatory || check.Outcome == Verdict.Fail);
    }

    // A6: bit set. A5: rest removed. C1, C2: the ME is disabled by its bit, by its registers and by the boot log.
    private static bool IsExcused(string policy, Check check) => (policy, check.Id) switch
    {
        (NeutralizationPolicy.MeCleaner, "A6") => true,
        (NeutralizationPolicy.MeCleaner, "C2") => // removed, or silent: any other words fail
            check.Measured is StateChecks.SaidRemoved or StateChecks.NotSaid,
        (NeutralizationPolicy.MeCleaner, "C1") => check.Outcome == Verdict.Inconclusive, // an ME that runs fails
        (NeutralizationPolicy.HapOnly, "A5") => check.Outcome == Verdict.Inconclusive,
        (NeutralizationPolicy.None, "A5" or "A6" or "C1" or "C2") => true,
        _ => false,
    };
}
