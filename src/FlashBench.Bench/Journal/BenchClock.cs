using FlashBench.Hardware;

namespace FlashBench.Bench.Journal;

/// <summary>The clocks of a job: monotonic for durations, boot time to notice a suspend, wall clock for
/// display.</summary>
/// <param name="time">Monotonic and wall clock.</param>
/// <param name="boot">CLOCK_BOOTTIME or its simulation.</param>
/// <param name="bootId">Identifies the host boot to which both belong.</param>
public sealed class BenchClock(TimeProvider time, IBootClock boot, string bootId)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>The monotonic and wall clock, for waits.</summary>
    public TimeProvider Time => time;

    /// <summary>Microseconds since this clock was made.</summary>
    public long NowUs => ToUs(time.GetTimestamp());

    /// <summary>Converts a timestamp of <see cref="Time"/> to microseconds since this clock was made.</summary>
    public long ToUs(long timestamp) => time.GetElapsedTime(_origin, timestamp).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>All clocks at this instant.</summary>
    public JournalTime Now() =>
        new(NowUs, boot.SinceBoot.Ticks / TimeSpan.TicksPerMicrosecond, bootId, time.GetUtcNow());
}
