using FlashBench.Hardware;

namespace FlashBench.Bench.Journal;

/// <summary>The clocks of a job: monotonic for durations, boot time to notice a suspend, wall clock for
/// display.</summary>
/// <param name="time">Monotonic and wall clock.</param>
/// <param name="boot">CLOCK_BOOTTIME or its simulation.</param>
/// <param name="bootId">Identifies the host boot to which both belong.</param>
/// <param name="startUs">What the monotonic clock shows now; not 0 for a job that goes on after a crash.</param>
public sealed class BenchClock(TimeProvider time, IBootClock boot, string bootId, long startUs = 0)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>What the monotonic clock showed when this clock was made.</summary>
    public long StartUs => startUs;

    /// <summary>The monotonic and wall clock, for waits.</summary>
    public TimeProvider Time => time;

    /// <summary>Microseconds since the job began; time in which nobody ran it does not count after a restart of the
    /// host.</summary>
    public long NowUs => ToUs(time.GetTimestamp());

    /// <summary>Converts a timestamp of <see cref="Time"/> to microseconds since the job began.</summary>
    public long ToUs(long timestamp) =>
        startUs + time.GetElapsedTime(_origin, timestamp).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The clock of a job that goes on: it never shows less than the job's last record, and on the same host
    /// boot it counts the time between.</summary>
    /// <param name="last">When the last record was made.</param>
    /// <param name="time">Monotonic and wall clock.</param>
    /// <param name="boot">CLOCK_BOOTTIME or its simulation.</param>
    /// <param name="bootId">The host boot to which both belong.</param>
    public static BenchClock GoingOn(JournalTime last, TimeProvider time, IBootClock boot, string bootId)
    {
        ArgumentNullException.ThrowIfNull(boot);
        long bootUs = boot.SinceBoot.Ticks / TimeSpan.TicksPerMicrosecond;
        long between = last.BootId == bootId ? Math.Max(0, bootUs - last.BootUs) : 0;
        return new BenchClock(time, boot, bootId, last.MonoUs + between);
    }

    /// <summary>All clocks at this instant.</summary>
    public JournalTime Now() =>
        new(NowUs, boot.SinceBoot.Ticks / TimeSpan.TicksPerMicrosecond, bootId, time.GetUtcNow());
}
