using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Served;

/// <summary>A USB device that a job on a bench's clock reaches from outside; time waits for every call.</summary>
/// <param name="device">The device, for example one that libusb has opened; its calls may block.</param>
/// <param name="job">The job; everything here is called by it.</param>
public sealed class OutsideUsbDevice(IUsbDevice device, ServedJob job) : IUsbDevice
{
    /// <inheritdoc/>
    public UsbIdentity Identity => device.Identity;

    /// <inheritdoc/>
    /// <remarks><paramref name="timeout"/> is real time.</remarks>
    public Task SubmitAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel) =>
        job.OutsideAsync(() => device.SubmitAsync(transfers, timeout, cancel));

    /// <inheritdoc/>
    /// <remarks><paramref name="timeout"/> is real time.</remarks>
    public Task<int> ControlAsync(UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel) =>
        job.OutsideAsync(() => device.ControlAsync(setup, data, timeout, cancel));

    /// <inheritdoc/>
    public Task ResetAsync(CancellationToken cancel) => job.OutsideAsync(() => device.ResetAsync(cancel));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(job.OutsideAsync(() => device.DisposeAsync().AsTask()));
}
