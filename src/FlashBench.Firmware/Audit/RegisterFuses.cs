using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads fuses out of registers.</summary>
/// <remarks>Source: me-firmware 5.2 and 3.2.</remarks>
internal static class RegisterFuses
{
    private const int HidingVersion = 18; // ME 18 keeps most of HFSTS6 to itself.
    private const ulong MsrCapable = 1UL << 32, MsrKnown = MsrCapable | 0xFF;

    /// <summary>The fuses in HFSTS6, and on ME 18 in HFSTS5.</summary>
    /// <param name="me">The firmware, whose version tells the layout; null when unknown.</param>
    /// <param name="registers">The registers; they count only beside an HFSTS1 that shows a device.</param>
    /// <param name="notes">Receives why a register that was read is not used.</param>
    public static IEnumerable<FuseReading> Read(MeFirmware? me, MeRegisters registers, List<string> notes)
    {
        if (registers.Status6(null) is null && registers.Status5(null) is null)
            return [];
        if (WhyUnusable(me, registers) is { } reason)
        {
            notes.Add($"HFSTS5 and HFSTS6 are not used: {reason}");
            return [];
        }

        int layout = Layout(me!);
        if (layout >= HidingVersion)
            notes.Add($"{me!.Title} keeps policy, key manifest id and locks out of HFSTS6");
        return OfHfsts6(registers.Status6(layout)).Concat(OfHfsts5(registers.Status5(layout)));
    }

    /// <summary>The fuses in MSR 0x13A.</summary>
    /// <param name="raw">The register, or null.</param>
    /// <param name="notes">Receives why a register that was read is not used.</param>
    public static IEnumerable<FuseReading> ReadMsr(ulong? raw, List<string> notes)
    {
        if (raw is not { } value)
            return [];
        var msr = new BootGuardMsr(value);
        if (!msr.IsCapable || (value & ~MsrKnown) != 0)
        {
            notes.Add($"MSR 0x13A is 0x{value:X}, which shows no processor with Boot Guard and says nothing of fuses");
            return [];
        }

        const FuseSource source = FuseSource.Msr13A;
        bool? ptt = msr.TpmType == 0 ? null : msr.TpmType == 3; // no TPM in use says nothing about PTT
        return Known(
            Switch(FuseItem.ProtectBiosEnvironment, msr.NoEvictMode, source),
            Switch(FuseItem.ForceBootGuardAcm, msr.ForceBootGuardAcm, source),
            Switch(FuseItem.MeasuredBoot, msr.MeasuredBoot, source),
            Switch(FuseItem.VerifiedBoot, msr.VerifiedBoot, source),
            Switch(FuseItem.Ptt, ptt, source));
    }

    private static IEnumerable<FuseReading> OfHfsts6(Hfsts6? word)
    {
        const FuseSource source = FuseSource.Hfsts6;
        return Known(
            Switch(FuseItem.ForceBootGuardAcm, word?.ForceBootGuardAcm, source),
            Switch(FuseItem.CpuDebugDisabled, word?.CpuDebugDisabled, source),
            Switch(FuseItem.BspInitDisabled, word?.BspInitDisabled, source),
            Switch(FuseItem.ProtectBiosEnvironment, word?.ProtectBiosEnvironment, source),
            Number(FuseItem.EnforcementPolicy, word?.EnforcementPolicy, source),
            Switch(FuseItem.MeasuredBoot, word?.MeasuredBoot, source),
            Switch(FuseItem.VerifiedBoot, word?.VerifiedBoot, source),
            Number(FuseItem.KeyManifestId, word?.KeyManifestId, source),
            Switch(FuseItem.FpfLock, word?.FpfSocLock, source),
            Switch(FuseItem.BootGuardDisabled, word?.BootGuardDisabled, source),
            Switch(FuseItem.FpfDisabled, word?.FpfDisabled, source));
    }

    private static IEnumerable<FuseReading> OfHfsts5(Hfsts5? word) => Known(
        Switch(FuseItem.CpuDebugDisabled, word?.CpuDebugDisabled, FuseSource.Hfsts5),
        Switch(FuseItem.BspInitDisabled, word?.BspInitDisabled, FuseSource.Hfsts5));

    // ME 9.5 has the layout of ME 10; what is before it never comes here.
    private static int Layout(MeFirmware me) => Math.Max(me.Version.Major, 10);

    private static string? WhyUnusable(MeFirmware? me, MeRegisters registers) => me switch
    {
        null => "the ME's version, which tells their layout, is not known",
        _ when registers.Status1 is null => "no HFSTS1 beside them shows a device",
        { Family: not FirmwareFamily.Me } => $"their layout on {me.Title} is not known",
        _ when BootGuardRules.HasNoBootGuard(me) => $"{me.Title} is from before Boot Guard",
        _ => null,
    };

    private static FuseReading? Switch(FuseItem item, bool? isOn, FuseSource source) =>
        isOn is { } known ? new FuseReading(item, known ? 1u : 0u, source) : null;

    private static FuseReading? Number(FuseItem item, int? value, FuseSource source) =>
        value is { } known ? new FuseReading(item, (uint)known, source) : null;

    private static IEnumerable<FuseReading> Known(params FuseReading?[] readings) => readings.OfType<FuseReading>();
}
