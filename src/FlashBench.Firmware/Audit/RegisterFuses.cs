using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads fuses out of registers.</summary>
/// <remarks>Source: me-firmware 5.2 and 3.2.</remarks>
internal static class RegisterFuses
{
    private const int HidingVersion = 18; // ME 18 keeps most of HFSTS6 to itself.
    private const ulong MsrCapable = 1UL << 32, MsrKnown = MsrCapable | 0xFF;

    // First bit and width of the fields of HFSTS6.
    private static readonly (FuseItem Item, int Bit, int Width)[] Policy =
    [
        (FuseItem.ForceBootGuardAcm, 0, 1), (FuseItem.CpuDebugDisabled, 1, 1), (FuseItem.BspInitDisabled, 2, 1),
        (FuseItem.ProtectBiosEnvironment, 3, 1), (FuseItem.EnforcementPolicy, 6, 2), (FuseItem.MeasuredBoot, 8, 1),
        (FuseItem.VerifiedBoot, 9, 1), (FuseItem.KeyManifestId, 22, 4),
    ];

    private static readonly (FuseItem Item, int Bit, int Width)[] Fuses =
        [(FuseItem.BootGuardDisabled, 28, 1), (FuseItem.FpfDisabled, 29, 1), (FuseItem.FpfLock, 30, 1)];

    private static readonly (FuseItem Item, int Bit, int Width)[] OfHfsts5 =
        [(FuseItem.CpuDebugDisabled, 21, 1), (FuseItem.BspInitDisabled, 22, 1)];

    /// <summary>The fuses in HFSTS6, and on ME 18 in HFSTS5.</summary>
    /// <param name="me">The firmware, whose version tells the layout; null when unknown.</param>
    /// <param name="registers">The registers; they count only beside an HFSTS1 that shows a device.</param>
    /// <param name="notes">Receives why a register that was read is not used.</param>
    public static IEnumerable<FuseReading> Read(MeFirmware? me, MeRegisters registers, List<string> notes)
    {
        bool isRead = registers.Hfsts6 is not (null or uint.MaxValue);
        if (isRead && WhyUnusable(me, registers) is { } reason)
        {
            notes.Add($"HFSTS6 was read, but {reason}");
            return [];
        }

        if (!isRead || registers.Hfsts6 is not { } word)
            return [];
        if (me!.Version.Major < HidingVersion)
            return Fields(word, [.. Policy, .. Fuses], FuseSource.Hfsts6);

        notes.Add($"{me.Title} keeps policy and key manifest id out of HFSTS6");
        var second = registers.Hfsts5 is { } fifth and not uint.MaxValue
            ? Fields(fifth, OfHfsts5, FuseSource.Hfsts5)
            : [];
        return Fields(word, Fuses, FuseSource.Hfsts6).Concat(second);
    }

    /// <summary>The fuses in MSR 0x13A.</summary>
    /// <param name="msr">The register, or null.</param>
    /// <param name="notes">Receives why a register that was read is not used.</param>
    public static IEnumerable<FuseReading> ReadMsr(ulong? msr, List<string> notes)
    {
        if (msr is not { } value)
            return [];
        if ((value & MsrCapable) == 0 || (value & ~MsrKnown) != 0)
        {
            notes.Add($"MSR 0x13A is 0x{value:X}, which shows no processor with Boot Guard and says nothing about fuses");
            return [];
        }

        uint word = (uint)(value & 0xFF);
        var fuses = Fields(word,
            [
                (FuseItem.ProtectBiosEnvironment, 0, 1), (FuseItem.ForceBootGuardAcm, 4, 1),
                (FuseItem.MeasuredBoot, 5, 1), (FuseItem.VerifiedBoot, 6, 1),
            ], FuseSource.Msr13A);
        uint tpm = word >> 1 & 3; // 0 none in use, which says nothing about PTT; 3 PTT
        return tpm == 0 ? fuses : fuses.Append(new(FuseItem.Ptt, tpm == 3 ? 1u : 0u, FuseSource.Msr13A));
    }

    private static string? WhyUnusable(MeFirmware? me, MeRegisters registers) => me switch
    {
        null => "the ME's version, which tells its layout, is not known",
        _ when registers.Status1 is null => "no HFSTS1 beside it shows a device",
        { Family: not FirmwareFamily.Me } => $"its layout on {me.Title} is not known",
        _ when BootGuardRules.HasNoBootGuard(me) => $"{me.Title} is from before Boot Guard",
        _ => null,
    };

    private static IEnumerable<FuseReading> Fields(
        uint word, (FuseItem Item, int Bit, int Width)[] fields, FuseSource source) =>
        fields.Select(f => new FuseReading(f.Item, word >> f.Bit & (1u << f.Width) - 1, source));
}
