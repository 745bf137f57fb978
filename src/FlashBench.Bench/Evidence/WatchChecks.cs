using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Checks of the run: B2, D1, D2, D3.</summary>
internal static class WatchChecks
{
    private const string Void =
        "uptime shows nothing on this model: with a damaged ME image it stayed on past the mark";

    public static IEnumerable<Check> All(JobFacts facts) => [Baseline(facts), Uptime(facts), Repeats(facts), End()];

    /// <summary>What a shortened watch is worth.</summary>
    public static string Shortened(JobFacts facts) =>
        $"watch shortened: each boot was watched for {Minutes(facts.Start.Watch.MinimumSeconds)} instead of "
            + $"{Minutes(WatchLimits.SecondsMin)} or more, which shows nothing of the watchdog";

    /// <summary>What a boot's class means for the board.</summary>
    public static Verdict OutcomeOf(BootClass kind) => kind switch
    {
        BootClass.Alive => Verdict.Pass,
        BootClass.NeverBooted or BootClass.BootLoop or BootClass.WatchdogConsistent or BootClass.BootGuardTimer
            or BootClass.SkuLock or BootClass.VendorTimer or BootClass.Crash or BootClass.SelfRestart
            or BootClass.UnexplainedPowerLoss or BootClass.Reset or BootClass.NotDisabled => Verdict.Fail,
        _ => Verdict.Inconclusive,
    };

    private static Check Baseline(JobFacts facts)
    {
        const string id = "B2", title = "baseline as received";
        string limit = BaselineLimit(facts);
        if (facts.Boots.FirstOrDefault(boot => boot.Kind == BootKind.Baseline) is not { } boot
            || facts.Audit is not { } audit)
        {
            return FlashChecks.NotReached(id, title, limit);
        }

        string measured = Observed(boot);
        // A board without the agent answers no nonce; that it lives by itself is all that this boot has to show.
        bool noAgent = boot is { Class: BootClass.Unanswered, Samples.Count: 0 };
        if (!noAgent && OutcomeOf(boot.Class) is not Verdict.Pass and var broken)
            return new Check(id, title, broken, false, measured, limit, $"before any write: {boot.Explanation}");
        if (facts.Start.Watch.BaselineShort && ShortFault(facts) is { } fault)
            return new Check(id, title, Verdict.Inconclusive, false, measured, limit, fault);
        (Verdict outcome, string text) = StateChecks.BaselineState(boot, audit, facts);
        return new Check(id, title, outcome, false, measured, limit, text);
    }

    private static string BaselineLimit(JobFacts facts)
    {
        string limit = $"alive for {Minutes(facts.Start.Watch.BaselineSeconds)}, ME state recorded";
        return facts is { Start.Watch.BaselineShort: true, Commissioning: { } cited }
            ? $"{limit}; {Minutes(cited.Record.BaselineSeconds)} by {CommissioningStatement.IdOf(cited.Sha256)}"
            : limit;
    }

    private static string? ShortFault(JobFacts facts)
    {
        if (facts.Commissioning is null)
            return "the baseline was short, and no commissioning record stands for it";
        return CommissioningChecks.FaultOf(facts) is { } fault
            ? $"the baseline was short, and the commissioning record does not stand for it: {fault}"
            : null;
    }

    private static Check Uptime(JobFacts facts)
    {
        const string id = "D1", title = "survives the watchdog";
        string limit = $">= {Minutes(facts.Start.Watch.MinimumSeconds)} of power and signs of life, no reset";
        var boots = Watched(facts);
        if (boots.Count == 0)
            return FlashChecks.NotReached(id, title, limit);
        BootObservation worst = boots.MaxBy(boot => OutcomeOf(boot.Class))!;
        if (facts.Start.Watch.Shortened && OutcomeOf(worst.Class) == Verdict.Pass)
            return new Check(id, title, Verdict.Inconclusive, false, Observed(worst), limit, Shortened(facts));
        if (CommissioningChecks.VoidsUptime(facts) && OutcomeOf(worst.Class) == Verdict.Pass)
            return new Check(id, title, Verdict.Inconclusive, false, Observed(worst), limit, Void);
        return new Check(id, title, OutcomeOf(worst.Class), false, Observed(worst), limit,
            $"boot {worst.Number}: {worst.Explanation}");
    }

    private static Check Repeats(JobFacts facts)
    {
        const string id = "D2", title = "cold boots";
        JournalData.WatchNumbers asked = facts.Start.Watch;
        string limit = $">= {asked.ColdBoots} cold boots alive"
            + (asked.WarmBoots > 0 ? $", {asked.WarmBoots} warm" : "")
            + string.Concat(asked.SoakMinutes.Order().Select(minutes => $", one of {minutes} min"));
        var boots = Watched(facts);
        if (boots.Count == 0)
            return FlashChecks.NotReached(id, title, limit);
        int cold = Alive(boots, BootKind.Watch), warm = Alive(boots, BootKind.Warm);
        bool enough = cold >= asked.ColdBoots && warm >= asked.WarmBoots
            && asked.SoakMinutes.CountBy(BootKind.Soak).All(soak => Alive(boots, soak.Key) >= soak.Value);
        Verdict outcome = boots.Select(boot => OutcomeOf(boot.Class))
            .Append(enough ? Verdict.Pass : Verdict.Inconclusive).Max();
        int alive = boots.Count(boot => boot.Class == BootClass.Alive);
        return new Check(id, title, outcome, false, $"{alive} of {boots.Count} alive", limit,
            outcome == Verdict.Pass ? "every watched boot stayed alive" : "not every watched boot stayed alive");
    }

    private static int Alive(List<BootObservation> boots, string kind) =>
        boots.Count(boot => boot.Kind == kind && boot.Class == BootClass.Alive);

    private static Check End() => new("D3", "deliberate shutdown", Verdict.Inconclusive, false, "not asked",
        "shuts down and stays off", "no shutdown was asked for: this check is not examined");

    private static List<BootObservation> Watched(JobFacts facts) =>
        [.. facts.Boots.Where(boot => BootKind.IsWatched(boot.Kind))];

    private static string Observed(BootObservation boot)
    {
        long until = boot.PowerLostUs ?? boot.LastSignUs ?? boot.EndUs;
        return boot.PowerGoodUs is long t0 ? Minutes(Math.Max(0, until - t0) / 1e6) : "no power-good";
    }

    private static string Minutes(double seconds) => string.Create(
        CultureInfo.InvariantCulture, $"{(int)seconds / 60}:{(int)seconds % 60:00} min");
}
