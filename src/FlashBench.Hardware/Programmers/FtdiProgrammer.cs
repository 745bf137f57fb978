using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>How an FTDI chip is used as a programmer.</summary>
public sealed record FtdiOptions
{
    /// <summary>The board around the chip.</summary>
    public FtdiAdapter Adapter { get; init; } = FtdiAdapter.Plain;

    /// <summary>The channel; null for the one that the adapter's SPI connector hangs on.</summary>
    public FtdiChannel? Channel { get; init; }

    /// <summary>
    /// True if the other channel is in use (a second board, a console): the device is never reset then, because both
    /// would feel it.
    /// </summary>
    public bool SharesDevice { get; init; }
}

/// <summary>An FT2232H, FT4232H or FT232H as an SPI bus: mode 0, chip select on pin 3, 0.5 to 30 MHz.</summary>
/// <remarks>
/// Two of these, each with its own interface of one device, drive two boards at once. After a failure the channel is
/// brought back (cancel, wait, purge, start anew; then a USB reset), but the operation that failed is never repeated:
/// it may have been half done, and only its owner knows what that means.
/// </remarks>
public sealed class FtdiProgrammer : ISpiBus
{
    private const byte LatencyMs = 1; // 2 ms would cost as much per status poll as four page programs
    private const int StaleTransfersMax = 64;
    private const ushort ReleaseWithoutFastEngine = 0x0500; // bcdDevice of the FT2232C/D: same id, 12 MHz

    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ControlTime = TimeSpan.FromSeconds(1);

    private readonly IUsbDevice _usb;
    private readonly TimeProvider _time;
    private readonly FtdiOptions _options;
    private readonly FtdiChannel _channel;
    private readonly FtdiPipeline _pipeline;
    private bool _disposed, _lost;

    private FtdiProgrammer(IUsbDevice usb, FtdiOptions options, TimeProvider time)
    {
        (_usb, _time, _options) = (usb, time, options);
        _channel = options.Channel ?? options.Adapter.Channel;
        _pipeline = new FtdiPipeline(usb, options.Adapter, _channel, time);
        Identity = new PartIdentity("programmer", Describe(usb.Identity), usb.Identity.IsVirtual);
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; }

    /// <inheritdoc/>
    public int FrequencyHz => Clock.Hz;

    /// <inheritdoc/>
    public SpiClock Clock => _pipeline.Clock;

    /// <inheritdoc/>
    public IReadOnlyList<SpiClock> Clocks => FtdiProtocol.Clocks;

    private FtdiAdapter Adapter => _options.Adapter;

    /// <summary>Takes over a USB device; chip select is high and the clock 30 MHz when it returns.</summary>
    /// <param name="usb">With the channel's interface claimed; owned from here on, disposed also on failure.</param>
    /// <param name="options">Adapter and channel.</param>
    /// <param name="time">Clock for waits.</param>
    /// <param name="cancel">Stops before the device is touched.</param>
    /// <exception cref="ProgrammerException">Not such a chip, no engine there, or it does not answer.</exception>
    public static async Task<FtdiProgrammer> OpenAsync(
        IUsbDevice usb, FtdiOptions options, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(usb);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var programmer = new FtdiProgrammer(usb, options, time);
        bool opened = false;
        try
        {
            programmer.CheckIdentity(usb.Identity);
            cancel.ThrowIfCancellationRequested();
            if (await programmer.RestartAsync() is string fault && await programmer.ResetAsync() is not null)
                throw programmer.Unplug(fault);
            opened = true;
            return programmer;
        }
        finally
        {
            if (!opened)
                await usb.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel)
    {
        if (!Clocks.Contains(clock))
            throw new ArgumentException($"{Identity.Description} has no clock like {clock}", nameof(clock));
        CheckUsable();
        cancel.ThrowIfCancellationRequested();
        byte[] command = new byte[FtdiProtocol.HeaderLength];
        FtdiProtocol.EncodeClock(command, clock.Hz);
        _pipeline.Clock = clock; // before it is told: should that fail, starting anew tells it
        if (await _pipeline.ExchangeAsync(command) is string fault)
            throw await RecoverAsync(fault);
    }

    /// <inheritdoc/>
    /// <remarks>After the exception the bus works again, unless the message asks to plug it in anew.</remarks>
    public async ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckUsable();
        if (batch.Any(frame => frame.Command.IsEmpty || frame.DelayAfter < TimeSpan.Zero))
            throw new ArgumentException("a frame needs a command and no negative delay", nameof(batch));
        cancel.ThrowIfCancellationRequested();
        if (batch.Count > 0 && await _pipeline.RunAsync(batch, cancel) is string fault)
            throw await RecoverAsync(fault);
    }

    /// <summary>Makes every pin an input if the device still answers, stops the engine, and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_lost)
        {
            await _pipeline.ExchangeAsync(PinCommands(lowValue: 0, lowDirection: 0, high: (0, 0)));
            await ControlAsync(FtdiProtocol.StopEngine(_channel)); // also if it did not listen to the first
        }

