using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Report;

/// <summary>Every watched boot: its drawing and its measured numbers.</summary>
internal static class WatchSection
{
    public static void Write(MarkupWriter page, JobFacts facts)
    {
        page.Heading("Watch");
        if (facts.Boots.Count == 0)
            page.Element("p", "No boot was watched.");
        foreach (BootObservation boot in facts.Boots)
            WriteBoot(page, boot, facts);
    }

    /// <summary>"baseline: the untouched board", or "watch".</summary>
    public static string KindText(BootObservation boot) =>
        boot.Kind == BootKind.Baseline ? "baseline: the board as received"
        : boot.Kind == BootKind.Warm ? "warm boot"
        : BootKind.SoakMinutes(boot.Kind) is int minutes ? $"soak of {minutes} minutes" : boot.Kind;

    /// <summary>A class in words.</summary>
    public static string ClassText(BootClass kind) => kind switch
    {
        BootClass.Alive => "alive",
        BootClass.NeverBooted => "never booted",
        BootClass.WatchdogConsistent => "watchdog-consistent",
        BootClass.BootGuardTimer => "Boot Guard's 30 minutes",
        BootClass.SkuLock => "processor not allowed by the chipset",
        BootClass.VendorTimer => "consistent with a board maker's timer",
        BootClass.DeliberateShutdown => "deliberate shutdown",
        BootClass.Crash => "crash or thermal trip",
        BootClass.SelfRestart => "restarted by itself",
        BootClass.Asleep => "asleep",
        BootClass.UnexplainedPowerLoss => "unexplained",
        BootClass.LabPower => "the lab's power",
        BootClass.Reset => "reset",
        BootClass.Silent => "silent",
        BootClass.SignsOfLifeLost => "signs of life lost",
        BootClass.Hang => "hang",
        BootClass.ConsoleFault => "console fault",
        BootClass.ClockMismatch => "clocks disagree",
        BootClass.NotDisabled => "ME not disabled, ended early",
        BootClass.SensorFrozen => "power sensor frozen",
        BootClass.Gap => "record has a hole",
        _ => kind.ToString(),
    };

    private static void WriteBoot(MarkupWriter page, BootObservation boot, JobFacts facts)
    {
        BootSettings settings = BootSettings.For(facts.Start, boot.Kind);
        page.Line();
        using (page.In("figure"))
        {
            using (page.In("figcaption"))
            {
                page.Element("b", $"Boot {boot.Number} ({KindText(boot)}): {ClassText(boot.Class)}");
                page.Void("br");
                page.Text($"{boot.Explanation}.");
            }

            using (page.In("dl", ("class", "numbers")))
            {
                foreach ((string name, string value) in Numbers(boot, settings))
                {
                    using (page.In("div"))
                    {
                        page.Element("dt", name);
                        page.Element("dd", value);
                    }
                }
            }

            BootTimeline.Write(page, boot, settings);
        }
    }

    private static IEnumerable<(string Name, string Value)> Numbers(BootObservation boot, BootSettings settings)
    {
        string observed = boot.LastSignUs - boot.CountedFromUs is long us ? Figures.Clock(us) : "none";
        yield return ("Alive since the kernel started", $"{observed} of {Figures.Clock(settings.MinimumUs)}");
        yield return (
            "Longest silence", $"{Figures.Seconds(boot.LongestGapUs)} of {Figures.Seconds(settings.GapMaxUs)} allowed");
        yield return ("Signs of life", Figures.Count(boot.SignCounts.Total));
        yield return (
            "Register samples",
            $"{boot.Samples.Count} intact, {boot.DamagedSamples} damaged, {boot.StaleSamples} stale");
        if (boot.Facts.All.Count > 0 || boot.DamagedFacts > 0)
            yield return ("Board by the agent", FactsText(boot));
        if (boot.Clock is { } clock)
            yield return ("Board's clock", $"{FormattedTime.PartsPerMillion(clock)} off the bench's");
        if (boot.PowerLostUs - boot.PowerGoodUs is long died)
        {
            yield return ("Power lost after", $"{Figures.Clock(died)} \u00B1 "
                + Figures.Seconds(boot.LossUncertaintyUs ?? 0));
        }

        yield return ("Boot banners", Figures.Count(boot.Banners));
        yield return ("Console", Figures.Bytes(boot.BytesPerMinute.Sum(bytes => (long)bytes)));
        yield return ("Power samples", Figures.Count(boot.Power.Count));
    }

    private static string FactsText(BootObservation boot)
    {
        string[] keys = [BoardFacts.Processor, BoardFacts.Chipset, BoardFacts.Network];
        string known = string.Join("; ", keys.Select(boot.Facts.Find).OfType<string>().Select(BoardFactText.Plain));
        string torn = string.Join(", ", boot.Facts.Contradictions);
        return (known.Length > 0 ? known : "unknown") + (torn.Length > 0 ? $"; CONTRADICTORY: {torn}" : "")
            + (boot.DamagedFacts > 0 ? $"; {boot.DamagedFacts} damaged lines" : "");
    }
}
