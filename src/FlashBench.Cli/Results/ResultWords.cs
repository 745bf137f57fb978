using System.Globalization;
using FlashBench.Cli.Output;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>Values of results as people read them.</summary>
internal static class ResultWords
{
    /// <summary>A cell of a table: foreign text escaped, and cut with "..." where it is longer.</summary>
    public static string Cell(string? text, int width)
    {
        string shown = PlainText.Of(text ?? "-");
        return shown.Length <= width ? shown : string.Concat(shown.AsSpan(0, width - 3), "...");
    }

    /// <summary>A moment in UTC.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>The same to the day, of seconds since 1970.</summary>
    public static string Day(long? seconds) => seconds is not long known ? "-"
        : DateTimeOffset.FromUnixTimeSeconds(known).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Microseconds as seconds.</summary>
    public static string Seconds(long? us) =>
        us is long known ? string.Create(CultureInfo.InvariantCulture, $"{known / 1e6:0.000} s") : "-";

    /// <summary>A number with its digits, or "-".</summary>
    public static string Number(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A cell of a job's row for a person.</summary>
    public static string Value(JobColumn column, JobRow row) => column.Name switch
    {
        "started" => Time(row.Started),
        "ended" => Time(row.Ended),
        _ when column.Name.EndsWith("_us", StringComparison.Ordinal) => Seconds((long?)column.Get(row)),
        _ when column.Name.StartsWith("power_", StringComparison.Ordinal) =>
            column.Get(row) is long milliwatts ? $"{milliwatts} mW" : "-",
        "clock_ppm" => Number(row.ClockPpm, "0.00"),
        "stock" or "simulated" or "dirty" or "flaky" or "counted" or "settled" =>
            column.Get(row) is long bit ? (bit != 0 ? "yes" : "no") : "-",
        _ => Convert.ToString(column.Get(row), CultureInfo.InvariantCulture) is { Length: > 0 } text
            ? PlainText.Of(text, 200)
            : "-",
    };

    /// <summary>What stands before a value, without its unit.</summary>
    public static string Label(JobColumn column) =>
        column.Name.Replace("_us", "", StringComparison.Ordinal).Replace("_mw", "", StringComparison.Ordinal)
            .Replace('_', ' ');
}
