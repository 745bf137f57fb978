using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>The calls of libusb-1.0 that the bench needs, and nothing else; none of them takes a variable list of
/// arguments.</summary>
/// <remarks>Source: S-06. Named with its version, so that LD_LIBRARY_PATH can put another one in its place.</remarks>
internal static unsafe partial class LibUsb
{
    private const string Library = "libusb-1.0.so.0";

    [LibraryImport(Library, EntryPoint = "libusb_init")]
    internal static partial LibUsbError Initialize(out nint context);

    [LibraryImport(Library, EntryPoint = "libusb_exit")]
    internal static partial void Exit(nint context);

    [LibraryImport(Library, EntryPoint = "libusb_error_name")]
    internal static partial nint ErrorName(LibUsbError error);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_list")]
    internal static partial nint GetDeviceList(nint context, out nint* list);

    [LibraryImport(Library, EntryPoint = "libusb_free_device_list")]
    internal static partial void FreeDeviceList(nint list, int unreference);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_descriptor")]
    internal static partial LibUsbError GetDescriptor(nint device, out LibUsbDescriptor descriptor);

    [LibraryImport(Library, EntryPoint = "libusb_get_bus_number")]
    internal static partial byte GetBus(nint device);

    [LibraryImport(Library, EntryPoint = "libusb_get_port_numbers")]
    internal static partial int GetPorts(nint device, Span<byte> ports, int room);

    [LibraryImport(Library, EntryPoint = "libusb_open")]
    internal static partial LibUsbError Open(nint device, out nint handle);

    [LibraryImport(Library, EntryPoint = "libusb_close")]
    internal static partial void Close(nint handle);

    [LibraryImport(Library, EntryPoint = "libusb_get_string_descriptor_ascii")]
    internal static partial int GetString(nint handle, byte index, Span<byte> text, int room);

    [LibraryImport(Library, EntryPoint = "libusb_kernel_driver_active")]
    internal static partial int IsKernelDriverActive(nint handle, int interfaceNumber);

    [LibraryImport(Library, EntryPoint = "libusb_detach_kernel_driver")]
    internal static partial LibUsbError DetachKernelDriver(nint handle, int interfaceNumber);

    [LibraryImport(Library, EntryPoint = "libusb_attach_kernel_driver")]
    internal static partial LibUsbError AttachKernelDriver(nint handle, int interfaceNumber);

    [LibraryImport(Library, EntryPoint = "libusb_claim_interface")]
    internal static partial LibUsbError Claim(nint handle, int interfaceNumber);

    [LibraryImport(Library, EntryPoint = "libusb_release_interface")]
    internal static partial LibUsbError Release(nint handle, int interfaceNumber);

    [LibraryImport(Library, EntryPoint = "libusb_reset_device")]
    internal static partial LibUsbError Reset(nint handle);

    [LibraryImport(Library, EntryPoint = "libusb_alloc_transfer")]
    internal static partial nint AllocateTransfer(int isoPackets);

    [LibraryImport(Library, EntryPoint = "libusb_free_transfer")]
    internal static partial void FreeTransfer(nint transfer);

    [LibraryImport(Library, EntryPoint = "libusb_submit_transfer")]
    internal static partial LibUsbError Submit(nint transfer);

    [LibraryImport(Library, EntryPoint = "libusb_cancel_transfer")]
    internal static partial LibUsbError Cancel(nint transfer);

    [LibraryImport(Library, EntryPoint = "libusb_handle_events_timeout_completed")]
    internal static partial LibUsbError HandleEvents(nint context, in LibUsbTime atMost, nint completed);
}
