using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>A CH341A as an SPI bus: mode 0, one chip select, 1.5 MHz.</summary>
/// <remarks>
/// After a failed transfer the programmer is brought back (cancel, wait, drain, configure; then a USB reset), but the
/// operation that failed is never repeated: it may have been half done, and only its owner knows what that means.
/// </remarks>
public sealed class Ch341aProgrammer : ISpiBus
{
    private const int StalePacketsMax = 256; // the device buffers a few; more means that it does not stop

    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(20);

    private readonly IUsbDevice _usb;
    private readonly TimeProvider _time;
    private readonly Ch341aPipeline _pipeline;
    private bool _disposed, _lost;

    private Ch341aProgrammer(IUsbDevice usb, TimeProvider time)
    {
        (_usb, _time, _pipeline) = (usb, time, new Ch341aPipeline(usb, time));
        UsbIdentity id = usb.Identity;
        string product = id.Product.Length == 0 ? "" : $" ({id.Product})";
        Identity = new PartIdentity("programmer", $"CH341A{product}, USB {id.PortPath}", id.IsVirtual);
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; }

    /// <inheritdoc/>
    public int FrequencyHz => Ch341aProtocol.ClockHz;

    /// <summary>Takes over a USB device; its pins are outputs and chip select is high when it returns.</summary>
    /// <param name="usb">Owned from here on; disposed also when opening fails.</param>
    /// <param name="time">Clock for waits.</param>
    /// <param name="cancel">Stops before the device is touched.</param>
    /// <exception cref="ProgrammerException">Not a CH341A, in the wrong mode, or it does not answer.</exception>
    public static async Task<Ch341aProgrammer> OpenAsync(IUsbDevice usb, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(usb);
        ArgumentNullException.ThrowIfNull(time);
        var programmer = new Ch341aProgrammer(usb, time);
        bool opened = false;
        try
        {
            CheckIdentity(usb.Identity);
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
    /// <remarks>After the exception the bus works again, unless the message asks to plug it in anew.</remarks>
    public async ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (batch.Any(frame => frame.Command.IsEmpty || frame.DelayAfter < TimeSpan.Zero))
            throw new ArgumentException("a frame needs a command and no negative delay", nameof(batch));
        if (_lost)
            throw Unplug("it was lost before");
        cancel.ThrowIfCancellationRequested();
        if (await _pipeline.RunAsync(batch, cancel) is string fault)
            throw await RecoverAsync(fault);
    }

    /// <summary>Makes every pin an input, as far as the device still answers, and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_lost)
            await SendAsync(Ch341aProtocol.ReleasePins.ToArray());
        await _usb.DisposeAsync();
    }

    private static void CheckIdentity(UsbIdentity id)
    {
        if (id is { VendorId: Ch341aProtocol.VendorId, ProductId: Ch341aProtocol.UartProductId })
        {
            throw new ProgrammerException(
                $"the CH341A at USB {id.PortPath} is in UART mode (1A86:5523): set its mode jumper to I2C/SPI and plug "
                + "it in again");
        }

        if (id is not { VendorId: Ch341aProtocol.VendorId, ProductId: Ch341aProtocol.ProductId })
        {
            throw new ProgrammerException(
                $"the device at USB {id.PortPath} is {id.VendorId:X4}:{id.ProductId:X4}, no CH341A (1A86:5512)");
        }
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

    private ProgrammerException Unplug(string fault) => new(
        $"{Identity.Description}: {fault}; configuring it anew and a USB reset did not help: plug it in again");

    private async Task<string?> ResetAsync()
    {
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

    // Drops stale answers, configures the device, raises chip select, and sees whether it answers at all.
    private async Task<string?> RestartAsync() =>
        await DrainAsync()
        ?? await SendAsync(Ch341aProtocol.Configure.ToArray())
        ?? await SendAsync(Ch341aProtocol.EnablePins.ToArray())
        ?? await EchoAsync();

    private async Task<string?> DrainAsync()
    {
        for (int i = 0; i < StalePacketsMax; i++)
        {
            var stale = new UsbTransfer(Ch341aProtocol.InEndpoint, new byte[Ch341aProtocol.PacketLength]);
            if (await SubmitAsync([stale], DrainTime) is string fault)
                return fault;
            if (stale.Status == UsbTransferStatus.TimedOut)
                return null;
            if (stale.Status != UsbTransferStatus.Completed)
                return $"its input endpoint is dead ({stale.Status})";
        }

        return "it does not stop sending";
    }

    // One byte clocked with chip select high: no chip listens, but the device has to answer it.
    private async Task<string?> EchoAsync()
    {
        byte[] packet = new byte[Ch341aProtocol.PacketLength];
        int length = Ch341aProtocol.EncodeSpi(packet, [], fillers: 1);
        var answer = new UsbTransfer(Ch341aProtocol.InEndpoint, new byte[Ch341aProtocol.PacketLength]);
        var request = new UsbTransfer(Ch341aProtocol.OutEndpoint, packet.AsMemory(0, length));
        return await SubmitAsync([answer, request], Ch341aPipeline.Limit(length))
            ?? (answer is { Status: UsbTransferStatus.Completed, Length: 1 } ? null : "it does not answer");
    }

    private async Task<string?> SendAsync(byte[] packet)
    {
        var request = new UsbTransfer(Ch341aProtocol.OutEndpoint, packet);
        return await SubmitAsync([request], Ch341aPipeline.Limit(packet.Length))
            ?? (request.Status == UsbTransferStatus.Completed ? null : $"it takes no commands ({request.Status})");
    }

    private async Task<string?> SubmitAsync(UsbTransfer[] transfers, TimeSpan limit)
    {
        try
        {
            await _usb.SubmitAsync(transfers, limit, CancellationToken.None);
            return null;
        }
        catch (ProgrammerException failure)
        {
            return failure.Message;
        }
    }
}
