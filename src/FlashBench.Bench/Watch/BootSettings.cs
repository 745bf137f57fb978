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

    /// <summary>True for a board that prints nothing before its operating system runs.</summary>
    public bool ExpectedSilence { get; init; }

    /// <summary>True if an early sample that says that the ME is not disabled ends the boot.</summary>
    public bool FailFast { get; init; }

    /// <summary>Supply current of a sleeping board, in milliamps: from, to; both 0 where it is not known.</summary>
    public (int From, int To) SleepMilliamps { get; init; }

    /// <summary>True if a board that draws so much is asleep.</summary>
    public bool IsAsleep(double milliamps) => SleepMilliamps.To > 0
        && milliamps >= SleepMilliamps.From && milliamps <= SleepMilliamps.To;

    /// <summary>The numbers for a boot of <paramref name="kind"/>, one of <see cref="BootKind"/>.</summary>
    public static BootSettings For(JournalData.JobStart start, string kind) => new(
        Us(MinimumSeconds(start.Watch, kind)),
        Us(start.Watch.GraceSeconds), Us(start.Watch.BootLimitSeconds), Us(start.Watch.GapMaxSeconds),
        start.Power.OnMillivolts, start.Power.OffMilliamps, start.Watch.Banner)
    {
        ExpectedSilence = start.Watch.ExpectedSilence,
        FailFast = start.Watch.FailFast && kind != BootKind.Baseline,
        SleepMilliamps = (start.Power.SleepMilliampsMin, start.Power.SleepMilliampsMax),
    };

    private static double MinimumSeconds(JournalData.WatchNumbers watch, string kind) =>
        kind == BootKind.Baseline ? watch.BaselineSeconds
        : BootKind.SoakMinutes(kind) is int minutes && !watch.Shortened ? Math.Max(watch.MinimumSeconds, 60 * minutes)
        : watch.MinimumSeconds;

    private static long Us(double seconds) => (long)(seconds * UsPerSecond);
}
