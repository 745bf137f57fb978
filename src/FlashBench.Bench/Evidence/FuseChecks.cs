using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

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
        facts.Audit is not { } audit || MajorMinor(audit.Version) >= FirstFusedVersion;

    /// <summary>Judges the registers of the board as received.</summary>
    public static Check BootGuard(JobFacts facts)
    {
        if (facts.Boots.FirstOrDefault(boot => boot.Kind == BootKind.Baseline) is not { } boot
            || facts.Audit is not { } audit)
        {
            return FlashChecks.NotReached(Id, Title, Limit);
        }

        if (MajorMinor(audit.Version) < FirstFusedVersion)
            return Is(Verdict.Pass, "no Boot Guard", "ME versions before 9.5 have none");
        var words = Words(boot);
        if (words.Count == 0)
            return Is(Verdict.Inconclusive, "HFSTS6 not read", "the fuses could not be read");
        string measured = string.Join(", ", words.Select(word => $"HFSTS6 0x{word.Hfsts6:X8}").Distinct().Take(4));
        string? danger = words.Select(word => Danger(word, audit)).FirstOrDefault(text => text is not null);
        return danger is null
            ? Is(Verdict.Pass, measured, "no enforcement action is fused")
            : Is(Verdict.Fail, measured, danger);
    }

    // Only samples whose HFSTS1 shows a device: all zeros or ones are no reading.
    private static List<(uint Hfsts5, uint Hfsts6)> Words(BootObservation boot)
    {
        var registers = boot.Samples.Select(sample => sample.Registers).ToList();
        if (registers.Count == 0 && boot.FirmwareText is { IsContradictory: false } text)
            registers.Add(text.Registers);
        return
        [
            .. from register in registers
               where register is { Status1: not null, Hfsts6: not null and not uint.MaxValue }
               select (register.Hfsts5 is uint raw and not uint.MaxValue ? raw : 0, register.Hfsts6!.Value),
        ];
    }

    private static string? Danger((uint Hfsts5, uint Hfsts6) word, JournalData.Audit audit)
    {
        uint policy = word.Hfsts6 >> 6 & 3;
        if (policy != 0)
            return $"enforcement policy {policy} can switch this board off by itself";
        if ((word.Hfsts5 & EnforcementStarted) != 0)
            return "the PCH has started an enforcement action";
        bool locked = (word.Hfsts6 & FuseLock) != 0 && (word.Hfsts6 & VerifiedBoot) != 0;
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
