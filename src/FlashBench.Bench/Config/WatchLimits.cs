using System.Text.RegularExpressions;

namespace FlashBench.Bench.Config;

/// <summary>What a watch may be asked for: the floors below which no watch shows anything, and sane ceilings.</summary>
/// <remarks>
/// One place for both ends of a job: a profile outside these is refused before the job, and a record outside them is
/// refused by whoever verifies it, whoever signed it. Seconds unless the name says otherwise.
/// </remarks>
public static class WatchLimits
{
    // A job asks for its banner's pattern dozens of times, and making it costs a millisecond.
    private static Regex? _lastBanner;

    /// <summary>Shortest watch: 31:00, past the ME's 30-minute watchdog. Holds for the baseline too.</summary>
    public const int SecondsMin = 1860;

    /// <summary>Shortest watch that the operator may ask for to try a bench out; it shows nothing of a board.</summary>
    public const int ShortenedSecondsMin = 10;

    /// <summary>Shortest baseline of a commissioned bench: the operating system must be up and give samples.</summary>
    public const int BaselineShortSecondsMin = 120;

    /// <summary>Such a baseline where the profile names none.</summary>
    public const int BaselineShortSeconds = 300;

    /// <summary>Shortest baseline of a commissioning: 35:00, since boards with a 30-minute fault of their own were
    /// reported to go a little later (me-firmware 7, B2).</summary>
    public const int CommissionedSecondsMin = 2100;

    /// <summary>Longest watch, and longest of every other time.</summary>
    public const int SecondsMax = 24 * 3600;

    /// <summary>Fewest watched cold boots of a profile; enough for a simulated board only.</summary>
    public const int ColdBootsMin = 1;

    /// <summary>Fewest watched cold boots of a real board.</summary>
    public const int RealColdBootsMin = 2;

    /// <summary>Most watched cold boots.</summary>
    public const int ColdBootsMax = 100;

    /// <summary>Most watched warm boots.</summary>
    public const int WarmBootsMax = 20;

    /// <summary>Shortest soak, in minutes: longer than a watch.</summary>
    public const int SoakMinutesMin = 32;

    /// <summary>Longest soak, in minutes.</summary>
    public const int SoakMinutesMax = SecondsMax / 60;

    /// <summary>Most soaks of one job.</summary>
    public const int SoaksMax = 10;

    /// <summary>Shortest accepted limit for the silence between two signs of life.</summary>
    public const int GapSecondsMin = 1;

    /// <summary>Longest such limit: four heartbeats.</summary>
    public const int GapSecondsMax = 20;

    /// <summary>Shortest wait for a last sample.</summary>
    public const int GraceSecondsMin = 1;

    /// <summary>Longest wait for a last sample.</summary>
    public const int GraceSecondsMax = 3600;

    /// <summary>Shortest interval between two sensor samples, in milliseconds.</summary>
    public const int SampleMillisecondsMin = 10;

    /// <summary>Longest such interval, in milliseconds.</summary>
    public const int SampleMillisecondsMax = 5_000;

    /// <summary>Highest threshold of a rail, in millivolts.</summary>
    public const int MillivoltsMax = 60_000;

    /// <summary>Highest threshold of the supply current, in milliamps.</summary>
    public const int MilliampsMax = 100_000;

    /// <summary>Most characters of a banner pattern.</summary>
    public const int BannerLengthMax = 200;

    /// <summary>Makes the banner's pattern usable; without backtracking, so that no console line can make the search
    /// slow.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking, or is too large without it.</exception>
    public static Regex Banner(string pattern)
    {
        Regex? last = _lastBanner;
        if (last?.ToString() != pattern)
            _lastBanner = last = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        return last;
    }
}
