using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Power;

/// <summary>Keeps a board in one of its legal states; the sensor decides, not the command.</summary>
/// <remarks>
/// Rule I2: SPI is never driven while the board has power, and power never comes while SPI is driven. What it does is
/// told to whoever keeps the journal. Nothing is commanded before the first request (rule I5).
/// </remarks>
/// <param name="parts">The bench.</param>
/// <param name="limits">The board's thresholds and times.</param>
/// <param name="note">Told every command before it is given, and what the sensor confirmed.</param>
/// <param name="clock">The bench's clocks.</param>
public sealed class PowerStrategy(
    BenchParts parts, PowerProfile limits, Action<JournalData> note, BenchClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan SpiSettle = TimeSpan.FromMilliseconds(50); // a relay's bounce, several times

    private readonly PowerGauge? _gauge = parts.Sensor is { } sensor
        ? new PowerGauge(sensor, limits, clock.Time)
        : null;

    private SpiSession? _session;
    private (SpiNorIdentity Chip, SpiClock Clock)? _expected;
    private bool _pinsUnknown, _spiConnected, _spiUsed, _unmeasuredNoted, _letGo;

    /// <summary>True from <see cref="EnsureOffAsync"/> to the next start: the board was shown to be off.</summary>
    public bool IsShownOff { get; private set; }

    /// <summary>True once two samples differed: the sensor lives.</summary>
    public bool SensorMoved => _gauge is { Moved: true };

    /// <summary>The state that the board is in now, by a sample taken now.</summary>
    /// <exception cref="PowerException">The sensor failed, or reads what no board can draw.</exception>
    public async Task<BoardPowerState> StateAsync(CancellationToken cancel)
    {
        if (_session is not null)
            return BoardPowerState.SpiOwned;
        if (_pinsUnknown)
            return BoardPowerState.SpiUnknown;
        return _gauge is null ? BoardPowerState.Unmeasured : _gauge.StateOf(await _gauge.SampleAsync(cancel));
    }

    /// <summary>Cuts the supply, waits until the sensor confirms it, and holds it for the discharge time.</summary>
    /// <exception cref="PowerException">The sensor still sees power after the limit; or nothing measures and no person
    /// switched.</exception>
    /// <exception cref="SensorFrozenException">The sensor repeats one value.</exception>
    public async Task EnsureOffAsync(string why, CancellationToken cancel)
    {
        await SwitchOffAsync(why, cancel);
        TimeSpan hold = limits.Discharge > parts.Controls.MinOff ? limits.Discharge : parts.Controls.MinOff;
        if (_gauge is null)
        {
            RefuseUnmeasured();
            await Task.Delay(hold, clock.Time, cancel);
            IsShownOff = true;
            return;
        }

        PowerSample off = await _gauge.HoldOffAsync(await _gauge.ConfirmOffAsync(cancel), hold, cancel);
        note(new JournalData.PowerSense("off", off.RailMillivolts, off.SupplyMilliamps));
        IsShownOff = true;
    }

    /// <summary>From now on only this chip is accepted when the programmer is opened, and spoken to at this clock.
    /// </summary>
    internal void Expect(SpiNorIdentity identity, SpiClock clock) => _expected = (identity, clock);

    /// <summary>Opens the programmer on the board's chip; power is verified off.</summary>
    /// <exception cref="PowerException">The board has power.</exception>
    /// <exception cref="FlashChipException">Another chip answers than the one of this job.</exception>
    internal async Task<SpiSession> AcquireSpiAsync(string why, CancellationToken cancel)
    {
        await ReleaseSpiAsync();
        await EnsureOffAsync(why, cancel);
        Refuse(_pinsUnknown ? BoardPowerState.SpiUnknown : BoardPowerState.Off, PowerRequest.OwnSpi);
        NoteStillSensor();
        await ConnectSpiAsync(why, cancel);
        ISpiBus bus = await parts.OpenProgrammer(cancel);
        var session = _session = new SpiSession(bus, CheckOffAsync, clock.Time);
        if (_expected is not { } expected)
            return session;
        if (bus.Clock != expected.Clock)
            await bus.SetClockAsync(expected.Clock, cancel);
        await session.RefuseOtherChipAsync(expected.Chip, cancel);
        return session;
    }

    /// <summary>Releases the programmer's pins and parts programmer and chip; does nothing if that is so.</summary>
    /// <exception cref="BenchException">It is not known to be so; the board is not switched on any more.</exception>
    public async Task ReleaseSpiAsync()
    {
        if (_session is null && !_spiConnected)
            return;
        SpiSession? session = _session;
        (_session, _pinsUnknown) = (null, true);
        try
        {
            if (session is not null)
                await session.DisposeAsync();
        }
        finally
        {
            await PartSpiAsync();
        }

        _pinsUnknown = false;
    }

    /// <summary>Closes the relay, and presses the button of a board that waits for it. The caller watches what follows.
    /// </summary>
    /// <exception cref="PowerException">The programmer drives the SPI bus or did not let go of it, or a relay failed.
    /// </exception>
    public async Task SwitchOnAsync(string why, CancellationToken cancel)
    {
        Refuse(SpiState(), PowerRequest.SwitchOn);
        await LetGoAsync(cancel);
        IsShownOff = false;
        note(new JournalData.PowerCommand(true, why));
        Func<Task> close = async () => await parts.Relay.OnAsync(cancel);
        await (parts.Controls.Group is { } group ? group.SwitchOnAsync(close, cancel) : close());
        NoteConfirmed("on");
        if (parts.Controls is { ButtonStartsBoard: true, Button: { } button })
        {
            note(new JournalData.LineCommand("button", true, why));
            await button.PressAsync(cancel);
        }
    }

    /// <summary>Waits until the sensor confirms that the main rail is up.</summary>
    /// <exception cref="PowerException">It did not come up within the profile's limit, or nothing measures.</exception>
    public async Task<PowerSample> ConfirmOnAsync(CancellationToken cancel)
    {
        PowerSample on = await (_gauge ?? throw Unmeasured()).ConfirmOnAsync(cancel);
        note(new JournalData.PowerSense("on", on.RailMillivolts, on.SupplyMilliamps));
        return on;
    }

    /// <summary>Presses the power button: for its usual time, or long enough to switch the board off.</summary>
    /// <exception cref="PowerException">There is no such relay, the state forbids it, or the relay failed.</exception>
    public async Task PressButtonAsync(bool forceOff, string why, CancellationToken cancel)
    {
        PushButton button = parts.Controls.Button
            ?? throw new PowerException("this bench has no relay on the power button");
        Refuse(await StateAsync(cancel), PowerRequest.PressButton);
        note(new JournalData.LineCommand("button", true, why));
        await (forceOff ? button.PressAsync(parts.Controls.ForceOff, cancel) : button.PressAsync(cancel));
    }

    /// <summary>True if the bench can press the reset button.</summary>
    public bool HasReset => parts.Controls.Reset is not null;

    /// <summary>Presses the reset button.</summary>
    /// <inheritdoc cref="PressButtonAsync"/>
    public async Task PressResetAsync(string why, CancellationToken cancel)
    {
        PushButton button = parts.Controls.Reset
            ?? throw new PowerException("this bench has no relay on the reset button");
        Refuse(await StateAsync(cancel), PowerRequest.PressReset);
        note(new JournalData.LineCommand("reset", true, why));
        await button.PressAsync(cancel);
    }

    /// <summary>Opens the relay without waiting for the sensor: the last thing a job does.</summary>
    /// <exception cref="PowerException">The relay failed.</exception>
    /// <remarks>Not noted: it must work when the journal does not.</remarks>
    public async Task CutAsync()
    {
        if (parts.Relay.Commanded != false)
            await parts.Relay.OffAsync(CancellationToken.None);
    }

    /// <summary>Looks whether the board is off after <see cref="CutAsync"/>, as long as that may take.</summary>
    /// <param name="cancel">Ends the look; then it is not known to be off.</param>
    /// <returns>False if it is not, or if nothing measures and the relay was not commanded.</returns>
    /// <remarks>Not noted, as the cut is not.</remarks>
    public async Task<bool> IsOffAfterCutAsync(CancellationToken cancel)
    {
        if (_gauge is null)
            return parts.Relay.Commanded == false;
        try
        {
            await _gauge.ConfirmOffAsync(cancel);
            return true;
        }
        catch (Exception e) when (e is BenchException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Takes one sample.</summary>
    /// <exception cref="PowerException">The sensor failed, reads what no board can draw, or there is none.</exception>
    public ValueTask<PowerSample> SampleAsync(CancellationToken cancel) =>
        (_gauge ?? throw Unmeasured()).SampleAsync(cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(ReleaseSpiAsync());

    private async Task SwitchOffAsync(string why, CancellationToken cancel)
    {
        if (parts.Relay.Commanded == false)
            return;
        note(new JournalData.PowerCommand(false, why));
        await parts.Relay.OffAsync(cancel);
        NoteConfirmed("off");
    }

    private async Task ConnectSpiAsync(string why, CancellationToken cancel)
    {
        if (parts.Controls.Spi is not { } line)
            return;
        note(new JournalData.LineCommand("spi", true, why));
        _spiConnected = true; // also if it fails: it may have moved
        await line.DriveAsync(active: true, cancel);
        await Task.Delay(SpiSettle, clock.Time, cancel);
    }

    // A process that was killed may have left the programmer connected or a button pressed.
    private async Task LetGoAsync(CancellationToken cancel)
    {
        if (_letGo)
            return;
        (string Name, IOutputLine? Line)[] lines =
        [
            ("spi", parts.Controls.Spi), ("button", parts.Controls.Button?.Line), ("reset", parts.Controls.Reset?.Line),
        ];
        foreach ((string name, IOutputLine? line) in lines)
        {
            if (line is null || await line.ReadAsync(cancel) == false)
                continue;
            note(new JournalData.LineCommand(name, false, "before the board is switched on"));
            await line.DriveAsync(active: false, cancel);
            await Task.Delay(SpiSettle, clock.Time, cancel);
        }

        _letGo = true;
    }

    // The command first: it must be given even if the journal does not take the note.
    private async Task PartSpiAsync()
    {
        if (!_spiConnected)
            return;
        _spiConnected = false; // a relay that fails is told once; the pins stay unknown
        await parts.Controls.Spi!.DriveAsync(active: false, CancellationToken.None);
        note(new JournalData.LineCommand("spi", false, "programmer released"));
        await Task.Delay(SpiSettle, clock.Time, CancellationToken.None);
    }

    private BoardPowerState SpiState()
    {
        if (_session is not null)
            return BoardPowerState.SpiOwned;
        return _pinsUnknown ? BoardPowerState.SpiUnknown : BoardPowerState.Off;
    }

    private static void Refuse(BoardPowerState state, PowerRequest request)
    {
        if (PowerRules.Refusal(state, request) is { } reason)
            throw new PowerException($"refused: {reason}");
    }

    private void NoteConfirmed(string what)
    {
        if (parts.Relay.Identity.Kind == PartIdentity.Operator)
            note(new JournalData.OperatorConfirm(what, parts.Relay.Identity.Description));
    }

    // A relay that nobody measures proves nothing; a person who pulled the plug has at least looked.
    private void RefuseUnmeasured()
    {
        if (parts.Relay.Identity.Kind != PartIdentity.Operator)
            throw Unmeasured();
        if (!_unmeasuredNoted)
            note(new JournalData.Deviation("off was confirmed by the operator and not measured: no power sensor"));
        _unmeasuredNoted = true;
    }

    private static PowerException Unmeasured() => new(
        "this bench has no power sensor: a relay alone does not show that the board is off; add a powerSensor, or let "
        + "an operator switch the supply");

    // A sound sensor may read exactly 0 on an open supply. The first boot shows whether it lives; the record says
    // that the chip was touched before.
    private void NoteStillSensor()
    {
        if (!_spiUsed && _gauge is { Moved: false })
        {
            note(new JournalData.Deviation(
                "the power sensor was not seen to move before the first SPI access"));
        }

        _spiUsed = true;
    }

    private async Task CheckOffAsync(CancellationToken cancel)
    {
        if (_gauge is null)
            return;
        PowerSample sample = await _gauge.SampleAsync(cancel);
        if (_gauge.StateOf(sample) != BoardPowerState.Off)
            throw new PowerException($"the board has power while its SPI bus is driven: {PowerGauge.Words(sample)}");
    }
}
