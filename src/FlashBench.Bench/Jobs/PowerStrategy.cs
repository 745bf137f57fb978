using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Jobs;

/// <summary>The power sensor does not follow what happens: nothing can be said about the board.</summary>
public sealed class SensorFrozenException(string message) : BenchException(message);

/// <summary>Keeps a board in one of its legal states: off, SPI owned, or on; the sensor decides, not the
/// command.</summary>
/// <remarks>Rule I2: SPI is never driven while the board has power, and power never comes while SPI is
/// driven.</remarks>
internal sealed class PowerStrategy(BenchParts parts, DutProfile profile, JournalWriter journal, BenchClock clock)
    : IAsyncDisposable
{
    private readonly PowerProfile _limits = profile.Power;
    private SpiSession? _session;

    /// <summary>Cuts the supply, waits until the sensor confirms it, and holds it for the discharge time.</summary>
    /// <exception cref="PowerException">The sensor still sees power after the limit.</exception>
    /// <exception cref="SensorFrozenException">The sensor repeats one value.</exception>
    public async Task EnsureOffAsync(string why, CancellationToken cancel)
    {
        if (parts.Relay.Commanded != false)
        {
            journal.Append(new JournalData.PowerCommand(false, why));
            parts.Relay.Off();
        }

        PowerSample off = await ConfirmOffAsync(cancel);
        await Task.Delay(_limits.Discharge, clock.Time, cancel);
        off = await SampleAsync(cancel);
        if (!IsOff(off))
            throw new PowerException($"the supply came back while it was switched off: {Words(off)}");
        journal.Append(new JournalData.PowerSense("off", off.RailMillivolts, off.SupplyMilliamps));
    }

    /// <summary>Opens the programmer on the board's chip; power is verified off.</summary>
    /// <exception cref="PowerException">The board has power.</exception>
    public async Task<SpiSession> AcquireSpiAsync(string why, CancellationToken cancel)
    {
        await ReleaseSpiAsync();
        await EnsureOffAsync(why, cancel);
        ISpiBus bus = await parts.OpenProgrammer(cancel);
        _session = new SpiSession(bus, CheckOffAsync, clock.Time);
        return _session;
    }

    /// <summary>Releases the programmer's pins; does nothing if they are released.</summary>
    public async Task ReleaseSpiAsync()
    {
        if (_session is { } session)
            await session.DisposeAsync();
        _session = null;
    }

    /// <summary>Closes the relay. The caller watches what follows.</summary>
    /// <exception cref="InvalidOperationException">SPI is still owned.</exception>
    public void SwitchOn(string why)
    {
        if (_session is not null)
            throw new InvalidOperationException("the programmer still drives the SPI bus");
        journal.Append(new JournalData.PowerCommand(true, why));
        parts.Relay.On();
    }

    /// <summary>Opens the relay without waiting for the sensor: the last thing a job does.</summary>
    public void Cut()
    {
        if (parts.Relay.Commanded != false)
            parts.Relay.Off();
    }

    /// <summary>Takes one sample.</summary>
    public ValueTask<PowerSample> SampleAsync(CancellationToken cancel) => parts.Sensor.SampleAsync(cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(ReleaseSpiAsync());

    private async Task CheckOffAsync(CancellationToken cancel)
    {
        PowerSample sample = await SampleAsync(cancel);
        if (!IsOff(sample))
            throw new PowerException($"the board has power while its SPI bus is driven: {Words(sample)}");
    }

    // After the limit the sensor gets the time that tells a frozen one from a relay that did not move.
    private async Task<PowerSample> ConfirmOffAsync(CancellationToken cancel)
    {
        int limit = (int)(_limits.OffLimit / _limits.SampleInterval);
        int equal = 0;
        PowerSample before = default;
        for (int i = 0; i <= Math.Max(limit, PowerTrace.EqualSamplesMax + 1); i++)
        {
            PowerSample sample = await SampleAsync(cancel);
            if (IsOff(sample))
                return sample;
            equal = sample == before ? equal + 1 : 0;
            before = sample;
            await Task.Delay(_limits.SampleInterval, clock.Time, cancel);
        }

        throw equal >= PowerTrace.EqualSamplesMax
            ? new SensorFrozenException($"the power sensor repeats {Words(before)} whatever the relay does")
            : new PowerException(
                $"the relay was opened, but the sensor still reads {Words(before)}: the relay is stuck");
    }

    private bool IsOff(PowerSample sample) =>
        sample.RailMillivolts <= _limits.OffMillivolts && sample.SupplyMilliamps <= _limits.OffMilliamps;

    private static string Words(PowerSample sample) => $"{sample.RailMillivolts} mV and {sample.SupplyMilliamps} mA";
}
