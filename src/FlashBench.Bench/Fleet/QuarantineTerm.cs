using System.Globalization;

namespace FlashBench.Bench.Fleet;

/// <summary>How long a quarantine lasts, as people write it.</summary>
public static class QuarantineTerm
{
    private const int DaysMax = 3660;

    /// <summary>The end of a duration from now.</summary>
    /// <param name="text">"90m", "12h", "7d" or "2w"; up to ten years.</param>
    /// <param name="now">The present.</param>
    /// <returns>Null if the text is none.</returns>
    public static DateTimeOffset? After(string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length < 2
            || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return null;
        }

        TimeSpan? unit = text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => null,
        };
        return unit is { } one && count > 0 && count <= TimeSpan.FromDays(DaysMax) / one ? now + one * count : null;
    }

    /// <summary>The end of a day, or a minute of one, in a time zone.</summary>
    /// <param name="text">"2026-12-01": to the end of that day; "2026-12-01 07:00": to that minute.</param>
    /// <param name="zone">Of the host. A time that the clock skips counts as if it were not; of a time that it shows
    /// twice, the later one counts.</param>
    /// <returns>Null if the text is none.</returns>
    public static DateTimeOffset? At(string text, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        const DateTimeStyles Plain = DateTimeStyles.None;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, Plain, out DateOnly day))
            return day == DateOnly.MaxValue ? null : ToUtc(day.AddDays(1).ToDateTime(TimeOnly.MinValue), zone);
        return DateTime.TryParseExact(
            text, ["yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm"], CultureInfo.InvariantCulture, Plain, out DateTime minute)
                ? ToUtc(minute, zone)
                : null;
    }

    private static DateTimeOffset ToUtc(DateTime local, TimeZoneInfo zone)
    {
        TimeSpan offset = zone.GetUtcOffset(zone.IsInvalidTime(local) ? local.AddHours(-1) : local);
        if (zone.IsAmbiguousTime(local))
            offset = zone.GetAmbiguousTimeOffsets(local).Min();
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
