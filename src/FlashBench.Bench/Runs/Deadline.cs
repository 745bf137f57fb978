using System.Globalization;

namespace FlashBench.Bench.Runs;

/// <summary>The next time that a wall clock shows a given hour and minute.</summary>
public static class Deadline
{
    /// <summary>Reads "07:00".</summary>
    /// <returns>Null if it is no time of day from 00:00 to 23:59.</returns>
    public static TimeOnly? Parse(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
            ? time
            : null;

    /// <summary>When that is next.</summary>
    /// <param name="time">Time of day in <paramref name="zone"/>.</param>
    /// <param name="now">The present.</param>
    /// <param name="zone">The zone of the wall clock.</param>
    /// <returns>After <paramref name="now"/>, by less than 26 hours. Where the clock is put forward over that time, the
    /// moment at which it is; where it shows it twice, the first of them that is still to come.</returns>
    public static DateTimeOffset Next(TimeOnly time, DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        DateTime today = TimeZoneInfo.ConvertTime(now, zone).Date;
        return Enumerable.Range(0, 3).SelectMany(day => Moments(today.AddDays(day) + time.ToTimeSpan(), zone))
            .First(moment => moment > now);
    }

    // In order of time.
    private static IEnumerable<DateTimeOffset> Moments(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsAmbiguousTime(local))
            return zone.GetAmbiguousTimeOffsets(local).OrderDescending().Select(offset => Utc(local, offset));
        DateTime there = local;
        while (zone.IsInvalidTime(there))
            there = there.AddMinutes(1);
        return [Utc(there, zone.GetUtcOffset(there))];
    }

    private static DateTimeOffset Utc(DateTime local, TimeSpan offset) =>
        new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), offset).ToUniversalTime();
}
