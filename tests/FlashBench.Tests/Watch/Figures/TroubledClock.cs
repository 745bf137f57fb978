using System.Runtime.CompilerServices;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Simulation;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>The clocks of a bench's host beside the time of the world in which its board lives.</summary>
/// <param name="world">The board's time.</param>
internal sealed class TroubledClock(VirtualTime world) : TimeProvider, IBootClock
{
    /// <summary>How fast the monotonic clock runs; 1 is right.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>When the wall clock jumps, and by how much.</summary>
    public (TimeSpan At, TimeSpan By)? Step { get; init; }

    /// <summary>When the host sleeps, and for how long.</summary>
    public (TimeSpan At, TimeSpan For)? Suspend { get; init; }

    /// <summary>The host's time zone.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => Zone;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public TimeSpan SinceBoot => TimeSpan.FromDays(1) + World * Rate;

    /// <summary>True while the host sleeps.</summary>
    public bool Sleeps => Suspend is { } sleep && World >= sleep.At && World < sleep.At + sleep.For;

    private TimeSpan World => TimeSpan.FromTicks(world.GetTimestamp());

    /// <inheritdoc/>
    public override long GetTimestamp() => Monotonic(World).Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        world.GetUtcNow() + (Step is { } step && World >= step.At ? step.By : TimeSpan.Zero);

    /// <summary>Time of the world at a time of the monotonic clock.</summary>
    public TimeSpan WorldAt(TimeSpan monotonic)
    {
        TimeSpan awake = monotonic / Rate;
        return Suspend is { } sleep && awake > sleep.At ? awake + sleep.For : awake;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, world.CreateTimer(
            callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private TimeSpan Monotonic(TimeSpan at)
    {
        TimeSpan slept = TimeSpan.Zero;
        if (Suspend is { } sleep && at > sleep.At)
            slept = at - sleep.At < sleep.For ? at - sleep.At : sleep.For;
        return (at - slept) * Rate;
    }

    private sealed class Timer(TroubledClock clock, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero)
                return inner.Change(dueTime, period);
            TimeSpan due = clock.WorldAt(TimeSpan.FromTicks(clock.GetTimestamp()) + dueTime) - clock.World;
            return inner.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>A console whose bytes arrive at the times of a host's clock, and not at all while it sleeps.</summary>
internal sealed class RetimedConsole(IConsolePort inner, TroubledClock clock) : IConsolePort
{
    public PartIdentity Identity => inner.Identity;

    public ConsoleCounters Counters => inner.Counters;

    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (ConsoleEvent happened in inner.ReadAsync(cancel))
        {
            if (!clock.Sleeps)
                yield return happened with { Timestamp = clock.GetTimestamp() };
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => inner.WriteAsync(data, cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
