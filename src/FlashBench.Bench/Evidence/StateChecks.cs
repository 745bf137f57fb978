using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>Checks of the ME's own words: B1, C1, C2, C3, E2, and the state in the baseline.</summary>
internal static class StateChecks
{
    private const double FirstFusedVersion = 9.5; // Boot Guard registers appear with ME 9.5
    private const long UsPerMinute = 60_000_000;

    // Where in a boot an intact sample must lie, in minutes since the clock's start; the last one is open-ended.
    private static readonly (string Name, double From, double To)[] Windows =
        [("early", 0, 8), ("middle", 12, 20)];

    public static IEnumerable<Check> All(JobFacts facts) =>
        [Fuses(facts), Registers(facts), FirmwareText(facts), HostView(), Amt(facts)];

    /// <summary>True from the version on in which an enforcement policy could switch the board off.</summary>
    public static bool FusesMatter(JobFacts facts) =>
        facts.Audit is not { } audit || MajorMinor(audit.Version) >= FirstFusedVersion;

    /// <summary>Judges the state that the board as received showed.</summary>
    public static (Verdict Outcome, string Text) BaselineState(BootObservation boot, JournalData.Audit audit)
    {
        MeStateKind? state = boot.Samples.Count > 0
            ? Decide(boot.Samples[^1].Registers, audit, audit.DisableBit.Set).Kind
            : FromText(boot.FirmwareText);
        string text = state is null ? "neither agent nor firmware said anything of the ME's state"
            : $"the ME was seen {Words(state.Value)}" + (audit.Stock ? "" : "; the board came neutralized, not stock");
        MeStateKind expected = audit.Stock ? MeStateKind.Running
            : audit.DisableBit.Set ? MeStateKind.DisabledByBit : MeStateKind.NeutralizedByRemoval;
        if (state is null || state == expected)
            return (state is null ? Verdict.Inconclusive : Verdict.Pass, text);
        return (Verdict.Inconclusive, $"{text}, but the flash content lets expect {Words(expected)}");
    }

    private static Check Fuses(JobFacts facts)
    {
        const string id = "B1", title = "Boot Guard policy", limit = "enforcement policy 0";
        if (facts.Boots.Count == 0 || facts.Audit is not { } audit)
            return FlashChecks.NotReached(id, title, limit);
        if (MajorMinor(audit.Version) < FirstFusedVersion)
        {
            return new Check(id, title, Verdict.Pass, false, "no Boot Guard", limit,
                "ME versions before 9.5 have none");
        }

        uint? raw = facts.Boots[0].Samples.Select(sample => sample.Registers.Hfsts6)
            .Append(facts.Boots[0].FirmwareText?.Registers.Hfsts6).FirstOrDefault(value => value is not null);
        if (raw is not uint hfsts6 || hfsts6 == uint.MaxValue)
        {
            return new Check(id, title, Verdict.Inconclusive, false, "HFSTS6 not read", limit,
                "the fuses could not be read");
        }

        uint policy = hfsts6 >> 6 & 3;
        return new Check(id, title, policy == 0 ? Verdict.Pass : Verdict.Fail, false,
            $"HFSTS6 0x{hfsts6:X8}, policy {policy}", limit, policy == 0 ? "no enforcement action is fused"
                : $"enforcement policy {policy} can switch this board off by itself");
    }

    private static Check Registers(JobFacts facts)
    {
        const string id = "C1", title = "ME state in its registers";
        const string limit = "disabled, read early, midway and past the mark of every boot";
        var boots = facts.Boots.Where(boot => boot.Kind == BootKind.Watch).ToList();
        if (boots.Count == 0 || facts.Audit is not { } audit)
            return FlashChecks.NotReached(id, title, limit);
        bool bit = (facts.FlashChecks.GetValueOrDefault("re-read") ?? facts.FlashChecks.GetValueOrDefault("verify"))
            ?.DisableBit.Set ?? audit.DisableBit.Set;
        int count = boots.Sum(boot => boot.Samples.Count);
        string measured = count == 0 ? "no intact sample" : $"{count} samples, HFSTS1 {Distinct(boots)}";
        var states = boots.SelectMany(boot => boot.Samples).Select(sample => Decide(sample.Registers, audit, bit))
            .ToList();
        if (states.Find(state => Speaks(state.Kind)) is { } against)
            return new Check(id, title, Verdict.Fail, false, measured, limit, against.Sentence);
        if (states.Find(state => state.Kind != MeStateKind.DisabledByBit) is { } unclear)
            return new Check(id, title, Verdict.Inconclusive, false, measured, limit, unclear.Sentence);
        string? missing = boots.Select(boot => MissingWindow(facts, boot)).FirstOrDefault(text => text is not null);
        return missing is null
            ? new Check(id, title, Verdict.Pass, false, measured, limit, states[0].Sentence)
            : new Check(id, title, Verdict.Inconclusive, false, measured, limit, missing);
    }

