namespace FlashBench.Simulation.Qemu;

/// <summary>A clock that runs a whole number of times faster than another; its timers wait that much less.</summary>
/// <remarks>The time of day is that of the other clock. Safe for concurrent use.</remarks>
/// <param name="time">The other clock.</param>
/// <param name="factor">1 or more.</param>
internal sealed class ScaledTime(TimeProvider time, int factor) : TimeProvider
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    private readonly long _origin = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override long GetTimestamp() => _origin + (time.GetTimestamp() - _origin) * factor;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ScaledTimer(time.CreateTimer(callback, state, Less(dueTime), Less(period)), this);

    private TimeSpan Less(TimeSpan length) => length == Forever ? Forever : length / factor;

    private sealed class ScaledTimer(ITimer timer, ScaledTime clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Less(dueTime), clock.Less(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
