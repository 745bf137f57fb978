using System.Buffers.Binary;
using System.Text;
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Served;
using FlashBench.Tests.Simulation.Flash;
using FlashBench.Tests.Simulation.Served;
using static FlashBench.Tests.Simulation.Usb.UsbCable;

namespace FlashBench.Tests.Simulation.UsbIp;

public sealed class UsbIpServerTests : IAsyncDisposable
{
    private const uint Busy = 2, NoDevice = 4;
    private const int Stall = -32, TakenBack = -104, GoneInFlight = -108, TooShort = -121;

    private readonly ServedCh341a _bench = new(ClockPace.Still, cells: ChipOnPins.Random(ChipRows.W25Q80, 5));

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task The_list_describes_the_device()
    {
        using UsbIpClient client = await UsbIpClient.ConnectAsync(_bench.Address);

        await client.SendAsync([0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0]);
        byte[] list = await client.ReadToEndAsync();

        Assert.Equal(12 + 312 + 4, list.Length);
        Assert.Equal([0x01, 0x11, 0x00, 0x05, 0, 0, 0, 0, 0, 0, 0, 1], list[..12]);
        Assert.StartsWith("/sys/devices/", Encoding.ASCII.GetString(list, 12, 256), StringComparison.Ordinal);
        Assert.Equal("9-1", Encoding.ASCII.GetString(list, 268, 32).TrimEnd('\0'));
        Assert.Equal(
            [
                0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2, 0x1A, 0x86, 0x55, 0x12, 0x03, 0x04, 0xFF, 0, 2, 1, 1, 1,
                0xFF, 1, 2, 0,
            ],
            list[300..]);
    }

    [Fact]
    public async Task A_chip_answers_its_id_through_the_wire()
    {
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);

        await client.OutAsync(Enable);
        uint answer = await client.InAsync();
        uint request = await client.OutAsync(Packets(SelectLow, ReadId));
        Returned[] returned = [.. await TakeAsync(client, 3)];