        await _usb.DisposeAsync();
    }

    private void CheckUsable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_lost)
            throw Unplug("it was lost before");
    }

    private string Describe(UsbIdentity id)
    {
        string chip = (id.VendorId, id.ProductId) switch
        {
            (FtdiProtocol.VendorId, 0x6010) => "FT2232H",
            (FtdiProtocol.VendorId, 0x6011) => "FT4232H",
            (FtdiProtocol.VendorId, 0x6014) => "FT232H",
            _ => Adapter.Name,
        };
        string product = id.Product.Length == 0 ? "" : $" ({id.Product})";
        return $"{chip}{product}, channel {_channel}, USB {id.PortPath}";
    }

    private void CheckIdentity(UsbIdentity id)
    {
        var model = new UsbModel(id.VendorId, id.ProductId);
        if (!FtdiProtocol.Models.Contains(model) && !Adapter.Models.Contains(model))
        {
            throw new ProgrammerException(
                $"the device at USB {id.PortPath} is {model}, no {Adapter.Name} with an FT2232H, FT4232H or FT232H");
        }

        if (model.ProductId == 0x6010 && id.Release == ReleaseWithoutFastEngine)
            throw new ProgrammerException($"the device at USB {id.PortPath} is an FT2232C/D, which is too slow");
        if (model == FtdiProtocol.Models[2] && _channel != FtdiChannel.A)
            throw new ProgrammerException($"the FT232H at USB {id.PortPath} has channel A only");
    }

    // The transfers of the failed batch have all ended or been cancelled before this is called.
    private async Task<ProgrammerException> RecoverAsync(string fault)
    {
        await Task.Delay(QuietTime, _time, CancellationToken.None);
        if (await RestartAsync() is not null && await ResetAsync() is not null)
        {
            _lost = true;
            return Unplug(fault);
        }

        return new ProgrammerException(
            $"{Identity.Description}: {fault}; it answers again, but the operation under way did not complete");
    }

    private ProgrammerException Unplug(string fault)
    {
        string tried = _options.SharesDevice
            ? "starting it anew did not help, and a USB reset would hit the other channel"
            : "starting it anew and a USB reset did not help";
        return new ProgrammerException($"{Identity.Description}: {fault}; {tried}: plug it in again");
    }

    private async Task<string?> ResetAsync()
    {
        if (_options.SharesDevice)
            return "a reset would hit the other channel";
        try
        {
            await _usb.ResetAsync(CancellationToken.None);
            return await RestartAsync();
        }
        catch (ProgrammerException failure)
        {
            return failure.Message;
        }
    }

    // Drops what is left of earlier work, starts the engine, and sees whether it is in step: two probes that it has to
    // echo; then clock and pins.
    private async Task<string?> RestartAsync()
    {
        _pipeline.Restart();
        return await ControlAsync(FtdiProtocol.Reset(_channel))
            ?? await ControlAsync(FtdiProtocol.PurgeReceived(_channel))
            ?? await ControlAsync(FtdiProtocol.PurgeUnsent(_channel))
            ?? await ControlAsync(FtdiProtocol.Latency(_channel, LatencyMs))
            ?? await ControlAsync(FtdiProtocol.StopEngine(_channel))
            ?? await ControlAsync(FtdiProtocol.StartEngine(_channel))
            ?? await DrainAsync()
            ?? await _pipeline.ExchangeAsync(ReadOnlyMemory<byte>.Empty)
            ?? await _pipeline.ExchangeAsync(ReadOnlyMemory<byte>.Empty)
            ?? await _pipeline.ExchangeAsync(SetupCommands());
    }

    private byte[] SetupCommands()
    {
        byte[] clock = new byte[FtdiProtocol.HeaderLength];
        FtdiProtocol.EncodeClock(clock, Clock.Hz);
        return
        [
            .. FtdiProtocol.Modes,
            .. clock,
            .. PinCommands(Adapter.LowValue, Adapter.LowDirection, Adapter.HighPins ?? default),
        ];
    }

    private byte[] PinCommands(byte lowValue, byte lowDirection, (byte Value, byte Direction) high)
    {
        byte[] commands = new byte[2 * FtdiProtocol.HeaderLength];
        int length = FtdiProtocol.EncodeLowPins(commands, lowValue, lowDirection);
        if (Adapter.HighPins is not null)
            length += FtdiProtocol.EncodeHighPins(commands.AsSpan(length), high.Value, high.Direction);
        return commands[..length];
    }

    // A packet with its status bytes alone means that nothing is left.
    private async Task<string?> DrainAsync()
    {
        byte[] buffer = new byte[FtdiProtocol.PacketLength];
        for (int i = 0; i < StaleTransfersMax; i++)
        {
            var flight = new FtdiFlight(
                _usb, new UsbTransfer(FtdiProtocol.InEndpoint(_channel), buffer), DrainTime, CancellationToken.None);
            await flight.Done;
            if (flight.Fault is string fault)
                return fault;
            if (flight.Transfer.Status is not UsbTransferStatus.Completed and not UsbTransferStatus.TimedOut)
                return $"its input endpoint is dead ({flight.Transfer.Status})";
            if (flight.Transfer.Length <= FtdiProtocol.StatusLength)
                return null;
        }

        return "it does not stop sending";
    }

    private async Task<string?> ControlAsync(UsbSetup setup)
    {
        try
        {
            await _usb.ControlAsync(setup, Memory<byte>.Empty, ControlTime, CancellationToken.None);
            return null;
        }
        catch (ProgrammerException failure)
        {
            return failure.Message;
        }
    }
}
