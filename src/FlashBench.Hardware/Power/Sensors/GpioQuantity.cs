using FlashBench.Hardware.Native;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Sensors;

/// <summary>A GPIO input that says yes or no.</summary>
internal sealed class GpioQuantity : IQuantity, IDisposable
{
    private const string Consumer = "flashbench sensor";

    private readonly GpioRequest _request;
    private readonly GpioPlace _place;
    private readonly int _reads;

    private GpioQuantity(GpioRequest request, GpioPlace place, int reads) =>
        (_request, _place, _reads) = (request, place, reads);

    /// <inheritdoc/>
    public string Description => $"GPIO {_place}";

    /// <inheritdoc/>
    public bool IsSimulated => VirtualParts.IsGpio(_place.ChipName);

    /// <summary>Takes a line as input.</summary>
    /// <exception cref="PowerException">It is not there, in use, or an output now: an output is never turned round.
    /// </exception>
    public static GpioQuantity Open(QuantitySpec.Gpio spec)
    {
        GpioPlace place = GpioPlace.Find(spec.Chip, spec.Line);
        if (place.Line.Flags.HasFlag(GpioFlags.Used))
            throw place.InUse();
        if (place.Line.Flags.HasFlag(GpioFlags.Output))
            throw new PowerException($"{place} is an output now: a sensor needs an input");
        using GpioChip chip = GpioChip.Open(place.Path, out int error)
            ?? throw PartFailure.CannotOpen($"{place}", error, GpioPlace.Group);
        GpioFlags flags = GpioFlags.Input | (spec.ActiveLow ? GpioFlags.ActiveLow : 0);
        GpioRequest? request = chip.Request(place.Line.Offset, Consumer, flags, out error);
        return request is not null
            ? new GpioQuantity(request, place, spec.Reads)
            : throw PartFailure.CannotOpen($"{place}", error, GpioPlace.Group);
    }

    /// <inheritdoc/>
    public ValueTask<int> MeasureAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        int error = _request.Read(out bool active);
        return error == 0 ? new(active ? _reads : 0) : throw PartFailure.Failed($"{_place}", "read", error);
    }

    public void Dispose() => _request.Dispose();
}
