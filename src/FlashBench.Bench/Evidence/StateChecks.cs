using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>Checks of the ME's own words: B1, C1, C2, and the state in the baseline.</summary>
internal static class StateChecks
{
    private const long UsPerMinute = 60_000_000;

    /// <summary>What C2 measures if the firmware's words are those of an ME that was removed.</summary>
    public const string SaidRemoved = "neutralized by removal";

    /// <summary>What C2 measures if the firmware's words say nothing of it.</summary>
    public const string NotSaid = "not said";

    private const string NoMeText = "this board has no ME silicon: there is no state to record";

    // Where in a boot an intact sample must lie, in minutes since the clock's start; the last one is open-ended.
    private static readonly (string Name, double From, double To)[] Windows =
        [("early", 0, 8), ("middle", 12, 20)];

    public static IEnumerable<Check> All(JobFacts facts) =>
        [FuseChecks.BootGuard(facts), Registers(facts), FirmwareText(facts)];

    /// <summary>Judges the state that the board as received showed: every sample must agree.</summary>
    public static (Verdict Outcome, string Text) BaselineState(
        BootObservation boot, JournalData.Audit audit, JobFacts facts)
    {
        if (HasNoMe(facts))
        {
            return boot.Samples.All(sample => sample.Registers.Status1 is null)
                ? (Verdict.Pass, NoMeText)
                : (Verdict.Inconclusive, "registers of an ME were read on a board that has none");
        }

        if (boot.Samples.Any(sample => sample.Registers.Status1 is { UpdateInProgress: true }))
            return (Verdict.Inconclusive, "the ME was in the middle of a firmware update");
        var seen = boot.Samples.Select(sample => Decide(sample.Registers, audit, audit.DisableBit.Set).Kind).ToList();
        if (seen.Count == 0 && TextState(boot.FirmwareText, audit, audit.DisableBit.Set) is { } said)
            seen.Add(said);
        if (seen.Count == 0)
            return (Verdict.Inconclusive, "neither agent nor firmware said anything of the ME's state");
        MeStateKind expected = audit.Stock ? MeStateKind.Running
            : audit.DisableBit.Set ? MeStateKind.DisabledByBit : MeStateKind.NeutralizedByRemoval;
        string text = $"the ME was seen {string.Join(" and ", seen.Distinct().Select(Words))}"
            + (audit.Stock ? "" : "; the board came neutralized, not stock");
        return seen.TrueForAll(state => state == expected)
            ? (Verdict.Pass, text)
            : (Verdict.Inconclusive, $"{text}, but the flash content lets expect {Words(expected)}");
    }

    private static Check Registers(JobFacts facts)
    {
        const string id = "C1", title = "ME state in its registers";
        const string limit = "disabled, read early, midway and past the mark of every boot";
        var boots = facts.Boots.Where(boot => BootKind.IsWatched(boot.Kind)).ToList();
        if (boots.Count == 0 || facts.Source is not { } audit || facts.Audit is not { } received)
            return FlashChecks.NotReached(id, title, limit);
        bool bit = BitAfter(facts, audit);
        if (HasNoMe(facts))
            return new Check(id, title, Verdict.Inconclusive, false, "no ME", limit, NoMeText);
        int count = boots.Sum(boot => boot.Samples.Count);
        string measured = count == 0 ? "no intact sample" : $"{count} samples, HFSTS1 {Distinct(boots)}";
        var states = boots.SelectMany(boot => boot.Samples).Select(sample => Decide(sample.Registers, audit, bit))
            .ToList();
        var before = boots.SelectMany(boot => boot.SamplesBeforeRestart)
            .Select(sample => Decide(sample.Registers, audit, bit));
        if (states.Concat(before).FirstOrDefault(state => Speaks(state.Kind)) is { } against)
            return new Check(id, title, Verdict.Fail, false, measured, limit, against.Sentence);
        if (states.Find(state => state.Kind != MeStateKind.DisabledByBit) is { } unclear)
            return new Check(id, title, Verdict.Inconclusive, false, measured, limit, unclear.Sentence);
        string? missing = boots.Select(boot => MissingWindow(facts, boot)).FirstOrDefault(text => text is not null);
        if (missing is not null)
            return new Check(id, title, Verdict.Inconclusive, false, measured, limit, missing);
        (bool paired, string enabled) = Before(facts, received);
        return new Check(
            id, title, paired ? Verdict.Pass : Verdict.Inconclusive, false, measured, limit,
            $"{states[0].Sentence}; {enabled}");
    }

