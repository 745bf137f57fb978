using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>A boot that was interrupted and made anew.</summary>
/// <param name="Seen">The boot, as far as it was measured.</param>
/// <param name="Resume">Number of the resumption that made it anew.</param>
internal sealed record RestartedBoot(BootObservation Seen, int Resume);

/// <summary>What boots that were made anew had said of the ME and of the board's parts: no repetition hides it.
/// </summary>
internal static class RestartedBoots
{
    /// <summary>The facts with those boots among them that speak against the job.</summary>
    /// <param name="facts">The job, without boots that were made anew.</param>
    /// <param name="restarted">These.</param>
    public static JobFacts Weigh(JobFacts facts, IReadOnlyList<RestartedBoot> restarted)
    {
        var against = restarted.Where(boot => SpeaksAgainst(facts, boot.Seen)).ToList();
        return facts with
        {
            CutOff = against.Select(boot => boot.Seen.Number).ToHashSet(),
            Boots = against.Count == 0 ? facts.Boots : With(facts, against.Select(boot => boot.Seen)),
            Resumes =
            [
                .. facts.Resumes.Select(resume => resume with
                {
                    RestartedBoots =
                    [
                        .. restarted.Where(boot => boot.Resume == resume.Number).Except(against)
                            .Select(boot => boot.Seen.Number),
                    ],
                }),
            ],
        };
    }

    // That it lacks samples is why it was made anew; what is held against it is what it did say.
    private static bool SpeaksAgainst(JobFacts facts, BootObservation boot)
    {
        if (boot.Kind == BootKind.Baseline && boot.Samples.Count > 0 && facts.Audit is { } audit
            && StateChecks.BaselineState(boot, audit, facts).Outcome != Verdict.Pass)
        {
            return true;
        }

        if (SaysAnotherState(facts, boot))
            return true;
        Dictionary<string, Verdict> before = Objections(facts);
        return Objections(facts with { Boots = With(facts, [boot]) })
            .Any(objection => IsWorse(objection.Value, before.GetValueOrDefault(objection.Key, Verdict.Pass)));
    }

    // C2 that failed by the words of all other boots gets no worse by other words.
    private static bool SaysAnotherState(JobFacts facts, BootObservation boot)
    {
        if (!BootKind.IsWatched(boot.Kind) || facts.Source is not { } audit)
            return false;
        bool bit = StateChecks.BitAfter(facts, audit);
        return StateChecks.TextState(boot.FirmwareText, audit, bit) is { } state
            && state != MeStateKind.DisabledByBit
            && !facts.Boots.Any(other => BootKind.IsWatched(other.Kind)
                && StateChecks.TextState(other.FirmwareText, audit, bit) == state);
    }

    // A check that failed by all other boots and is unclear with this one objects no more than it did.
    private static bool IsWorse(Verdict verdict, Verdict before) => verdict != before && before != Verdict.Fail;

    private static Dictionary<string, Verdict> Objections(JobFacts facts) => StateChecks.All(facts)
        .Concat(BoardChecks.All(facts))
        .Where(check => check.Outcome == Verdict.Fail || (check.Mandatory && check.Outcome != Verdict.Pass))
        .ToDictionary(check => check.Id, check => check.Outcome);

    private static IReadOnlyList<BootObservation> With(JobFacts facts, IEnumerable<BootObservation> boots) =>
        [.. facts.Boots.Concat(boots).OrderBy(boot => boot.Number)];
}
