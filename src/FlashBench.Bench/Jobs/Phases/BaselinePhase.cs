using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 4: boots the untouched board once and records what its ME says of itself.</summary>
/// <remarks>A board that is not alive by itself, or that shows nothing, is not written: no later run could tell
/// why.</remarks>
internal static class BaselinePhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        await job.Power.ReleaseSpiAsync();
        BootObservation seen = BootRun.Before(job, BootKind.Baseline) is [.., var before] ? before
            : await new BootRun(job, BootKind.Baseline).RunAsync(cancel);
        job.Note(seen.Explanation);
        JobFacts facts = job.Facts();
        IReadOnlyList<Check> checks = Decision.Decide(facts).Checks;
        Check baseline = checks.Single(check => check.Id == "B2"), fuses = checks.Single(check => check.Id == "B1");
        if (fuses.Outcome == Verdict.Fail || (fuses.Outcome == Verdict.Inconclusive && FuseChecks.Matter(facts)))
            return new PhaseOutcome(fuses.Outcome, $"{fuses.Text}: nothing is written", ErrorClass.Dut);
        return baseline.Outcome == Verdict.Pass
            ? PhaseOutcome.Pass
            : new PhaseOutcome(baseline.Outcome, baseline.Text, ErrorClass.Dut);
    }
}
