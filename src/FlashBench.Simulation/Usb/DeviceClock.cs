namespace FlashBench.Simulation.Usb;

// The device's time line: nanoseconds since the port exists, which is finer than most clocks tick.
internal sealed class DeviceClock(TimeProvider time)
{
    private const int NsPerTimeSpanTick = 100;
    private const long SleepMaxNs = 86_400_000_000_000; // a day: timers have a limit, and sleepers look again anyway

    private readonly long _origin = time.GetTimestamp();
    private readonly double _nsPerTick = 1e9 / time.TimestampFrequency;
    private readonly long _wholeNsPerTick = 1_000_000_000 % time.TimestampFrequency == 0
        ? 1_000_000_000 / time.TimestampFrequency : 0; // asked twice a packet: whole numbers are quicker

    internal long NowNs => (long)((time.GetTimestamp() - _origin) * _nsPerTick);

    internal long Timestamp(long ns) =>
        _origin + (_wholeNsPerTick > 0 ? ns / _wholeNsPerTick : (long)(ns / _nsPerTick));

    // Negative means for ever, as Timeout.InfiniteTimeSpan does; centuries do too.
    internal static long Add(long ns, TimeSpan length) =>
        length < TimeSpan.Zero || length.Ticks > (long.MaxValue - ns) / NsPerTimeSpanTick
            ? long.MaxValue
            : ns + length.Ticks * NsPerTimeSpanTick;

    internal ITimer CreateTimer(Action ring) =>
        time.CreateTimer(static ring => ((Action)ring!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    // The timer rings at that time, or after a day if that is earlier.
    // To the tick: Task.Delay rounds to milliseconds, which is longer than most groups last.
    // For ever is no timer at all: a clock that jumps to its next timer must not jump there.
    internal void Set(ITimer timer, long untilNs)
    {
        long ns = Math.Clamp(untilNs - NowNs, 0, SleepMaxNs);
        TimeSpan length = untilNs == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromTicks((ns + NsPerTimeSpanTick - 1) / NsPerTimeSpanTick);
        timer.Change(length, Timeout.InfiniteTimeSpan);
    }

    // Until that time, within a day, or until cancelled.
    internal async Task SleepAsync(long untilNs, CancellationToken cancel)
    {
        var sleeper = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = cancel.Register(() => sleeper.TrySetResult());
        await using ITimer timer = CreateTimer(() => sleeper.TrySetResult());
        Set(timer, untilNs);
        await sleeper.Task;
    }
}