        Assert.Equal(IdAnswer, Assert.Single(returned, one => one.Sequence == answer).Data);
        Assert.Equal((0, 37), StatusOf(Assert.Single(returned, one => one.Sequence == request)));
    }

    [Fact]
    public async Task A_second_import_is_refused_until_the_first_client_has_gone()
    {
        using (UsbIpClient first = await UsbIpClient.ImportedAsync(_bench.Address))
        {
            using UsbIpClient second = await UsbIpClient.ConnectAsync(_bench.Address);
            Assert.Equal(Busy, await second.ImportAsync("9-1"));
            using UsbIpClient stranger = await UsbIpClient.ConnectAsync(_bench.Address);
            Assert.Equal(NoDevice, await stranger.ImportAsync("9-2"));
        }

        using UsbIpClient next = await UsbIpClient.ImportedAsync(_bench.Address);
        Assert.True(_bench.Port.IsAttached);
    }

    [Fact]
    public async Task A_close_frees_the_device_before_the_next_import_is_looked_at()
    {
        for (int i = 0; i < 200; i++)
        {
            using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
            await client.InAsync();
            await client.OutAsync(Enable);
        }
    }

    [Fact]
    public async Task An_import_is_a_power_on_reset()
    {
        using (UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address))
        {
            await client.OutAsync(Enable);
            await client.OutAsync(Packets(SelectLow, ReadId)); // nobody fetches the answer
            await TakeAsync(client, 2);
            Assert.True(_bench.Port.DrivesBus);
        }

        using UsbIpClient next = await UsbIpClient.ImportedAsync(_bench.Address);
        uint stale = await next.InAsync();
        Assert.False(_bench.Port.DrivesBus);
        uint unlink = await next.UnlinkAsync(stale);
        Assert.Equal(new Returned(true, unlink, TakenBack, 0, []), await next.ReturnedAsync(), SameAnswer);
    }

    [Fact]
    public async Task Many_urbs_in_flight_end_in_their_order()
    {
        byte[] cells = _bench.Chip.Cells.ToArray();
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        await client.OutAsync(Packets(Enable, SelectLow, [0xA8, 0xC0, 0, 0, 0]));
        await client.InAsync();
        await TakeAsync(client, 2);

        var burst = new List<byte>();
        var sequences = new List<uint>();
        for (int i = 0; i < 400; i++)
        {
            (uint sequence, byte[] bytes) = client.Urb(UsbIpClient.CommandIn, [], 32);
            sequences.Add(sequence);
            burst.AddRange(bytes);
        }

        for (int i = 0; i < 4; i++)
            burst.AddRange(client.Urb(UsbIpClient.CommandOut, FlashBenchStream(100), 3200).Bytes);
        await client.SendAsync([.. burst]);
        List<Returned> returned = await TakeAsync(client, 404);

        Returned[] ins = [.. returned.Where(one => one.Data.Length > 0)];
        Assert.Equal(sequences, ins.Select(one => one.Sequence));
        Assert.Equal(cells[..(400 * 31)], Mirror([.. ins.SelectMany(one => one.Data)]));
    }

    [Fact]
    public async Task An_unlinked_urb_is_taken_back_and_others_go_on()
    {
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        uint first = await client.InAsync();
        uint second = await client.InAsync();

        uint unlink = await client.UnlinkAsync(first);
        Assert.Equal(new Returned(true, unlink, TakenBack, 0, []), await client.ReturnedAsync(), SameAnswer);
        await client.OutAsync(Enable);
        await client.OutAsync(Packets(SelectLow, ReadId));
        List<Returned> returned = await TakeAsync(client, 3);
        Assert.Equal(IdAnswer, Assert.Single(returned, one => one.Sequence == second).Data);
        uint late = await client.UnlinkAsync(second);
        Assert.Equal(new Returned(true, late, 0, 0, []), await client.ReturnedAsync(), SameAnswer);
    }

    [Fact]
    public async Task An_unknown_endpoint_and_an_unwanted_short_packet_have_their_error()
    {
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);

        await client.InAsync(address: 0x85);
        Assert.Equal((Stall, 0), StatusOf(await client.ReturnedAsync()));
        await client.OutAsync(Enable);
        await client.ReturnedAsync();
        (_, byte[] urb) = client.Urb(UsbIpClient.CommandIn, [], 32);
        urb[23] = 0x01; // URB_SHORT_NOT_OK
        await client.SendAsync(urb);
        await client.OutAsync(Packets(SelectLow, ReadId));
        List<Returned> returned = await TakeAsync(client, 2);

        Assert.Contains(returned, one => one.Status == TooShort && one.Length == 4);
    }

    [Fact]
    public async Task A_cable_that_comes_off_ends_what_is_in_flight_and_then_the_connection()
    {
        _bench.Port.Faults.UnplugAfterUrb = 2;
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        uint waiting = await client.InAsync();
        uint behind = await client.InAsync();

        await client.OutAsync(Enable);
        await client.OutAsync(Packets(SelectLow));
        List<Returned> returned = await TakeAsync(client, 4);
        byte[] rest = await client.ReadToEndAsync();

        Assert.Equal([0, 0], returned.Where(one => one.Sequence > behind).Select(one => one.Status));
        Assert.Equal([waiting, behind], returned.Where(one => one.Status == GoneInFlight).Select(one => one.Sequence));
        Assert.Empty(rest);
        using UsbIpClient next = await UsbIpClient.ConnectAsync(_bench.Address);
        Assert.Equal(NoDevice, await next.ImportAsync("9-1"));
    }

    [Fact]
    public async Task An_idle_client_hears_of_the_unplug_and_gets_the_device_again_after_the_replug()
    {
        using (UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address))
        {
            await _bench.Time.RunAsync(() =>
            {
                _bench.Port.Unplug();
                return Task.CompletedTask;
            });
            Assert.Empty(await client.ReadToEndAsync());
        }

        _bench.Port.Plug();
        using UsbIpClient next = await UsbIpClient.ImportedAsync(_bench.Address);
        await next.OutAsync(Enable);
        Assert.Equal((0, 4), StatusOf(await next.ReturnedAsync()));
    }

    [Fact]
    public async Task Standard_requests_are_answered_from_the_descriptors()
    {
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);

        byte[] device = (await client.ControlAsync(0x80, 6, 0x0100, 0, 64)).Data;
        Assert.Equal(_bench.Port.Descriptors.Device.ToArray(), device);
        byte[] configuration = (await client.ControlAsync(0x80, 6, 0x0200, 0, 9)).Data;
        Assert.Equal(_bench.Port.Descriptors.Configuration.ToArray()[..9], configuration);
        Assert.Equal([4, 3, 0x09, 0x04], (await client.ControlAsync(0x80, 6, 0x0300, 0, 255)).Data);
        int product = _bench.Port.Descriptors.Device.Span[15];
        byte[] text = (await client.ControlAsync(0x80, 6, (ushort)(0x0300 | product), 0x0409, 255)).Data;
        Assert.Equal(_bench.Port.Identity.Product, Encoding.Unicode.GetString(text.AsSpan(2)));
        Assert.Equal(Stall, (await client.ControlAsync(0x80, 6, 0x0309, 0x0409, 255)).Status);
        Assert.Equal(Stall, (await client.ControlAsync(0x80, 6, 0x0600, 0, 10)).Status); // no high speed
        Assert.Equal([1], (await client.ControlAsync(0x80, 8, length: 1)).Data);
        Assert.Equal(0, (await client.ControlAsync(0x00, 9, 1)).Status);
        Assert.Equal(Stall, (await client.ControlAsync(0x00, 9, 7)).Status);
        Assert.Equal(0, (await client.ControlAsync(0x01, 11)).Status);
        Assert.Equal([0], (await client.ControlAsync(0x81, 10, length: 1)).Data);
        Assert.Equal([0, 0], (await client.ControlAsync(0x80, 0, length: 2)).Data);
        Assert.Equal(0, (await client.ControlAsync(0x02, 1, 0, 0x82)).Status);
        Assert.Equal(Stall, (await client.ControlAsync(0x02, 1, 0, 0x88)).Status);
        Assert.Equal(Stall, (await client.ControlAsync(0xC0, 0x5F, length: 2)).Status); // a vendor request
        Assert.Equal(0, (await client.ControlAsync(0x23, 3, 4)).Status);                // port reset
    }

    [Theory]
    [InlineData(0, 0x0110_8005, "version")]
    [InlineData(0, 0x0111_8007, "operation")]
    public async Task An_operation_of_another_protocol_ends_the_connection(int at, long word, string reason)
    {
        byte[] request = new byte[40];
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(at), (uint)word);
        using UsbIpClient client = await UsbIpClient.ConnectAsync(_bench.Address);

        await client.SendAsync(request);

        Assert.True((await client.ReadToEndAsync()).Length == 0, reason);
    }

    [Theory]
    [InlineData(0, 7u)]             // no command
    [InlineData(8, 0x00010002u)]    // another device
    [InlineData(12, 2u)]            // no direction
    [InlineData(16, 16u)]           // no endpoint
    [InlineData(24, 0x00100001u)]   // more than a URB may have
    [InlineData(24, 0xFFFFFFFFu)]
    [InlineData(32, 8u)]            // isochronous
    public async Task A_hostile_command_ends_the_connection_and_frees_the_device(int at, uint word)
    {
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        (_, byte[] urb) = client.Urb(UsbIpClient.CommandIn, [], 32);
        BinaryPrimitives.WriteUInt32BigEndian(urb.AsSpan(at), word);

        await client.SendAsync(urb);

        Assert.Empty(await client.ReadToEndAsync());
        using UsbIpClient next = await UsbIpClient.ImportedAsync(_bench.Address);
    }

    [Fact]
    public async Task Garbage_of_every_length_is_survived()
    {
        var random = new Random(17);
        for (int length = 0; length < 120; length++)
        {
            using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
            byte[] garbage = new byte[length];
            random.NextBytes(garbage);
            await client.SendAsync(garbage);
        }

        using UsbIpClient next = await UsbIpClient.ImportedAsync(_bench.Address);
        await next.OutAsync(Enable);
        Assert.Equal((0, 4), StatusOf(await next.ReturnedAsync()));
    }

    [Fact]
    public async Task Somebody_in_this_process_keeps_the_device_too()
    {
        await using (IUsbDevice mine = await _bench.Port.OpenAsync(CancellationToken.None))
        {
            using UsbIpClient client = await UsbIpClient.ConnectAsync(_bench.Address);
            Assert.Equal(Busy, await client.ImportAsync("9-1"));
        }

        using UsbIpClient next = await UsbIpClient.ImportedAsync(_bench.Address);
        await Assert.ThrowsAsync<ProgrammerException>(() => _bench.Port.OpenAsync(CancellationToken.None));
    }

    internal static byte[] FlashBenchStream(int packets)
    {
        byte[] stream = new byte[32 * packets];
        stream.AsSpan().Fill(0xFF);
        for (int i = 0; i < packets; i++)
            stream[32 * i] = 0xA8;
        return stream;
    }

    private static async Task<List<Returned>> TakeAsync(UsbIpClient client, int count)
    {
        var returned = new List<Returned>();
        while (returned.Count < count)
            returned.Add(await client.ReturnedAsync());
        return returned;
    }

    private static (int Status, int Length) StatusOf(Returned returned) => (returned.Status, returned.Length);

    private static bool SameAnswer(Returned a, Returned b) =>
        (a.IsUnlink, a.Sequence, a.Status) == (b.IsUnlink, b.Sequence, b.Status);
}
