using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 7: cold boots, warm boots and soaks, each watched past its mark. A boot that is not alive ends the
/// phase.</summary>
internal static class WatchPhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        await job.Power.ReleaseSpiAsync();
        var before = new Dictionary<string, Queue<BootObservation>>();
        foreach ((string kind, string name) in Boots(job.Start.Watch))
        {
            if (!before.TryGetValue(kind, out Queue<BootObservation>? watched))
                before[kind] = watched = new Queue<BootObservation>(BootRun.Before(job, kind));
            BootObservation seen = watched.TryDequeue(out BootObservation? done) ? done
                : await new BootRun(job, kind).RunAsync(cancel);
            job.Note($"boot {seen.Number} ({name}): {seen.Explanation}");
            Verdict outcome = WatchChecks.OutcomeOf(seen.Class);
            if (outcome != Verdict.Pass)
                return new PhaseOutcome(outcome, seen.Explanation, ErrorClass.Dut);
        }

        return PhaseOutcome.Pass;
    }

    private static IEnumerable<(string Kind, string Name)> Boots(JournalData.WatchNumbers asked)
    {
        for (int boot = 1; boot <= asked.ColdBoots; boot++)
            yield return (BootKind.Watch, $"cold boot {boot} of {asked.ColdBoots}");
        for (int boot = 1; boot <= asked.WarmBoots; boot++)
            yield return (BootKind.Warm, $"warm boot {boot} of {asked.WarmBoots}");
        foreach (int minutes in asked.SoakMinutes)
            yield return (BootKind.Soak(minutes), $"soak of {minutes} minutes");
    }
}
