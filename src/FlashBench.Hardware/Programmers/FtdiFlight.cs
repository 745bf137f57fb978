using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>One transfer on its way; what goes wrong is kept as words, to be looked at in order.</summary>
internal sealed class FtdiFlight
{
    /// <summary>Submits before it returns, so that transfers reach the device in the order of the calls.</summary>
    public FtdiFlight(IUsbDevice usb, UsbTransfer transfer, TimeSpan limit, CancellationToken abort)
    {
        Transfer = transfer;
        Done = RunAsync(usb, limit, abort);
    }

    public UsbTransfer Transfer { get; }

    /// <summary>Completes when the transfer has ended, however it did.</summary>
    public Task Done { get; }

    /// <summary>What went wrong, as words without a full stop; the status of the transfer says more.</summary>
    public string? Fault { get; private set; }

    private async Task RunAsync(IUsbDevice usb, TimeSpan limit, CancellationToken abort)
    {
        try
        {
            await usb.SubmitAsync([Transfer], limit, abort);
        }
        catch (OperationCanceledException)
        {
            Fault = "its transfers were cancelled";
        }
        catch (ProgrammerException failure)
        {
            Fault = failure.Message;
        }
    }
}
