namespace FlashBench.Hardware.Usb;

/// <summary>An open USB device with its interface claimed: the seam below the programmers.</summary>
/// <remarks>
/// Implemented by libusb and by in-process device models. Calls may overlap: two groups can be in flight at
/// once, and transfers on one endpoint complete in the order in which they were submitted. Dispose
/// releases the interface.
/// </remarks>
public interface IUsbDevice : IAsyncDisposable
{
    /// <summary>What the device says of itself in its descriptors, and where it is plugged in.</summary>
    UsbIdentity Identity { get; }

    /// <summary>Submits <paramref name="transfers"/> in order, in flight together; returns when all ended.</summary>
    /// <param name="transfers">Bulk transfers; on return every one carries its status and its length.</param>
    /// <param name="timeout">Bound on the whole group; what has not ended by then is cancelled and says so.</param>
    /// <param name="cancel">Cancels what is still in flight.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired; nothing is in flight.</exception>
    Task SubmitAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel);

    /// <summary>Executes one control transfer on endpoint 0.</summary>
    /// <param name="setup">What is asked; bit 7 of its request type says who sends the data.</param>
    /// <param name="data">Bytes to send, or room for bytes to receive; empty for a request without data.</param>
    /// <param name="timeout">Bound on the transfer.</param>
    /// <param name="cancel">Cancels it while it is in flight.</param>
    /// <returns>Bytes moved; at most the length of <paramref name="data"/>.</returns>
    /// <exception cref="ProgrammerException">Stalled, timed out, or the device is gone; it says so.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancel"/> fired; nothing is in flight.
    /// </exception>
    Task<int> ControlAsync(UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel);

    /// <summary>Resets the port; the device is in its power-on state of the USB side on return.</summary>
    /// <exception cref="ProgrammerException">The device did not come back.</exception>
    Task ResetAsync(CancellationToken cancel);
}

/// <summary>The setup stage of a control transfer.</summary>
/// <param name="RequestType">bmRequestType; bit 7 set = the device sends.</param>
/// <param name="Request">bRequest.</param>
/// <param name="Value">wValue.</param>
/// <param name="Index">wIndex.</param>
/// <remarks>Source: USB 2.0, 9.3.</remarks>
public readonly record struct UsbSetup(byte RequestType, byte Request, ushort Value, ushort Index)
{
    /// <summary>True if the device sends.</summary>
    public bool IsIn => (RequestType & 0x80) != 0;
}

/// <summary>Descriptor fields that identify a USB device.</summary>
/// <param name="VendorId">idVendor.</param>
/// <param name="ProductId">idProduct.</param>
/// <param name="Release">bcdDevice.</param>
/// <param name="Product">iProduct string; virtual devices say so here (rule I7).</param>
/// <param name="PortPath">Bus and port path as sysfs writes it, "1-4.2".</param>
/// <param name="Serial">iSerialNumber string; null where the device has none (CH341A).</param>
public sealed record UsbIdentity(
    ushort VendorId, ushort ProductId, ushort Release, string Product, string PortPath, string? Serial)
{
    /// <summary>The words by which a virtual device announces itself in <see cref="Product"/>.</summary>
    public const string VirtualMark = "FlashBench virtual";

    /// <summary>True if the kernel's virtual host controller (vhci, USB/IP) carries the device's bus.</summary>
    public bool OnVirtualHost { get; init; }

    /// <summary>True if the device announces itself as virtual, or hangs on a virtual bus.</summary>
    public bool IsVirtual => OnVirtualHost || Product.Contains(VirtualMark, StringComparison.Ordinal);
}
