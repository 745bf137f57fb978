using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 7: cold boots, watched past the mark. A boot that is not alive ends the phase.</summary>
internal static class WatchPhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        await job.Power.ReleaseSpiAsync();
        List<BootObservation> before = BootRun.Before(job, BootKind.Watch);
        for (int boot = 1; boot <= job.Start.Watch.ColdBoots; boot++)
        {
            BootObservation seen = boot <= before.Count ? before[boot - 1]
                : await new BootRun(job, BootKind.Watch).RunAsync(cancel);
            job.Note($"boot {seen.Number} (cold boot {boot} of {job.Start.Watch.ColdBoots}): {seen.Explanation}");
            Verdict outcome = WatchChecks.OutcomeOf(seen.Class);
            if (outcome != Verdict.Pass)
                return new PhaseOutcome(outcome, seen.Explanation, ErrorClass.Dut);
        }

        return PhaseOutcome.Pass;
    }
}