    private static string? MissingWindow(JobFacts facts, BootObservation boot)
    {
        if (boot.LastResetUs is not long start)
            return $"boot {boot.Number} has no power-good to count from";
        double mark = facts.Start.Watch.MinimumSeconds / 60;
        foreach ((string name, double from, double to) in Windows.Append(("past the mark", mark, double.MaxValue)))
        {
            bool found = boot.Samples.Any(sample =>
                (sample.AtUs - start) / (double)UsPerMinute is double at && at >= from && at < to);
            if (!found)
                return $"boot {boot.Number} has no intact register sample {name}";
        }

        return null;
    }

    private static Check FirmwareText(JobFacts facts)
    {
        const string id = "C2", title = "firmware's own words", limit = "agree with the registers";
        var texts = facts.Boots.Where(boot => boot.Kind == BootKind.Watch).Select(boot => FromText(boot.FirmwareText))
            .ToList();
        if (texts.Contains(MeStateKind.Running))
        {
            return new Check(id, title, Verdict.Fail, false, "running", limit,
                "the boot log says that the ME runs normally");
        }

        bool all = texts.Count > 0 && texts.TrueForAll(state => state == MeStateKind.DisabledByBit);
        return new Check(
            id, title, all ? Verdict.Pass : Verdict.Inconclusive, false, all ? "disabled" : "not said", limit,
            all ? "the boot log says that the ME is disabled" : "the boot log does not say so on every boot");
    }

    private static Check HostView() => new("C3", "host's view", Verdict.Inconclusive, false, "not examined",
        "no firmware version answered", "this version does not ask the ME from the operating system");

    private static Check Amt(JobFacts facts) => new("E2", "AMT ingredients", Verdict.Inconclusive, false,
        facts.Audit is { } audit ? $"firmware: {audit.Sku}; CPU and network: unknown" : "unknown", "reported",
        "unknown stays unknown: CPU and network controller are not examined by this version");

    private static MeState Decide(MeRegisters registers, JournalData.Audit audit, bool bit) =>
        MeStateTable.Decide(registers, (MeGeneration)audit.Generation, bit);

    private static MeStateKind? FromText(CorebootMeReport? text) => text switch
    {
        null or { IsContradictory: true } or { IsEmpty: true } => null,
        { SaysDisabled: true } or { OperationMode: 2 } => MeStateKind.DisabledByBit,
        { WorkingState: 5, OperationMode: 0 } => MeStateKind.Running,
        { WorkingState: 2, OperationMode: 0, ErrorCode: 3 } => MeStateKind.NeutralizedByRemoval,
        _ => null,
    };

    // Positive evidence of an ME that is not disabled by its bit.
    private static bool Speaks(MeStateKind kind) => kind is MeStateKind.Running or MeStateKind.WatchdogArmed
        or MeStateKind.InvalidCpu or MeStateKind.FlashOverride or MeStateKind.SoftDisabled or MeStateKind.ImageBroken
        or MeStateKind.ServerFirmware or MeStateKind.DebugMode;

    private static string Words(MeStateKind kind) => kind switch
    {
        MeStateKind.Running => "running",
        MeStateKind.DisabledByBit => "disabled by its bit",
        MeStateKind.NeutralizedByRemoval => "neutralized by removal",
        _ => $"in state {kind}",
    };

    private static string Distinct(List<BootObservation> boots) =>
        string.Join(", ", boots.SelectMany(boot => boot.Samples)
        .Select(sample => sample.Registers.Hfsts1).Distinct().Take(4)
        .Select(raw => raw is uint value ? $"0x{value:X8}" : "absent"));

    // "11.0.10.1002" -> 11.0
    private static double MajorMinor(string version)
    {
        string[] parts = version.Split('.');
        return parts.Length >= 2 && double.TryParse(
            $"{parts[0]}.{parts[1]}", System.Globalization.CultureInfo.InvariantCulture, out double value)
            ? value
            : double.MaxValue;
    }
}
