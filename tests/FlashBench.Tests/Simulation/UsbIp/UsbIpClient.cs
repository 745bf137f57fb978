using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FlashBench.Tests.Simulation.UsbIp;

// A USB/IP client that writes its bytes by hand, as Linux's usbip_protocol.rst lays them out.
internal sealed class UsbIpClient : IDisposable
{
    internal const byte CommandOut = 0x02, CommandIn = 0x82;

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly Dictionary<uint, bool> _isIn = [];
    private NetworkStream _stream = null!;
    private uint _deviceId;
    private uint _sequence;

    internal static async Task<UsbIpClient> ConnectAsync(IPEndPoint server)
    {
        var client = new UsbIpClient();
        await client._tcp.ConnectAsync(server, TestContext.Current.CancellationToken);
        client._stream = client._tcp.GetStream();
        return client;
    }

    internal static async Task<UsbIpClient> ImportedAsync(IPEndPoint server, string busId = "9-1")
    {
        UsbIpClient client = await ConnectAsync(server);
        Assert.Equal(0u, await client.ImportAsync(busId));
        return client;
    }

    // The status of the import; on success the client can submit.
    internal async Task<uint> ImportAsync(string busId)
    {
        byte[] request = new byte[40];
        new byte[] { 0x01, 0x11, 0x80, 0x03 }.CopyTo(request, 0);
        Encoding.ASCII.GetBytes(busId, request.AsSpan(8));
        await SendAsync(request);
        byte[] reply = await ReadAsync(8);
        Assert.Equal([0x01, 0x11, 0x00, 0x03], reply[..4]);
        uint status = BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4));
        if (status != 0)
            return status;
        byte[] device = await ReadAsync(312);
        _deviceId = BinaryPrimitives.ReadUInt32BigEndian(device.AsSpan(288)) << 16
            | BinaryPrimitives.ReadUInt32BigEndian(device.AsSpan(292));
        return 0;
    }

    internal Task SendAsync(byte[] bytes) =>
        _stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

    internal async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    // What arrives until the server closes.
    internal async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(all, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // Reset: the server closed before it had read everything.
        }

        return all.ToArray();
    }

    internal static byte[] Command(uint kind, uint sequence, uint device, (bool IsIn, int Endpoint) pipe)
    {
        byte[] header = new byte[48];
        BinaryPrimitives.WriteUInt32BigEndian(header, kind);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), device);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), pipe.IsIn ? 1u : 0);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), (uint)pipe.Endpoint);
        return header;
    }

    // A URB as bytes; returns its sequence number with them.
    internal (uint Sequence, byte[] Bytes) Urb(byte address, byte[] data, int length, byte[]? setup = null)
    {
        bool isIn = (address & 0x80) != 0;
        uint sequence = ++_sequence;
        byte[] header = Command(1, sequence, _deviceId, (isIn, address & 15));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(24), length);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(32), 0xFFFF_FFFF);
        setup?.CopyTo(header, 40);
        _isIn[sequence] = isIn;
        return (sequence, [.. header, .. data]);
    }

    internal async Task<uint> OutAsync(params byte[] data)
    {
        (uint sequence, byte[] bytes) = Urb(CommandOut, data, data.Length);
        await SendAsync(bytes);
        return sequence;
    }

    internal async Task<uint> InAsync(int length = 32, byte address = CommandIn)
    {
        (uint sequence, byte[] bytes) = Urb(address, [], length);
        await SendAsync(bytes);
        return sequence;
    }

    internal async Task<uint> UnlinkAsync(uint urb)
    {
        byte[] header = Command(2, ++_sequence, _deviceId, (false, 0));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), urb);
        await SendAsync(header);
        return _sequence;
    }

    // A control request: its answer's status and data.
    internal async Task<Returned> ControlAsync(
        byte type, byte request, ushort value = 0, ushort index = 0, ushort length = 0, byte[]? data = null)
    {
        bool isIn = (type & 0x80) != 0;
        byte[] setup =
        [
            type, request, (byte)(value & 0xFF), (byte)(value >> 8), (byte)(index & 0xFF), (byte)(index >> 8),
            (byte)(length & 0xFF), (byte)(length >> 8),
        ];
        (_, byte[] bytes) = Urb((byte)(isIn ? 0x80 : 0), data ?? [], data?.Length ?? length, setup);
        await SendAsync(bytes);
        return await ReturnedAsync();
    }

    internal async Task<Returned> ReturnedAsync()
    {
        byte[] header = await ReadAsync(48);
        uint kind = BinaryPrimitives.ReadUInt32BigEndian(header);
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        int status = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(20));
        int length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(24));
        Assert.True(kind is 3 or 4, $"answer {kind}");
        byte[] data = kind == 3 && _isIn[sequence] ? await ReadAsync(length) : [];
        return new Returned(kind == 4, sequence, status, length, data);
    }

    public void Dispose() => _tcp.Dispose();
}

// One answer of the server; Length and Data mean nothing for an unlink.
internal sealed record Returned(bool IsUnlink, uint Sequence, int Status, int Length, byte[] Data);
