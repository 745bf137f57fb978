using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>What libusb returns.</summary>
/// <remarks>Source: S-06, enum libusb_error.</remarks>
internal enum LibUsbError
{
    Success = 0,
    Io = -1,
    InvalidParameter = -2,
    Access = -3,
    NoDevice = -4,
    NotFound = -5,
    Busy = -6,
    Timeout = -7,
    Overflow = -8,
    Pipe = -9,
    Interrupted = -10,
    NoMemory = -11,
    NotSupported = -12,
    Other = -99,
}

/// <summary>How libusb says that a transfer ended.</summary>
/// <remarks>Source: S-06, enum libusb_transfer_status.</remarks>
internal enum LibUsbStatus
{
    Completed = 0,
    Error = 1,
    TimedOut = 2,
    Cancelled = 3,
    Stall = 4,
    NoDevice = 5,
    Overflow = 6,
}

/// <summary>struct libusb_device_descriptor, in host byte order.</summary>
/// <remarks>Source: S-06; USB 2.0, table 9-8.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct LibUsbDescriptor
{
    public byte Length, DescriptorType;
    public ushort UsbRelease;
    public byte DeviceClass, DeviceSubClass, DeviceProtocol, PacketLength;
    public ushort VendorId, ProductId, Release;
    public byte ManufacturerIndex, ProductIndex, SerialIndex, Configurations;
}

/// <summary>struct libusb_transfer, without the list of isochronous packets behind it.</summary>
/// <remarks>Source: S-06. The natural alignment of its members is the C compiler's.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct LibUsbTransfer
{
    public nint Handle;
    public byte Flags, Endpoint, Kind;
    public uint TimeoutMs;
    public LibUsbStatus Status;
    public int Length, ActualLength;
    public nint Callback, UserData, Buffer;
    public int IsoPackets;

    public const byte KindControl = 0, KindBulk = 2; // enum libusb_transfer_type
}

/// <summary>struct timeval.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct LibUsbTime(TimeSpan span)
{
    private readonly nint _seconds = (nint)(span.Ticks / TimeSpan.TicksPerSecond);
    private readonly nint _microseconds = (nint)(span.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
}
