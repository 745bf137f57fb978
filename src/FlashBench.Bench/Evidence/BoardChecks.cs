using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Checks of what the agent said of the board: C3, E2, R2.</summary>
/// <remarks>Source: me-firmware 5.1 and criteria C3, E2. Unknown stays unknown, and so does what lines disagree on.
/// </remarks>
internal static class BoardChecks
{
    private const string None = "none", Unknown = ReportedFact.Unknown;
    private const string AmtAbsent = "AMT is not possible: an ingredient is absent";

    public static IEnumerable<Check> All(JobFacts facts) => [HostView(facts), Amt(facts), SameBoard(facts)];

    private static Check HostView(JobFacts facts)
    {
        const string id = "C3", title = "host's view", limit = "no firmware version answered, on every boot";
        var boots = facts.Boots.Where(boot => BootKind.IsWatched(boot.Kind)).ToList();
        if (boots.Count == 0)
            return FlashChecks.NotReached(id, title, limit);
        var said = boots.Select(boot => boot.Facts.Find(BoardFacts.EngineVersion)).ToList();
        if (said.Find(version => version is not null and not None) is { } version)
        {
            return new Check(id, title, Verdict.Fail, false, $"version {BoardFactText.Plain(version)}", limit,
                "the ME answered the operating system's driver");
        }

        if (!said.TrueForAll(answer => answer == None))
        {
            return new Check(id, title, Verdict.Inconclusive, false, Unknown, limit,
                "the agent did not say on every boot what the kernel's driver got");
        }

        if (boots.TrueForAll(MeObserved.ListsDevice))
        {
            return new Check(id, title, Verdict.Pass, false, "no version", limit,
                "the kernel's driver found the device and got no answer");
        }

        // Gone shows something only where it was there (me-firmware 7, C1 hidden under HAP).
        bool gone = boots.TrueForAll(boot => boot.Facts.Find(BoardFacts.Engine) == None)
            && CommissioningChecks.SawDevice(facts);
        return new Check(id, title, gone ? Verdict.Pass : Verdict.Inconclusive, false, "no version", limit, gone
            ? "the device, which was visible with the stock image, is gone"
            : "the device is not there to be asked, which proves nothing");
    }

    private static Check Amt(JobFacts facts)
    {
        const string id = "E2", title = "AMT ingredients and fuses", limit = "reported";
        if (facts.Audit is null)
            return new Check(id, title, Verdict.Inconclusive, false, Unknown, limit, "unknown stays unknown");
        bool absent = IsAmtAbsent(facts);
        string ingredients = string.Join("; ", Ingredients(facts).Select(fact => $"{fact.Name}: {fact.Text}"));
        var fuses = FuseFacts.Of(facts).ToList();
        int known = fuses.Count(fact => fact.Text is not (ReportedFact.Unknown or ReportedFact.Contradictory));
        return new Check(
            id, title, absent ? Verdict.Pass : Verdict.Inconclusive, false,
            $"{ingredients}; fuses: {known} of {fuses.Count} known", limit, absent
                ? AmtAbsent
                : "unknown stays unknown: no fact shows that an ingredient is absent, and vPro cannot be read");
    }

    /// <summary>What AMT needs, and what of it is known of this board.</summary>
    public static IEnumerable<ReportedFact> AmtFacts(JobFacts facts) =>
        Ingredients(facts).Append(new("possible", "AMT", IsAmtAbsent(facts) ? "not possible" : Unknown));

    private static IEnumerable<ReportedFact> Ingredients(JobFacts facts) =>
    [
        new("firmware", "firmware", facts.Held?.Sku ?? Unknown),
        new("processor", "processor", ProcessorText(facts).Text),
        new("chipset", "chipset", Shown(facts, BoardFacts.Chipset)),
        new("network", "network", NetworkText(facts)),
    ];

    private static bool IsAmtAbsent(JobFacts facts) => ProcessorText(facts).NoVpro
        || (facts.Held is { } audit && Edition(audit.Family, audit.Sku) == false);

