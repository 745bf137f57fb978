using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>Check B1: what the fused Boot Guard policy would do to a changed image.</summary>
/// <remarks>Source: ME reference 5.2 (HFSTS6) and 5.4 (refuse list); the bits exist from ME 9.5 on.</remarks>
internal static class FuseChecks
{
    private const double FirstFusedVersion = 9.5;
    private const uint VerifiedBoot = 1 << 9, FuseLock = 1 << 30, EnforcementStarted = 1u << 31; // the last in HFSTS5
    private const string Id = "B1", Title = "Boot Guard policy", Limit = "no enforcement fused, read in every sample";

    /// <summary>True from the version on in which an enforcement policy could switch the board off.</summary>
    public static bool Matter(JobFacts facts) =>
        facts.Audit is not { } audit || MajorMinor(audit.Version) >= FirstFusedVersion || IsFirstFused(facts);

    /// <summary>Judges the registers of the board as received.</summary>
    public static Check BootGuard(JobFacts facts)
    {
        if (facts.Boots.FirstOrDefault(boot => boot.Kind == BootKind.Baseline) is not { } boot
            || facts.Audit is not { } audit)
        {
            return FlashChecks.NotReached(Id, Title, Limit);
        }

        if (IsFirstFused(facts))
            return Is(Verdict.Inconclusive, "not read", $"{audit.Family} {audit.Version} as received shows no fuses");
        if (MajorMinor(audit.Version) < FirstFusedVersion)
            return Is(Verdict.Pass, "no Boot Guard", "ME versions before 9.5 have none");
        List<MeRegisters> samples = Samples(boot);
        string measured = string.Join(", ", samples.Select(Shown).Distinct().Take(4));
        if (samples.Select(sample => Danger(sample, audit)).FirstOrDefault(text => text is not null) is { } danger)
            return Is(Verdict.Fail, measured, danger);
        return samples.Count > 0 && samples.TrueForAll(IsRead)
            ? Is(Verdict.Pass, measured, "no enforcement action is fused")
            : Is(Verdict.Inconclusive, measured.Length > 0 ? measured : "not read",
                "the fuses were not read in every sample");
    }

    // An image can bring a version that heeds fuses, where the one that was found does not show them.
    private static bool IsFirstFused(JobFacts facts) =>
        facts is { Audit: { } found, ImageAudit.Content: { } brought }
        && MajorMinor(found.Version) < FirstFusedVersion && MajorMinor(brought.Version) >= FirstFusedVersion;

    // Only samples whose HFSTS1 shows a device; without an agent, what the firmware printed.
    internal static List<MeRegisters> Samples(BootObservation boot)
    {
        var registers = boot.Samples.Select(sample => sample.Registers).ToList();
        if (registers.Count == 0 && boot.FirmwareText is { IsContradictory: false } text)
            registers.Add(text.Registers);
        return registers.FindAll(sample => sample.Status1 is not null);
    }

    private static bool IsRead(MeRegisters sample) =>
        sample is { Hfsts5: not null and not uint.MaxValue, Hfsts6: not null and not uint.MaxValue };

    private static string Shown(MeRegisters sample) =>
        sample.Hfsts6 is uint raw ? $"HFSTS6 0x{raw:X8}" : "HFSTS6 not read";

    private static string? Danger(MeRegisters sample, JournalData.Audit audit)
    {
        if (sample.Hfsts5 is uint flow and not uint.MaxValue && (flow & EnforcementStarted) != 0)
            return "the PCH has started an enforcement action";
        if (sample.Hfsts6 is not uint word || word == uint.MaxValue)
            return null;
        uint policy = word >> 6 & 3;
        if (policy != 0)
            return $"enforcement policy {policy} can switch this board off by itself";
        bool locked = (word & FuseLock) != 0 && (word & VerifiedBoot) != 0;
        return locked ? $"Verified Boot is fused and locked: {audit.Family} {audit.Version} must not be changed" : null;
    }

    private static Check Is(Verdict outcome, string measured, string text) =>
        new(Id, Title, outcome, false, measured, Limit, text);

    // "11.0.10.1002" -> 11.0
    private static double MajorMinor(string version)
    {
        string[] parts = version.Split('.');
        return parts.Length >= 2 && double.TryParse(
            $"{parts[0]}.{parts[1]}", CultureInfo.InvariantCulture, out double value)
            ? value
            : double.MaxValue;
    }
}