    // Disabled means something only beside the same board's enabled state (bench-control 5.2, L3).
    private static (bool Paired, string Text) Before(JobFacts facts, JournalData.Audit audit)
    {
        if (!audit.Stock)
            return (true, "the board came neutralized, so that no enabled state was there to be seen");
        RegisterSample? enabled = MeObserved.BaselineSamples(facts).FirstOrDefault(
            sample => Decide(sample.Registers, audit, audit.DisableBit.Set).Kind == MeStateKind.Running);
        return enabled is null
            ? (false, "no enabled state was read on the original image, so that there is no pair")
            : (true, $"on the original image it ran (HFSTS1 0x{enabled.Registers.Hfsts1:X8})");
    }

    // A real board has an ME, whatever its profile says.
    internal static bool HasNoMe(JobFacts facts) => facts.Start.Profile.NoMeSilicon && facts.IsSimulated;

    private static string? MissingWindow(JobFacts facts, BootObservation boot)
    {
        if (boot.CountedFromUs is not long start)
            return $"boot {boot.Number} has no power-good to count from";
        double mark = BootSettings.For(facts.Start, boot.Kind).MinimumUs / (double)UsPerMinute;
        foreach ((string name, double from, double to) in Windows.Append(("past the mark", mark, double.MaxValue)))
        {
            bool found = boot.Samples.Any(sample =>
                (sample.AtUs - start) / (double)UsPerMinute is double at && at >= from && at < to);
            if (!found)
                return $"boot {boot.Number} has no intact register sample {name}";
        }

        return null;
    }

    // The boot log has no checksum: one contradicting boot makes the job inconclusive, the same contradiction on every
    // boot is a failure.
    private static Check FirmwareText(JobFacts facts)
    {
        const string id = "C2", title = "firmware's own words", limit = "agree with the registers";
        var boots = facts.Boots.Where(boot => BootKind.IsWatched(boot.Kind)).ToList();
        if (boots.Count == 0 || facts.Source is not { } audit)
            return FlashChecks.NotReached(id, title, limit);
        bool bit = BitAfter(facts, audit);
        var states = boots.Select(boot => TextState(boot.FirmwareText, audit, bit)).ToList();
        var against = states.Where(state => state is not null and not MeStateKind.DisabledByBit).Distinct().ToList();
        bool damaged = boots.Exists(boot => boot.FirmwareText is { IsContradictory: true });
        if (against.Count == 0 && !damaged)
        {
            bool all = states.TrueForAll(state => state is not null);
            return new Check(
                id, title, all ? Verdict.Pass : Verdict.Inconclusive, false, all ? "disabled" : NotSaid, limit,
                all ? "the boot log says that the ME is disabled" : "the boot log does not say so on every boot");
        }

        bool everyBoot = against.Count == 1 && !damaged && states.TrueForAll(state => state == against[0]);
        string said = against.Count == 0 ? "contradictory"
            : string.Join(" and ", against.Select(state => Words(state!.Value)));
        return new Check(
            id, title, everyBoot ? Verdict.Fail : Verdict.Inconclusive, true, said, limit,
            $"the boot log says of the ME: {said}");
    }

    internal static bool BitAfter(JobFacts facts, JournalData.Audit audit) =>
        (facts.FlashChecks.GetValueOrDefault("re-read") ?? facts.FlashChecks.GetValueOrDefault("verify"))
            ?.DisableBit.Set ?? audit.DisableBit.Set;

    internal static MeState Decide(MeRegisters registers, JournalData.Audit audit, bool bit) =>
        MeStateTable.Decide(registers, (MeGeneration)audit.Generation, bit);

    // By the printed register where there is one, else by the words.
    internal static MeStateKind? TextState(CorebootMeReport? text, JournalData.Audit audit, bool bit) => text switch
    {
        null or { IsContradictory: true } or { IsEmpty: true } => null,
        { Registers.Status1: not null } => Decide(text.Registers, audit, bit).Kind,
        { SaysDisabled: true } or { OperationMode: 2 } => MeStateKind.DisabledByBit,
        { OperationMode: 3 } => MeStateKind.SoftDisabled,
        { OperationMode: 4 or 5 } => MeStateKind.FlashOverride,
        { WorkingState: 5 } => MeStateKind.Running,
        { WorkingState: 6 } => MeStateKind.WatchdogArmed,
        { WorkingState: 8 } => MeStateKind.InvalidCpu,
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
        MeStateKind.NeutralizedByRemoval => SaidRemoved,
        _ => $"in state {kind}",
    };

    private static string Distinct(List<BootObservation> boots) =>
        string.Join(", ", boots.SelectMany(boot => boot.Samples)
        .Select(sample => sample.Registers.Hfsts1).Distinct().Take(4)
        .Select(raw => raw is uint value ? $"0x{value:X8}" : "absent"));
}
