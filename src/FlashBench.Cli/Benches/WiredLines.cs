using FlashBench.Bench.Config;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Holder;
using FlashBench.Hardware.Power.Lines;
using FlashBench.Hardware.Power.Sensors;

namespace FlashBench.Cli.Benches;

/// <summary>Opens the lines and sensors of a real bench, through the relay holder where a line would move when this
/// process ends.</summary>
internal sealed class WiredLines
{
    private readonly BenchPaths _paths;
    private readonly TimeProvider _time;
    private readonly OwnedParts _owned;
    private readonly OutputLines _lines;

    public WiredLines(BenchPaths paths, IOperator person, TimeProvider time, OwnedParts owned)
    {
        (_paths, _time, _owned) = (paths, time, owned);
        _lines = owned.Add(new OutputLines(time, DeviceOf, person));
    }

    /// <summary>Opens a line; its level stays as it is.</summary>
    /// <exception cref="Hardware.PowerException">It is not there, in use, or no relay holder runs.</exception>
    public async Task<IOutputLine> OpenAsync(OutputLineSpec spec, CancellationToken cancel)
    {
        if (!OutputLines.NeedsHolder(spec))
            return _lines.Open(spec);
        string socket = HolderSocket.DefaultPath(Environment.GetEnvironmentVariable, () => _paths.State);
        return _owned.Add(await HeldLine.OpenAsync(socket, spec, _time, cancel));
    }

    /// <summary>Opens the sensor; null if there is none.</summary>
    /// <exception cref="Hardware.PowerException">A part of it is not there or does not answer.</exception>
    public IPowerSensor? OpenSensor(PowerSensorEntry? entry) =>
        entry is null ? null : _owned.Add(new PowerSensors(_time, DeviceOf)).Open(entry.Spec);

    /// <summary>Finds the device node of a serial port.</summary>
    /// <exception cref="Hardware.ConsoleException">Not exactly one port matches.</exception>
    public static string DeviceOf(TtySelector selector) => new TtyPorts().Find(selector).Device;
}
