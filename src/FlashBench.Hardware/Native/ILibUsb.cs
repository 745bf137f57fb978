namespace FlashBench.Hardware.Native;

/// <summary>What the bench asks of libusb: the library itself, or a script in its place.</summary>
/// <remarks>
/// Handles are opaque numbers. A transfer is a <see cref="LibUsbTransfer"/> in native memory; whoever completes it
/// calls <see cref="LibUsbSlot.Raise"/> on the thread that handles events.
/// </remarks>
internal interface ILibUsb
{
    LibUsbError Initialize(out nint context);

    void Exit(nint context);

    string ErrorName(LibUsbError error);

    /// <summary>Takes a reference on every device; the list has to be given back.</summary>
    LibUsbError GetDevices(nint context, out nint list, out nint[] devices);

    void FreeDevices(nint list);

    LibUsbError GetDescriptor(nint device, out LibUsbDescriptor descriptor);

    /// <summary>Bus number, and the ports from the root hub down.</summary>
    (int Bus, byte[] Ports) GetPlace(nint device);

    LibUsbError Open(nint device, out nint handle);

    void Close(nint handle);

    /// <summary>The string, or null if the device does not give it.</summary>
    string? GetString(nint handle, byte index);

    bool IsKernelDriverActive(nint handle, int interfaceNumber);

    LibUsbError DetachKernelDriver(nint handle, int interfaceNumber);

    LibUsbError AttachKernelDriver(nint handle, int interfaceNumber);

    LibUsbError Claim(nint handle, int interfaceNumber);

    LibUsbError Release(nint handle, int interfaceNumber);

    LibUsbError Reset(nint handle);

    /// <summary>Room for a transfer, or 0 if memory is short.</summary>
    nint AllocateTransfer();

    void FreeTransfer(nint transfer);

    LibUsbError Submit(nint transfer);

    LibUsbError Cancel(nint transfer);

    /// <summary>Completes what has ended; waits for something to end, but not longer than the limit.</summary>
    LibUsbError HandleEvents(nint context, TimeSpan atMost);
}
