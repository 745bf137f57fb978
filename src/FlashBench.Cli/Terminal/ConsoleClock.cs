namespace FlashBench.Cli.Terminal;

/// <summary>Turns the timestamps of console events into times that people read.</summary>
internal sealed class ConsoleClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly DateTimeOffset _began = time.GetUtcNow();

    /// <summary>Since the console was opened.</summary>
    public double SecondsOf(long timestamp) => time.GetElapsedTime(_start, timestamp).TotalSeconds;

    /// <summary>By the host's wall clock when the console was opened; later corrections of it are not seen.</summary>
    public DateTimeOffset UtcOf(long timestamp) => _began + time.GetElapsedTime(_start, timestamp);

    /// <summary>In the host's time zone.</summary>
    public DateTimeOffset LocalOf(long timestamp) =>
        TimeZoneInfo.ConvertTime(UtcOf(timestamp), time.LocalTimeZone);
}
