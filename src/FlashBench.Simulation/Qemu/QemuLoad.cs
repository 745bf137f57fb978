using FlashBench.Hardware.Power;

namespace FlashBench.Simulation.Qemu;

/// <summary>Makes sensor values of what is known about a QEMU process.</summary>
/// <remarks>
/// There is no rail and no current. The rail reads 3300 mV while the machine is powered and 0 in standby; the current
/// is a standby current, a share for the powered board, and 1 mA for each thousandth of a host processor that the
/// process used since the last sample. So a sample that moves shows a process that lives; nothing else is meant.
/// </remarks>
internal sealed class QemuLoad(TimeProvider time)
{
    /// <summary>Run state of a machine whose processor has not started.</summary>
    public const string NotBegun = "prelaunch";

    private const int RailMillivolts = 3300, StandbyMilliamps = 40, PoweredMilliamps = 160, ProcessorMilliamps = 1000;
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(10);

    private long _at;
    private TimeSpan _used;
    private double _share;

    /// <summary>Begins with a process that was started or found.</summary>
    public void Start(QemuProcess process) => (_at, _used, _share) = (time.GetTimestamp(), process.ProcessorTime(), 0);

    /// <summary>A sample of the process.</summary>
    /// <param name="process">It is alive, or was a moment ago.</param>
    /// <param name="status">Its run state, as query-status names it.</param>
    public PowerSample Sample(QemuProcess process, string status)
    {
        TimeSpan span = time.GetElapsedTime(_at);
        if (span >= ShortestSpan)
        {
            TimeSpan used = process.ProcessorTime();
            _share = Math.Clamp((used - _used) / span, 0, 4);
            (_at, _used) = (time.GetTimestamp(), used);
        }

        // A stopped or crashed processor has its supply; one that powered down, or has not begun, has not.
        bool powered = status is not ("shutdown" or NotBegun);
        int load = (int)Math.Round(ProcessorMilliamps * _share);
        return new PowerSample(
            powered ? RailMillivolts : 0, StandbyMilliamps + (powered ? PoweredMilliamps : 0) + load);
    }
}
