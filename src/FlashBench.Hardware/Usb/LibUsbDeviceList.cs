using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Usb;

/// <summary>A device on the bus that has not been opened.</summary>
internal sealed record LibUsbPlace(nint Device, LibUsbDescriptor Descriptor, int Bus, string PortPath)
{
    public UsbModel Model => new(Descriptor.VendorId, Descriptor.ProductId);
}

/// <summary>What was plugged in at one moment, without hubs; the devices are valid until it is disposed.</summary>
internal sealed class LibUsbDeviceList : IDisposable
{
    private const byte HubClass = 0x09; // USB 2.0, 11.23.1

    private readonly ILibUsb _library;
    private readonly nint _list;

    public LibUsbDeviceList(LibUsbContext context)
    {
        _library = context.Library;
        LibUsbError error = _library.GetDevices(context.Handle, out _list, out nint[] devices);
        if (error != LibUsbError.Success)
            throw new ProgrammerException($"libusb cannot list the USB devices ({_library.ErrorName(error)})");
        Places = [.. devices.Select(Look).OfType<LibUsbPlace>()];
    }

    public IReadOnlyList<LibUsbPlace> Places { get; }

    public void Dispose() => _library.FreeDevices(_list);

    private LibUsbPlace? Look(nint device)
    {
        if (_library.GetDescriptor(device, out LibUsbDescriptor descriptor) != LibUsbError.Success
            || descriptor.DeviceClass == HubClass)
        {
            return null;
        }

        (int bus, byte[] ports) = _library.GetPlace(device);
        string path = ports.Length == 0 ? $"usb{bus}" : $"{bus}-{string.Join('.', ports)}";
        return new LibUsbPlace(device, descriptor, bus, path);
    }
}
