using System.Globalization;

namespace FlashBench.Bench.Watch;

/// <summary>Times and clock differences in the sentences about a boot.</summary>
internal static class FormattedTime
{
    private const long UsPerSecond = 1_000_000;

    /// <summary>"31:00.0": minutes, seconds, tenths.</summary>
    public static string Clock(long us) => string.Create(
        CultureInfo.InvariantCulture, $"{us / (60 * UsPerSecond)}:{us % (60 * UsPerSecond) / 1e6:00.0}");

    /// <summary>"20.5 s".</summary>
    public static string Seconds(long us) => string.Create(CultureInfo.InvariantCulture, $"{us / 1e6:0.0} s");

    /// <summary>"1.03": how far two clocks differ, in percent.</summary>
    public static string Percent(ClockComparison clock) =>
        (Math.Abs(clock.PartsPerMillion) / 10_000).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>"12 ppm".</summary>
    public static string PartsPerMillion(ClockComparison clock) =>
        string.Create(CultureInfo.InvariantCulture, $"{clock.PartsPerMillion:0} ppm");
}
