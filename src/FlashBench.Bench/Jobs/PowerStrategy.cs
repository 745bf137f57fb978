using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Jobs;

/// <summary>The power sensor does not follow what happens: nothing can be said about the board.</summary>
public sealed class SensorFrozenException(string message) : BenchException(message);

/// <summary>Keeps a board in one of its legal states: off, SPI owned, or on; the sensor decides, not the
/// command.</summary>
/// <remarks>Rule I2: SPI is never driven while the board has power, and power never comes while SPI is
/// driven. What it does is told to whoever keeps the journal.</remarks>
internal sealed class PowerStrategy(BenchParts parts, DutProfile profile, Action<JournalData> note, BenchClock clock)
    : IAsyncDisposable
{
    // What no laptop board reaches on its main rail or draws from its supply.
    private const int RailMillivoltsMax = 30_000, SupplyMilliampsMax = 30_000;

    private readonly PowerProfile _limits = profile.Power;
    private SpiSession? _session;
    private (SpiNorIdentity Chip, SpiClock Clock)? _expected;
    private PowerSample? _last;
    private bool _pinsUnknown, _spiUsed;

    /// <summary>True once two samples of this job differed: the sensor lives.</summary>
    public bool SensorMoved { get; private set; }

    /// <summary>Cuts the supply, waits until the sensor confirms it, and holds it for the discharge time.</summary>
    /// <exception cref="PowerException">The sensor still sees power after the limit.</exception>
    /// <exception cref="SensorFrozenException">The sensor repeats one value.</exception>
    public async Task EnsureOffAsync(string why, CancellationToken cancel)
    {
        if (parts.Relay.Commanded != false)
        {
            note(new JournalData.PowerCommand(false, why));
            await parts.Relay.OffAsync(cancel);
        }

        PowerSample off = await ConfirmOffAsync(cancel);
        long began = clock.Time.GetTimestamp();
        while (clock.Time.GetElapsedTime(began) < _limits.Discharge)
        {
            await Task.Delay(_limits.SampleInterval, clock.Time, cancel);
            off = await SampleAsync(cancel);
            if (!IsOff(off))
                throw new PowerException($"the supply came back while it was switched off: {Words(off)}");
        }

        note(new JournalData.PowerSense("off", off.RailMillivolts, off.SupplyMilliamps));
    }

    /// <summary>From now on only this chip is accepted when the programmer is opened, and spoken to at this clock.
    /// </summary>
    public void Expect(SpiNorIdentity identity, SpiClock clock) => _expected = (identity, clock);

    /// <summary>Opens the programmer on the board's chip; power is verified off.</summary>
    /// <exception cref="PowerException">The board has power.</exception>
    /// <exception cref="FlashChipException">Another chip answers than the one of this job.</exception>
    public async Task<SpiSession> AcquireSpiAsync(string why, CancellationToken cancel)
    {
        await ReleaseSpiAsync();
        await EnsureOffAsync(why, cancel);
        NoteStillSensor();
        ISpiBus bus = await parts.OpenProgrammer(cancel);
        var session = _session = new SpiSession(bus, CheckOffAsync, clock.Time);
        if (_expected is not { } expected)
            return session;
        if (bus.Clock != expected.Clock)
            await bus.SetClockAsync(expected.Clock, cancel);
        await session.RefuseOtherChipAsync(expected.Chip, cancel);
        return session;
    }

    /// <summary>Releases the programmer's pins; does nothing if they are released.</summary>
    public async Task ReleaseSpiAsync()
    {
        if (_session is not { } session)
            return;
        (_session, _pinsUnknown) = (null, true);
        await session.DisposeAsync();
        _pinsUnknown = false;
    }

    /// <summary>Closes the relay. The caller watches what follows.</summary>
    /// <exception cref="InvalidOperationException">SPI is still owned.</exception>
    /// <exception cref="PowerException">The programmer failed to release its pins, or the relay failed.</exception>
    public async Task SwitchOnAsync(string why, CancellationToken cancel)
    {
        if (_session is not null)
            throw new InvalidOperationException("the programmer still drives the SPI bus");
        if (_pinsUnknown)
            throw new PowerException("the programmer did not release the SPI bus: the board is not switched on");
        note(new JournalData.PowerCommand(true, why));
        await parts.Relay.OnAsync(cancel);
    }

    /// <summary>Opens the relay without waiting for the sensor: the last thing a job does.</summary>
    public async Task CutAsync()
    {
        if (parts.Relay.Commanded != false)
            await parts.Relay.OffAsync(CancellationToken.None);
    }

    /// <summary>Takes one sample.</summary>
    /// <exception cref="PowerException">The sensor failed, or reads what no board can draw.</exception>
    public async ValueTask<PowerSample> SampleAsync(CancellationToken cancel)
    {
        PowerSample sample = await parts.Sensor.SampleAsync(cancel);
        if (sample.RailMillivolts is < 0 or > RailMillivoltsMax
            || sample.SupplyMilliamps is < 0 or > SupplyMilliampsMax)
        {
            throw new PowerException($"the power sensor is broken: it reads {Words(sample)}");
        }

        SensorMoved |= _last is { } last && last != sample;
        _last = sample;
        return sample;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(ReleaseSpiAsync());

    // A sound sensor may read exactly 0 on an open supply. The first boot shows whether it lives; the record says
    // that the chip was touched before.
    private void NoteStillSensor()
    {
        if (!_spiUsed && !SensorMoved)
        {
            note(new JournalData.Deviation(
                "the power sensor was not seen to move before the first SPI access"));
        }

        _spiUsed = true;
    }

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
