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

    // Completes `sleeper` at that time, within a day, or when cancelled; returns when it is complete, whoever did it.
    // To the tick: Task.Delay rounds to milliseconds, which is longer than most groups last.
    // For ever is no timer at all: a clock that jumps to its next timer must not jump there.
    internal async Task SleepAsync(TaskCompletionSource sleeper, long untilNs, CancellationToken cancel)
    {
        await using CancellationTokenRegistration registration = cancel.Register(() => sleeper.TrySetResult());
        if (untilNs == long.MaxValue)
        {
            await sleeper.Task;
            return;
        }

        long ns = Math.Clamp(untilNs - NowNs, 0, SleepMaxNs);
        TimeSpan length = TimeSpan.FromTicks((ns + NsPerTimeSpanTick - 1) / NsPerTimeSpanTick);
        await using ITimer timer = time.CreateTimer(
            _ => sleeper.TrySetResult(), null, length, Timeout.InfiniteTimeSpan);
        await sleeper.Task;
    }
}
