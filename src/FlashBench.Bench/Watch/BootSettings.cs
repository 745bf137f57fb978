using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Watch;

/// <summary>The numbers by which one boot is watched and judged; taken from the journal's first record.</summary>
/// <param name="MinimumUs">Power and life must hold this long since power-good and since the last early reset.</param>
/// <param name="GraceUs">How long after that the watch waits for a last sample.</param>
/// <param name="BootLimitUs">The operating system must show itself this soon after the last start of the
/// firmware.</param>
/// <param name="GapMaxUs">Longest accepted silence once the OS is up.</param>
/// <param name="OnMillivolts">Main rail at or above this is on.</param>
/// <param name="OffMilliamps">Supply current at or below this means that the supply is gone.</param>
/// <param name="Banner">Regular expression of a boot's first line.</param>
public sealed record BootSettings(
    long MinimumUs, long GraceUs, long BootLimitUs, long GapMaxUs, int OnMillivolts, int OffMilliamps, string Banner)
{
    private const double UsPerSecond = 1e6;

    /// <summary>The numbers for a boot of <paramref name="kind"/> ("baseline" or "watch").</summary>
    public static BootSettings For(JournalData.JobStart start, string kind) => new(
        Us(kind == BootKind.Baseline ? start.Watch.BaselineSeconds : start.Watch.MinimumSeconds),
        Us(start.Watch.GraceSeconds), Us(start.Watch.BootLimitSeconds), Us(start.Watch.GapMaxSeconds),
        start.Power.OnMillivolts, start.Power.OffMilliamps, start.Watch.Banner);

    private static long Us(double seconds) => (long)(seconds * UsPerSecond);
}

/// <summary>Why a boot is watched.</summary>
public static class BootKind
{
    /// <summary>The board as received, before any write.</summary>
    public const string Baseline = "baseline";

    /// <summary>The board with the planned image.</summary>
    public const string Watch = "watch";
}
