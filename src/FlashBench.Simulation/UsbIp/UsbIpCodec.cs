// The USB/IP protocol, version 1.1.1, as bytes. Source: S-31.
// Not modelled: isochronous URBs (refused).
using System.Buffers.Binary;
using System.Text;
using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.UsbIp;

/// <summary>Reads what a USB/IP client sends and writes what a server answers. All numbers are big-endian.</summary>
public static class UsbIpCodec
{
    /// <summary>Protocol version in every operation.</summary>
    public const ushort Version = 0x0111;

    /// <summary>Length of the header of a command and of an answer to it.</summary>
    public const int HeaderBytes = 48;

    /// <summary>Largest buffer of one URB. Linux's own host controllers are given 64 KiB at a time, and less.</summary>
    public const int TransferBytesMax = 1 << 20;

    private const int OperationHeaderBytes = 8;
    private const int BusIdBytes = 32;
    private const int PathBytes = 256;
    private const int DeviceBytes = 312;
    private const int EndpointMax = 15;
    private const int ReturnSubmit = 3;
    private const int ReturnUnlink = 4;
    private const uint NoPackets = 0xFFFF_FFFF;
    private const uint FullSpeed = 2; // enum usb_device_speed
    private const uint HighSpeed = 3;

    /// <summary>Longest operation: what a peer may make the server keep before it makes sense.</summary>
    public const int OperationBytesMax = OperationHeaderBytes + BusIdBytes;

    /// <summary>Reads one operation.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="operation">The operation, if it is whole.</param>
    /// <returns>Its length; 0 if more bytes are needed.</returns>
    /// <exception cref="UsbIpProtocolException">No operation of this version.</exception>
    public static int ReadOperation(ReadOnlySpan<byte> bytes, out UsbIpOperation operation)
    {
        operation = default;
        if (bytes.Length < OperationHeaderBytes)
            return 0;
        ushort version = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (version != Version)
            throw new UsbIpProtocolException($"version 0x{version:X4} instead of 0x{Version:X4}");
        var kind = (UsbIpOperationKind)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        switch (kind)
        {
            case UsbIpOperationKind.DeviceList:
                operation = new UsbIpOperation(kind, "");
                return OperationHeaderBytes;
            case UsbIpOperationKind.Import when bytes.Length < OperationBytesMax:
                return 0;
            case UsbIpOperationKind.Import:
                operation = new UsbIpOperation(kind, Text(bytes.Slice(OperationHeaderBytes, BusIdBytes)));
                return OperationBytesMax;
            default:
                throw new UsbIpProtocolException($"unknown operation 0x{(int)kind:X4}");
        }
    }

    /// <summary>Answers <see cref="UsbIpOperationKind.DeviceList"/>.</summary>
    public static byte[] DeviceList(IReadOnlyList<UsbIpDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        int length = OperationHeaderBytes + 4 + devices.Sum(device => DeviceBytes + 4 * device.Interfaces.Count);
        byte[] reply = new byte[length];
        WriteOperation(reply, UsbIpOperationKind.DeviceList, 0);
        BinaryPrimitives.WriteInt32BigEndian(reply.AsSpan(OperationHeaderBytes), devices.Count);
        int at = OperationHeaderBytes + 4;
        foreach (UsbIpDevice device in devices)
        {
            WriteDevice(reply.AsSpan(at), device);
            at += DeviceBytes;
            foreach ((byte Class, byte Subclass, byte Protocol) one in device.Interfaces)
            {
                (reply[at], reply[at + 1], reply[at + 2]) = one;
                at += 4;
            }
        }

        return reply;
    }

    /// <summary>Answers <see cref="UsbIpOperationKind.Import"/>.</summary>
    /// <param name="status">Why not, or Ok.</param>
    /// <param name="device">The device; only an Ok answer carries it.</param>
    public static byte[] Import(UsbIpImportStatus status, UsbIpDevice? device)
    {
        bool ok = status == UsbIpImportStatus.Ok && device is not null;
        byte[] reply = new byte[OperationHeaderBytes + (ok ? DeviceBytes : 0)];
        WriteOperation(reply, UsbIpOperationKind.Import, (uint)status);
        if (ok)
            WriteDevice(reply.AsSpan(OperationHeaderBytes), device!);
        return reply;
    }

    /// <summary>Reads one command's header; its data must have arrived, too.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="command">The command, if it is whole.</param>
    /// <returns>Length of header and data; 0 if more bytes are needed (<see cref="BytesNeeded"/>).</returns>
    /// <exception cref="UsbIpProtocolException">No command, or one that no driver of these devices sends.</exception>
    public static int ReadCommand(ReadOnlySpan<byte> bytes, out UsbIpCommand command)
    {
        command = default;
        if (bytes.Length < HeaderBytes)
            return 0;
        command = ParseHeader(bytes);
        int length = HeaderBytes + command.DataBytes;
        return bytes.Length < length ? 0 : length;
    }

    /// <summary>Room that the command at the beginning of <paramref name="bytes"/> needs in all.</summary>
    public static int BytesNeeded(ReadOnlySpan<byte> bytes) =>
        bytes.Length < HeaderBytes ? HeaderBytes : HeaderBytes + ParseHeader(bytes).DataBytes;

