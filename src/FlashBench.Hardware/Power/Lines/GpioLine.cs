using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>An output line of a Linux GPIO chip.</summary>
/// <remarks>
/// Source: S-18. Opening adopts: an output goes on with the level that it has; a line that is an input (nobody has
/// initialised it) stays one until the first command. The kernel lets the line go when this process ends, and what its
/// level is then depends on the chip: therefore the relay holder, and fail-safe polarity in the wiring.
/// </remarks>
internal sealed class GpioLine : IOutputLine, IDisposable
{
    internal const string Consumer = "flashbench relayd";

    private readonly GpioRequest _request;
    private readonly GpioPlace _place;
    private readonly OutputLineSpec.Gpio _spec;
    private bool _isOutput;

    private GpioLine(GpioRequest request, GpioPlace place, OutputLineSpec.Gpio spec)
    {
        (_request, _place, _spec) = (request, place, spec);
        Identity = new PartIdentity(
            "relay", $"GPIO {place}{(spec.ActiveLow ? ", active low" : "")}", VirtualParts.IsGpio(place.ChipName));
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; }

    private GpioFlags Flags => GpioFlags.Output
        | (_spec.ActiveLow ? GpioFlags.ActiveLow : 0)
        | _spec.Drive switch
        {
            GpioDrive.OpenDrain => GpioFlags.OpenDrain,
            GpioDrive.OpenSource => GpioFlags.OpenSource,
            _ => 0,
        }
        | _spec.Bias switch
        {
            GpioBias.Disabled => GpioFlags.BiasDisabled,
            GpioBias.PullUp => GpioFlags.PullUp,
            GpioBias.PullDown => GpioFlags.PullDown,
            _ => 0,
        };

    /// <summary>Takes a line as it is.</summary>
    /// <exception cref="PowerException">It is not there, in use, or the kernel refuses.</exception>
    public static GpioLine Open(GpioPlace place, OutputLineSpec.Gpio spec)
    {
        if (place.Line.Flags.HasFlag(GpioFlags.Used))
            throw place.InUse();
        using GpioChip chip = GpioChip.Open(place.Path, out int error)
            ?? throw PartFailure.CannotOpen($"{place}", error, GpioPlace.Group);
        GpioRequest request = chip.Request(place.Line.Offset, Consumer, GpioFlags.AsIs, out error)
            ?? throw (error == 16 ? place.InUse() : PartFailure.CannotOpen($"{place}", error, GpioPlace.Group));
        var line = new GpioLine(request, place, spec);
        bool adopted = false;
        try
        {
            line.Adopt();
            adopted = true;
            return line;
        }
        finally
        {
            if (!adopted)
                line.Dispose();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Null while the line is an input: then it drives nothing.</remarks>
    public ValueTask<bool?> ReadAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return new(_isOutput ? Read() : null);
    }

    /// <inheritdoc/>
    public ValueTask DriveAsync(bool active, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        int error = _isOutput ? _request.Write(active) : _request.Configure(Flags, active);
        if (error != 0)
            throw PartFailure.Failed($"{_place}", "driven", error);
        _isOutput = true;
        if (IsDriven(active) && Read() != active)
            throw new PowerException($"{_place} was driven {Word(active)}, but the pin reads {Word(!active)}");
        return ValueTask.CompletedTask;
    }

    /// <summary>Gives the line back to the kernel.</summary>
    public void Dispose() => _request.Dispose();

    // The value is read while the line belongs to us and before its direction is asked for: no gap, no step.
    private void Adopt()
    {
        if (!_place.Line.Flags.HasFlag(GpioFlags.Output))
            return;
        bool active = Read() ^ _spec.ActiveLow; // requested as it is: physical
        int error = _request.Configure(Flags, active);
        if (error != 0)
            throw PartFailure.Failed($"{_place}", "taken over", error);
        _isOutput = true;
    }

    private bool Read()
    {
        int error = _request.Read(out bool active);
        return error == 0 ? active : throw PartFailure.Failed($"{_place}", "read", error);
    }

    // What only a resistor pulls may read otherwise.
    private bool IsDriven(bool active)
    {
        bool high = active ^ _spec.ActiveLow;
        return _spec.Drive switch
        {
            GpioDrive.OpenDrain => !high,
            GpioDrive.OpenSource => high,
            _ => true,
        };
    }

    private string Word(bool active) => active ^ _spec.ActiveLow ? "high" : "low";
}
