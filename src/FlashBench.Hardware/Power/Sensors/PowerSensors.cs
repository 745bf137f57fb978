using FlashBench.Hardware.Console;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Sensors;

/// <summary>Opens power sensors, and owns what they hold open.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
/// <param name="time">For limits and freshness.</param>
/// <param name="resolveTty">Finds the device node of a serial port; throws <see cref="BenchException"/> if not exactly
/// one matches.</param>
public sealed class PowerSensors(TimeProvider time, Func<TtySelector, string> resolveTty) : IAsyncDisposable
{
    private readonly List<object> _parts = [];

    /// <summary>Opens a sensor. A part that has to be told to measure is told so; no level is driven.</summary>
    /// <exception cref="PowerException">A part is not there, in use, or another than was named, or the description is
    /// not sound.</exception>
    public IPowerSensor Open(PowerSensorSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Supply is QuantitySpec.FromSupply || (spec.Rail is QuantitySpec.FromSupply && spec.Supply is null))
            throw new PowerException("a rail can be concluded from the supply current only where that is measured");
        IQuantity? supply = spec.Supply is null ? null : Open(spec.Supply, isRail: false);
        return spec.Rail is QuantitySpec.FromSupply inferred
            ? new MeasuredPower(null, supply, inferred)
            : new MeasuredPower(Open(spec.Rail, isRail: true), supply, null);
    }

    /// <summary>Closes what the sensors hold.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (object part in _parts)
        {
            if (part is IAsyncDisposable listening)
                await listening.DisposeAsync();
            else
                (part as IDisposable)?.Dispose();
        }

        _parts.Clear();
    }

    private IQuantity Open(QuantitySpec spec, bool isRail) => spec switch
    {
        QuantitySpec.Ina ina => OpenMonitor(ina, isRail),
        QuantitySpec.Gpio gpio => Keep(GpioQuantity.Open(gpio)),
        QuantitySpec.Meter meter => OpenMeter(meter),
        QuantitySpec.Hook hook => new HookQuantity(Checked(hook), time),
        _ => throw new ArgumentOutOfRangeException(nameof(spec)),
    };

    private InaQuantity OpenMonitor(QuantitySpec.Ina spec, bool isRail)
    {
        if (spec.Address is < 0x40 or > 0x4F || spec.ShuntMicroohms <= 0)
            throw new PowerException("an INA219 or INA226 has an address from 0x40 to 0x4F and a shunt above 0 ohm");
        I2cBus bus = I2cBus.Find(spec.Bus);
        string name = spec.Part == InaPart.Ina219 ? "INA219" : "INA226";
        var monitor = Keep(new InaMonitor(
            bus.Open(spec.Address), $"the {name} at {bus.At(spec.Address)}", spec.Part, spec.ShuntMicroohms));
        monitor.Prepare();
        return new InaQuantity(monitor, isRail, $"{name} {bus.At(spec.Address)}", bus.IsVirtual);
    }

    private MeterQuantity OpenMeter(QuantitySpec.Meter spec)
    {
        MeterQuantity.PatternOf(spec);
        if (spec.FreshFor <= TimeSpan.Zero || !double.IsFinite(spec.Scale))
            throw new PowerException("a meter needs a scale and a time for which a reading counts");
        string path = resolveTty(spec.Tty);
        try
        {
            return Keep(new MeterQuantity(spec, SerialLine.Open(path, spec.Baud), $"meter {path}", time)
            {
                IsSimulated = VirtualParts.IsTty(path),
            });
        }
        catch (ProgrammerException failure)
        {
            throw new PowerException($"meter: {failure.Message}", failure)
            {
                IsPartGone = failure.Cause == PartCause.Unavailable,
                Cause = failure.Cause,
            };
        }
    }

    private static QuantitySpec.Hook Checked(QuantitySpec.Hook spec)
    {
        ChildProgram.Check(spec.Command, spec.Limit);
        return spec;
    }

    private T Keep<T>(T part)
        where T : class
    {
        _parts.Add(part);
        return part;
    }
}