    /// <summary>Writes the header of RET_SUBMIT; the data of an IN URB follow it.</summary>
    /// <param name="to">48 bytes.</param>
    /// <param name="sequence">Of the command.</param>
    /// <param name="status">0, or a negative errno of Linux.</param>
    /// <param name="length">Bytes that moved.</param>
    public static void WriteReturnSubmit(Span<byte> to, uint sequence, int status, int length)
    {
        WriteReturn(to, ReturnSubmit, sequence, status);
        BinaryPrimitives.WriteInt32BigEndian(to[24..], length);
    }

    /// <summary>Writes RET_UNLINK.</summary>
    /// <param name="to">48 bytes.</param>
    /// <param name="sequence">Of the unlink command.</param>
    /// <param name="status">-ECONNRESET if the URB was taken back, 0 if it had ended before.</param>
    public static void WriteReturnUnlink(Span<byte> to, uint sequence, int status) =>
        WriteReturn(to, ReturnUnlink, sequence, status);

    private static void WriteReturn(Span<byte> to, int kind, uint sequence, int status)
    {
        to[..HeaderBytes].Clear();
        BinaryPrimitives.WriteInt32BigEndian(to, kind);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(to[20..], status);
    }

    private static UsbIpCommand ParseHeader(ReadOnlySpan<byte> header)
    {
        uint kind = BinaryPrimitives.ReadUInt32BigEndian(header);
        uint direction = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        uint endpoint = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        if (kind is not ((uint)UsbIpCommandKind.Submit or (uint)UsbIpCommandKind.Unlink))
            throw new UsbIpProtocolException($"unknown command 0x{kind:X8}");
        var command = new UsbIpCommand(
            (UsbIpCommandKind)kind, BinaryPrimitives.ReadUInt32BigEndian(header[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(header[8..]), direction == 1, (int)(endpoint & EndpointMax));
        if (kind == (uint)UsbIpCommandKind.Unlink)
            return command with { UnlinkSequence = BinaryPrimitives.ReadUInt32BigEndian(header[20..]) };
        if (direction > 1 || endpoint > EndpointMax)
            throw new UsbIpProtocolException($"direction {direction} of endpoint {endpoint}");
        return ParseSubmit(header, command);
    }

    private static UsbIpCommand ParseSubmit(ReadOnlySpan<byte> header, UsbIpCommand command)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[24..]);
        uint packets = BinaryPrimitives.ReadUInt32BigEndian(header[32..]);
        if (length > TransferBytesMax)
            throw new UsbIpProtocolException($"a URB of {length} bytes");
        if (packets is not (0 or NoPackets))
            throw new UsbIpProtocolException($"{packets} isochronous packets");
        ReadOnlySpan<byte> setup = header[40..];
        return command with
        {
            Flags = BinaryPrimitives.ReadUInt32BigEndian(header[20..]),
            Length = (int)length,
            Setup = new UsbSetup(
                setup[0], setup[1], BinaryPrimitives.ReadUInt16LittleEndian(setup[2..]),
                BinaryPrimitives.ReadUInt16LittleEndian(setup[4..])),
            SetupLength = BinaryPrimitives.ReadUInt16LittleEndian(setup[6..]),
        };
    }

    // The reply's code is the request's without its highest bit.
    private static void WriteOperation(Span<byte> to, UsbIpOperationKind kind, uint status)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, Version);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)((int)kind & 0x7FFF));
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], status);
    }

    private static void WriteDevice(Span<byte> to, UsbIpDevice device)
    {
        ReadOnlySpan<byte> descriptor = device.Device.Span;
        string path = $"/sys/devices/platform/flashbench/usb{device.BusNumber}/{device.BusId}";
        Encoding.ASCII.GetBytes(path.AsSpan(0, Math.Min(path.Length, PathBytes - 1)), to);
        Encoding.ASCII.GetBytes(device.BusId.AsSpan(0, Math.Min(device.BusId.Length, BusIdBytes - 1)), to[PathBytes..]);
        Span<byte> rest = to[(PathBytes + BusIdBytes)..];
        BinaryPrimitives.WriteInt32BigEndian(rest, device.BusNumber);
        BinaryPrimitives.WriteInt32BigEndian(rest[4..], device.DeviceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(rest[8..], device.HighSpeed ? HighSpeed : FullSpeed);
        for (int field = 0; field < 3; field++) // idVendor, idProduct, bcdDevice: little-endian in the descriptor
        {
            ushort value = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[(8 + 2 * field)..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest[(12 + 2 * field)..], value);
        }

        descriptor.Slice(4, 3).CopyTo(rest[18..]); // class, subclass, protocol
        (rest[21], rest[22], rest[23]) = (device.Configuration, descriptor[17], (byte)device.Interfaces.Count);
    }

    // Up to the first zero; other characters than printable ASCII name no device.
    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        ReadOnlySpan<byte> text = end < 0 ? field : field[..end];
        return text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) ? "" : Encoding.ASCII.GetString(text);
    }
}
