// Modelled: a host that has been up for a while, and that may be suspended: the boot clock then runs on while
//   timestamps stand still. Not modelled: drift between the two, and what a suspend does to USB devices.
using FlashBench.Hardware;

namespace FlashBench.Simulation;

/// <summary>The boot clock of a simulated host: follows <see cref="VirtualTime"/>, plus the time asleep.</summary>
/// <param name="time">Clock of the bench.</param>
/// <param name="uptime">How long the host had been up when this object was made.</param>
public sealed class VirtualBootClock(TimeProvider time, TimeSpan uptime) : IBootClock
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _asleep;

    /// <inheritdoc/>
    public TimeSpan SinceBoot => uptime + time.GetElapsedTime(_start) + _asleep;

    /// <summary>Fault: the host slept for <paramref name="length"/>, and nobody was watching.</summary>
    /// <param name="length">Time asleep; not negative.</param>
    public void Suspend(TimeSpan length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.Zero);
        _asleep += length;
    }
}