    // SMX and VMX are necessary, not sufficient; firmware can hide them, so that their absence says nothing.
    private static (string Text, bool NoVpro) ProcessorText(JobFacts facts)
    {
        string name = Shown(facts, BoardFacts.Processor), flags = Shown(facts, BoardFacts.ProcessorFlags);
        bool without = ((string[])["AMD ", "Intel(R) Celeron(R) ", "Intel(R) Pentium(R) ", "Intel(R) Atom(TM) "])
            .Any(line => name.StartsWith(line, StringComparison.Ordinal));
        string has = flags switch
        {
            "smx,vmx" => "has SMX and VMX",
            Unknown or None => $"SMX and VMX {(flags == None ? "not shown" : Unknown)}",
            _ => $"{flags} only",
        };
        return ($"{name} ({has})", without);
    }

    private static string NetworkText(JobFacts facts)
    {
        string all = Shown(facts, BoardFacts.Network);
        bool intel = Controllers(all).Any(one => one.Contains("/8086:", StringComparison.Ordinal));
        return all is Unknown or None ? all : $"{all}{(intel ? " (Intel)" : " (no Intel controller shown)")}";
    }

    private static bool? Edition(string family, string sku)
    {
        bool Says(string word) => sku.Contains(word, StringComparison.Ordinal);
        if (family != "ME" || Says("without AMT") || Says("consumer") || Says("slim") || Says("Ignition"))
            return false;
        return Says("with AMT") || Says("corporate") ? true : null;
    }

    // Another board in the middle of a job would make every measurement worthless. A controller that goes missing once
    // the ME is off is a known effect (me-firmware 5.4).
    private static Check SameBoard(JobFacts facts)
    {
        const string id = "R2", title = "one and the same board";
        const string limit = "processor, chipset and network controllers alike in every boot";
        if (facts.Boots.Count == 0)
            return FlashChecks.NotReached(id, title, limit);
        if (Difference(facts) is { } difference)
            return new Check(id, title, Verdict.Inconclusive, true, "differs", limit, difference);
        if (facts.Boots.Any(boot => boot.Facts.Find(BoardFacts.Processor) is null))
        {
            return new Check(id, title, Verdict.Inconclusive, false, Unknown, limit,
                "the agent did not name the processor on every boot");
        }

        string[] gone = [.. Gone(facts)];
        return new Check(id, title, Verdict.Pass, false, $"{facts.Boots.Count} boots", limit, gone.Length == 0
            ? "every boot named the same parts"
            : $"the same board; no longer there: {string.Join(", ", gone)}");
    }

    private static string? Difference(JobFacts facts)
    {
        foreach (string key in (string[])[BoardFacts.Processor, BoardFacts.Chipset, BoardFacts.Network])
        {
            if (facts.Boots.FirstOrDefault(boot => boot.Facts.Contradictions.Contains(key)) is { } torn)
                return $"boot {torn.Number} named two different values of {key}";
        }

        foreach (string key in (string[])[BoardFacts.Processor, BoardFacts.Chipset])
        {
            if (Values(facts, key) is [var one, var other, ..])
            {
                return $"{key} was {BoardFactText.Plain(one)} on one boot and {BoardFactText.Plain(other)} on another: "
                    + "is it the same board?";
            }
        }

        string[][] lists = [.. Lists(facts)];
        return lists.Skip(1).SelectMany(list => list.Except(lists[0])).FirstOrDefault() is { } added
            ? $"the network controller {added} was not there on the first boot: is it the same board?"
            : null;
    }

    private static IEnumerable<string> Gone(JobFacts facts)
    {
        string[][] lists = [.. Lists(facts)];
        return lists.Skip(1).SelectMany(list => lists[0].Except(list)).Distinct();
    }

    private static IEnumerable<string[]> Lists(JobFacts facts) => facts.Boots
        .Select(boot => boot.Facts.Find(BoardFacts.Network)).OfType<string>().Select(Controllers);

    private static string[] Controllers(string list) => list is None or Unknown ? [] : list.Split(',');

    // Known by some boot and denied by none.
    private static string Shown(JobFacts facts, string key)
    {
        bool torn = facts.Boots.Any(boot => boot.Facts.Contradictions.Contains(key));
        return Values(facts, key) switch
        {
            _ when torn => ReportedFact.Contradictory,
            [var one] => BoardFactText.Plain(one),
            [] => Unknown,
            _ => "differs between boots",
        };
    }

    private static List<string> Values(JobFacts facts, string key) =>
        [.. facts.Boots.Select(boot => boot.Facts.Find(key)).OfType<string>().Distinct()];
}
