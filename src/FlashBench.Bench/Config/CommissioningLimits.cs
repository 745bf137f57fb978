using System.Globalization;

namespace FlashBench.Bench.Config;

/// <summary>Bounds of commissioning records, for those who make them and those who read them.</summary>
public static class CommissioningLimits
{
    /// <summary>Days for which a record counts unless the operator says otherwise.</summary>
    public const int Days = 90;

    /// <summary>Fewest such days.</summary>
    public const int DaysMin = 1;

    /// <summary>Most such days.</summary>
    public const int DaysMax = 366;

    /// <summary>Most runs, and most controls that were not run.</summary>
    public const int RunsMax = 16;

    /// <summary>Longest text.</summary>
    public const int TextMax = 300;

    private const string Format = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>The form in which a record names its time.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads that form; null for any other text.</summary>
    public static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(
            text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;
}
