using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.UsbIp;

/// <summary>What a client asks before a device is imported.</summary>
public enum UsbIpOperationKind
{
    /// <summary>OP_REQ_DEVLIST: which devices are there.</summary>
    DeviceList = 0x8005,

    /// <summary>OP_REQ_IMPORT: the connection becomes that device's cable.</summary>
    Import = 0x8003,
}

/// <summary>A request before a device is imported.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="BusId">The device, as the list names it ("9-1"); empty for the list.</param>
public readonly record struct UsbIpOperation(UsbIpOperationKind Kind, string BusId);

/// <summary>Answer to an import.</summary>
public enum UsbIpImportStatus
{
    /// <summary>The device is the client's (ST_OK).</summary>
    Ok = 0,

    /// <summary>Somebody has it (ST_DEV_BUSY).</summary>
    Busy = 2,

    /// <summary>It does not answer (ST_DEV_ERR).</summary>
    Failed = 3,

    /// <summary>There is no such device, or nothing is plugged in (ST_NODEV).</summary>
    NoDevice = 4,
}

/// <summary>What a client asks of a device it has imported.</summary>
public enum UsbIpCommandKind
{
    /// <summary>CMD_SUBMIT: one URB.</summary>
    Submit = 1,

    /// <summary>CMD_UNLINK: take one back.</summary>
    Unlink = 2,
}

/// <summary>One command to an imported device; its data, if any, stand behind the 48 bytes of its header.</summary>
/// <param name="Kind">Submit or unlink.</param>
/// <param name="Sequence">Number of the command; the answer carries it.</param>
/// <param name="DeviceId">Bus number &lt;&lt; 16 | device number.</param>
/// <param name="IsIn">True if the device sends.</param>
/// <param name="Endpoint">Endpoint number, 0 to 15.</param>
public readonly record struct UsbIpCommand(
    UsbIpCommandKind Kind, uint Sequence, uint DeviceId, bool IsIn, int Endpoint)
{
    /// <summary>transfer_flags of the URB, as Linux numbers them.</summary>
    public uint Flags { get; init; }

    /// <summary>Bytes of the URB's buffer, up to <see cref="UsbIpCodec.TransferBytesMax"/>.</summary>
    public int Length { get; init; }

    /// <summary>Setup stage; only endpoint 0 looks at it.</summary>
    public UsbSetup Setup { get; init; }

    /// <summary>wLength of the setup stage.</summary>
    public ushort SetupLength { get; init; }

    /// <summary>Sequence number of the URB that <see cref="UsbIpCommandKind.Unlink"/> takes back.</summary>
    public uint UnlinkSequence { get; init; }

    /// <summary>Bytes that follow the header.</summary>
    public int DataBytes => Kind == UsbIpCommandKind.Submit && !IsIn ? Length : 0;

    /// <summary>Endpoint address as descriptors write it; bit 7 set = IN.</summary>
    public byte Address => (byte)(Endpoint | (IsIn ? 0x80 : 0));
}

/// <summary>A device as USB/IP describes it.</summary>
/// <param name="BusId">Its name, "9-1"; at most 31 ASCII characters.</param>
/// <param name="BusNumber">Bus it is on.</param>
/// <param name="DeviceNumber">Its number on that bus.</param>
/// <param name="HighSpeed">True for 480 Mb/s, false for 12 Mb/s.</param>
/// <param name="Device">Device descriptor, 18 bytes.</param>
/// <param name="Interfaces">Class, subclass and protocol of each interface.</param>
/// <param name="Configuration">bConfigurationValue of its one configuration.</param>
public sealed record UsbIpDevice(
    string BusId, int BusNumber, int DeviceNumber, bool HighSpeed, ReadOnlyMemory<byte> Device,
    IReadOnlyList<(byte Class, byte Subclass, byte Protocol)> Interfaces, byte Configuration)
{
    /// <summary>What commands call it.</summary>
    public uint DeviceId => (uint)BusNumber << 16 | (uint)DeviceNumber;
}
