using System.Globalization;
using FlashBench.Bench.Config;

namespace FlashBench.Bench.Evidence;

/// <summary>Words that certificate, report and JUnit have in common.</summary>
internal static class CertificateText
{
    public const string Method = "FlashBench certify";

    public const string Identified = "Results relate only to the item identified.";

    public const string Limits = "Signature proves integrity after signing, not honesty of capture.";

    public const string Exclusions = "the content of the BIOS region and of the embedded controller, and other flash "
        + "chips of the board";

    public const string SimulatedLimit = "Simulated: at least one part of the bench was no hardware. "
        + "This record says nothing about any physical board.";

    public const string DecisionRule = "PASS only if every mandatory check of the required level passed by positive, "
        + "complete evidence of the same board and boot, and no check failed. A measured value outside its limits is "
        + "FAIL. Silence, absence or damage of evidence is INCONCLUSIVE. Nothing is rounded up; measurement "
        + "uncertainty is covered by the guard between the 30:00 watchdog and the mark of the watch.";

    private static readonly string[] Purposes = ["before", "resume", "verify", "re-read", "restore"];

    /// <summary>"certificate" for a PASS, "record" for everything else.</summary>
    public static string Title(Judgement judgement) =>
        judgement.Verdict == Verdict.Pass ? "certificate" : "record";

    public static string Name(Verdict verdict) => verdict.ToString().ToUpperInvariant();

    public static string Name(EvidenceLevel level) => level == EvidenceLevel.None ? "none" : level.ToString();

    public static string Meaning(EvidenceLevel level) => level switch
    {
        EvidenceLevel.L0 => "image written and verified",
        EvidenceLevel.L1 => "ME neutralized in flash",
        EvidenceLevel.L2 => "survives the ME watchdog",
        EvidenceLevel.L3 => "ME disabled, observed in its registers",
        _ => "nothing shown",
    };

    /// <summary>The level that the profile asks for; the required one if the profile names none.</summary>
    public static EvidenceLevel ProfileLevel(JobFacts facts, Judgement judgement) =>
        Enum.TryParse(facts.Start.Profile.RequiredLevel, out EvidenceLevel level) && Enum.IsDefined(level)
            ? level
            : judgement.Required;

    /// <summary>Purposes of reads and checks in the order in which a job makes them; others last.</summary>
    public static IEnumerable<string> InOrder(IEnumerable<string> purposes) => purposes
        .OrderBy(purpose => Array.IndexOf(Purposes, purpose) is var place and >= 0 ? place : Purposes.Length)
        .ThenBy(purpose => purpose, StringComparer.Ordinal);

    public static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string Register(uint value) => string.Create(CultureInfo.InvariantCulture, $"{value:X8}");

    public static string Address(uint address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:X6}");
}
