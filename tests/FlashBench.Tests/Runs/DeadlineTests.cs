using System.Globalization;
using FlashBench.Bench.Runs;

namespace FlashBench.Tests.Runs;

/// <summary>"Until seven" means the next seven on the wall, also in the two nights of the year when the wall lies.
/// </summary>
public sealed class DeadlineTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("07:00", "2026-03-27T21:00+01:00", "2026-03-28T07:00+01:00")] // an ordinary night
    [InlineData("07:00", "2026-03-28T06:59+01:00", "2026-03-28T07:00+01:00")]
    [InlineData("07:00", "2026-03-28T07:00+01:00", "2026-03-29T07:00+02:00")] // now is not later
    [InlineData("07:00", "2026-03-28T21:00+01:00", "2026-03-29T07:00+02:00")] // one hour less
    [InlineData("02:30", "2026-03-28T21:00+01:00", "2026-03-29T03:00+02:00")] // that time does not exist
    [InlineData("07:00", "2026-10-24T21:00+02:00", "2026-10-25T07:00+01:00")] // one hour more
    [InlineData("02:30", "2026-10-24T21:00+02:00", "2026-10-25T02:30+02:00")] // it comes twice: the first
    [InlineData("02:30", "2026-10-25T02:45+02:00", "2026-10-25T02:30+01:00")] // and then the second
    [InlineData("00:00", "2026-12-31T23:59+01:00", "2027-01-01T00:00+01:00")]
    public void The_next_time_on_the_wall_is_found(string time, string now, string expected) => Assert.Equal(
        At(expected), Deadline.Next(Deadline.Parse(time)!.Value, At(now), Berlin));

    [Theory]
    [InlineData("7:00")]
    [InlineData("24:00")]
    [InlineData("07:60")]
    [InlineData("07:00:00")]
    [InlineData("seven")]
    [InlineData("")]
    [InlineData("-1:00")]
    public void What_is_no_time_of_day_is_none(string text) => Assert.Null(Deadline.Parse(text));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
