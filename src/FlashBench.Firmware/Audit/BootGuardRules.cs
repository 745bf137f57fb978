namespace FlashBench.Firmware.Audit;

/// <summary>The rules that Boot Guard and its fuses decide.</summary>
/// <remarks>Source: me-firmware 5.2 to 5.4.</remarks>
internal static class BootGuardRules
{
    private const int FirstLayout = 11; // The bit stands at its place of ME 11 from ME 9.5 on (me-firmware 4).
    private const uint TimedShutdown = 1;

    /// <summary>All of them.</summary>
    public static IEnumerable<PreflightRule> Examine(
        MeFirmware? me, HostFacts host, FuseReport fuses, PlannedWork work) =>
    [
        VerifiedBoot(me, fuses, work).As("verified-boot", RuleSeverity.Refuse),
        PolicyUnknown(me, fuses, work).As("bios-replaced-policy-unknown", RuleSeverity.Refuse),
        Enforcement(me, host).As("enforcement-started", RuleSeverity.Refuse),
        Timed(me, fuses).As("timed-shutdown-policy", RuleSeverity.Warn),
    ];

    /// <summary>True for firmware from before Boot Guard: ME up to 9.1, and TXE 1 and 2 have none to act.</summary>
    internal static bool HasNoBootGuard(MeFirmware? me) =>
        me is { Family: FirmwareFamily.Me } && (me.Version.Major, me.Version.Minor) is ( < 9, _) or (9, < 5);

    private static RuleAnswer TooOld(MeFirmware me) =>
        RuleAnswer.Clear($"{me.Title} is from before Boot Guard (ME 9.5)", "manifest");

    private static RuleAnswer VerifiedBoot(MeFirmware? me, FuseReport fuses, PlannedWork work)
    {
        if (work is { Change: not PlannedChange.Removal, ReplacesBios: false })
            return RuleAnswer.Clear("no code is removed and the BIOS stays as it is", "plan");
        if (HasNoBootGuard(me))
            return TooOld(me!);
        (uint? verified, uint? locked) = (fuses[FuseItem.VerifiedBoot].Value, fuses[FuseItem.FpfLock].Value);
        return (verified, locked) switch
        {
            (1, 1) => RuleAnswer.Triggered(
                "Verified Boot is fused and locked: only the disable bit may be set, with the BIOS untouched", "fuses"),
            (0, _) => RuleAnswer.Clear("Verified Boot is off", "fuses"),
            (_, 0) => RuleAnswer.Clear("the fuses are not locked", "fuses"),
            (null, _) => RuleAnswer.Unknown("whether Verified Boot is fused is not known"),
            _ => RuleAnswer.Unknown("Verified Boot is on, and whether the fuses are locked is not known", "fuses"),
        };
    }

    // Here "unknown" itself is the hazard.
    private static RuleAnswer PolicyUnknown(MeFirmware? me, FuseReport fuses, PlannedWork work)
    {
        if (!work.ReplacesBios)
            return RuleAnswer.Clear("the BIOS stays as it is", "plan");
        if (HasNoBootGuard(me))
            return TooOld(me!);
        FuseState policy = fuses[FuseItem.EnforcementPolicy];
        return policy.Value is null
            ? RuleAnswer.Triggered("the BIOS is to be replaced, and the enforcement policy is not known", "plan")
            : RuleAnswer.Clear($"the enforcement policy is known ({policy.Meaning})", "fuses");
    }

    private static RuleAnswer Enforcement(MeFirmware? me, HostFacts host)
    {
        if (HasNoBootGuard(me))
            return TooOld(me!);
        bool? started = me is { Family: FirmwareFamily.Me } && host.Registers.Status1 is not null
            ? host.Registers.Status5(Math.Max(me.Version.Major, FirstLayout))?.StartEnforcement
            : null;
        return started switch
        {
            null => RuleAnswer.Unknown("HFSTS5 was not read"),
            true => RuleAnswer.Triggered(
                "the PCH has started to enforce: the board will go off by itself", "HFSTS5 bit 31"),
            false => RuleAnswer.Clear("the PCH enforces nothing", "HFSTS5 bit 31"),
        };
    }

    private static RuleAnswer Timed(MeFirmware? me, FuseReport fuses)
    {
        if (HasNoBootGuard(me))
            return TooOld(me!);
        FuseState policy = fuses[FuseItem.EnforcementPolicy];
        return policy.Value switch
        {
            null => RuleAnswer.Unknown("the enforcement policy is not known"),
            TimedShutdown => RuleAnswer.Triggered(
                "a Boot Guard fault switches this board off after 30 minutes: not to be taken for the ME's watchdog",
                "fuses"),
            _ => RuleAnswer.Clear($"enforcement policy {policy.Meaning}", "fuses"),
        };
    }
}
