using System.Runtime.InteropServices;
using System.Text;

namespace FlashBench.Hardware.Native;

/// <summary>libusb-1.0 as it is installed.</summary>
internal sealed unsafe class NativeLibUsb : ILibUsb
{
    private const int StringRoom = 256; // a USB string has at most 126 characters
    private const int PortsMax = 7;     // USB 2.0, 4.1.1: at most seven tiers

    public LibUsbError Initialize(out nint context) => LibUsb.Initialize(out context);

    public void Exit(nint context) => LibUsb.Exit(context);

    public string ErrorName(LibUsbError error) => Marshal.PtrToStringUTF8(LibUsb.ErrorName(error)) ?? error.ToString();

    public LibUsbError GetDevices(nint context, out nint list, out nint[] devices)
    {
        nint count = LibUsb.GetDeviceList(context, out nint* first);
        list = count < 0 ? 0 : (nint)first;
        devices = count < 0 ? [] : new ReadOnlySpan<nint>(first, (int)count).ToArray();
        return count < 0 ? (LibUsbError)(int)count : LibUsbError.Success;
    }

    public void FreeDevices(nint list)
    {
        if (list != 0)
            LibUsb.FreeDeviceList(list, unreference: 1);
    }

    public LibUsbError GetDescriptor(nint device, out LibUsbDescriptor descriptor) =>
        LibUsb.GetDescriptor(device, out descriptor);

    public (int Bus, byte[] Ports) GetPlace(nint device)
    {
        Span<byte> ports = stackalloc byte[PortsMax];
        int count = LibUsb.GetPorts(device, ports, PortsMax);
        return (LibUsb.GetBus(device), ports[..Math.Clamp(count, 0, PortsMax)].ToArray());
    }

    public LibUsbError Open(nint device, out nint handle) => LibUsb.Open(device, out handle);

    public void Close(nint handle) => LibUsb.Close(handle);

    public string? GetString(nint handle, byte index)
    {
        if (index == 0)
            return null;
        Span<byte> text = stackalloc byte[StringRoom];
        int length = LibUsb.GetString(handle, index, text, StringRoom);
        return length < 0 ? null : Encoding.ASCII.GetString(text[..Math.Min(length, StringRoom)]);
    }

    public bool IsKernelDriverActive(nint handle, int interfaceNumber) =>
        LibUsb.IsKernelDriverActive(handle, interfaceNumber) == 1;

    public LibUsbError DetachKernelDriver(nint handle, int interfaceNumber) =>
        LibUsb.DetachKernelDriver(handle, interfaceNumber);

    public LibUsbError AttachKernelDriver(nint handle, int interfaceNumber) =>
        LibUsb.AttachKernelDriver(handle, interfaceNumber);

    public LibUsbError Claim(nint handle, int interfaceNumber) => LibUsb.Claim(handle, interfaceNumber);

    public LibUsbError Release(nint handle, int interfaceNumber) => LibUsb.Release(handle, interfaceNumber);

    public LibUsbError Reset(nint handle) => LibUsb.Reset(handle);

    public nint AllocateTransfer() => LibUsb.AllocateTransfer(isoPackets: 0);

    public void FreeTransfer(nint transfer) => LibUsb.FreeTransfer(transfer);

    public LibUsbError Submit(nint transfer) => LibUsb.Submit(transfer);

    public LibUsbError Cancel(nint transfer) => LibUsb.Cancel(transfer);

    public LibUsbError HandleEvents(nint context, TimeSpan atMost)
    {
        var limit = new LibUsbTime(atMost);
        return LibUsb.HandleEvents(context, limit, completed: 0);
    }
}
