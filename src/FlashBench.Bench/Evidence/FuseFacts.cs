using System.Globalization;
using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>The fuses, as HFSTS6 and MSR 0x13A of the board as received show them.</summary>
/// <remarks>Source: me-firmware 5.2. A fuse that no register shows is unknown, never off.</remarks>
internal static class FuseFacts
{
    private const int FirstLayout = 10; // ME 9.5 has that of ME 10

    public static IEnumerable<ReportedFact> Of(JobFacts facts)
    {
        List<Hfsts6> words = Words(facts);
        string Value(Func<Hfsts6, string?> of) => Only(words.Select(of));
        BootGuardMsr? msr = Msr(facts);
        yield return new("hfsts6", "HFSTS6", Only(words.Select(word => word.ToString())));
        yield return new("forceBootGuardAcm", "Force Boot Guard ACM", Value(word => Switch(word.ForceBootGuardAcm)));
        yield return new("cpuDebugDisabled", "CPU debug disabled", Value(word => Switch(word.CpuDebugDisabled)));
        yield return new("bspInitDisabled", "BSP init disabled", Value(word => Switch(word.BspInitDisabled)));
        yield return new("protectBiosEnvironment", "Protect BIOS environment",
            Value(word => Switch(word.ProtectBiosEnvironment)));
        yield return new("enforcementPolicy", "Enforcement policy", Value(word => Number(word.EnforcementPolicy)));
        yield return new("measuredBoot", "Measured Boot", Value(word => Switch(word.MeasuredBoot)));
        yield return new("verifiedBoot", "Verified Boot", Value(word => Switch(word.VerifiedBoot)));
        yield return new("keyManifestId", "Key manifest id", Value(word => Number(word.KeyManifestId)));
        yield return new("fpfLock", "Fuses locked", Value(word => Switch(word.FpfSocLock)));
        yield return new("msr13a", "MSR 0x13A", msr is { } raw ? raw.ToString() : ReportedFact.Unknown);
        yield return new("ptt", "PTT", msr is { IsCapable: true, TpmType: not 0 } known
            ? Switch(known.TpmType == 3)!
            : ReportedFact.Unknown); // no TPM in use says nothing about PTT
    }

    private static List<Hfsts6> Words(JobFacts facts)
    {
        if (facts.Audit is not { Family: "ME" } audit || !FuseChecks.Matter(facts)
            || !int.TryParse(audit.Version.Split('.')[0], CultureInfo.InvariantCulture, out int major)
            || facts.Boots.FirstOrDefault(boot => boot.Kind == BootKind.Baseline) is not { } boot)
        {
            return [];
        }

        return [.. FuseChecks.Samples(boot).Select(sample => sample.Status6(Math.Max(major, FirstLayout)))
            .OfType<Hfsts6>()];
    }

    private static BootGuardMsr? Msr(JobFacts facts)
    {
        var said = facts.Boots.Select(boot => boot.Facts.Find(BoardFacts.BootGuard)).OfType<string>().Distinct()
            .ToList();
        return said is [var text]
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong raw)
            ? new BootGuardMsr(raw)
            : null;
    }

    private static string Only(IEnumerable<string?> values) => values.Distinct().ToList() switch
    {
        [] or [null] => ReportedFact.Unknown,
        [{ } one] => one,
        _ => ReportedFact.Contradictory,
    };

    private static string? Switch(bool? value) => value switch { true => "yes", false => "no", null => null };

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
