using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using FlashBench.Tests.Simulation.Flash;
using static FlashBench.Tests.Simulation.Usb.UsbCable;

namespace FlashBench.Tests.Simulation.Usb;

// Buffering, time limits, several groups in flight, faults, attachment.
public sealed class SimulatedCh341aTests
{
    private static readonly byte[] FullPacket = [0xA8, .. Enumerable.Repeat((byte)0xFF, 31)];

    [Fact]
    public void Without_in_urbs_four_packets_are_taken_and_then_none_until_the_limit()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            long start = cable.Pins.Time.GetTimestamp();
            UsbTransfer[] done = await cable.SubmitAsync(Out(Stream(10)), Out(SelectHigh));

            Assert.Equal([(UsbTransferStatus.TimedOut, 4 * 32), (UsbTransferStatus.TimedOut, 0)],
                done.Select(transfer => (transfer.Status, transfer.Length)));
            Assert.Equal(Second, cable.Pins.Time.GetElapsedTime(start));
        });
    }

    [Fact]
    public void A_wedged_device_gives_old_answers_until_it_is_drained()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            await cable.SubmitAsync(Out(Stream(10))); // chip select is high: four answers of 31 x FF wait
            UsbTransfer[] wrong = await cable.SubmitAsync(Out(Packets(SelectLow, ReadId)), In());
            Assert.Equal(FullPacket[1..], Data(wrong[1]));

            UsbTransfer[] drained = await cable.SubmitAsync(Ins(8));
            Assert.Equal([31, 31, 31, 4, 0, 0, 0, 0], drained.Select(transfer => transfer.Length));
            Assert.Equal(IdAnswer, Data(drained[3]));
            Assert.Equal(UsbTransferStatus.TimedOut, drained[4].Status);

            await cable.SubmitAsync(Out(SelectHigh));
            Assert.Equal([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
        });
    }

    [Fact]
    public void A_wedged_device_takes_no_command_at_all()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Stream(10)));

            UsbTransfer[] done = await cable.SubmitAsync(Out(Enable));

            Assert.Equal((UsbTransferStatus.TimedOut, 0), (done[0].Status, done[0].Length));
            Assert.False(cable.Port.DrivesBus);
        });
    }

    [Fact]
    public void A_reset_unwedges_and_makes_every_pin_an_input()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            await cable.SubmitAsync(Out(Stream(10)));
            await cable.Device.ResetAsync(CancellationToken.None);
            Assert.False(cable.Port.DrivesBus);
            UsbTransfer[] drained = await cable.SubmitAsync(In());
            Assert.Equal(UsbTransferStatus.TimedOut, drained[0].Status);

            await cable.SubmitAsync(Out(Enable));
            Assert.Equal([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
        });
    }

    [Fact]
    public void In_urbs_that_come_later_let_a_stalled_group_go_on()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer stream = Out(Stream(10));
            Task stalled = cable.SubmitAsync(stream);
            await cable.WaitAsync(100);
            Assert.False(stalled.IsCompleted);
            long start = cable.Pins.Time.GetTimestamp();
            UsbTransfer[] fetched = await cable.SubmitAsync(Ins(10));
            double microseconds = cable.Pins.Time.GetElapsedTime(start).TotalMicroseconds;
            await stalled;

            Assert.Equal((UsbTransferStatus.Completed, 320), (stream.Status, stream.Length));
            Assert.All(fetched, transfer => Assert.Equal((UsbTransferStatus.Completed, 31),
                (transfer.Status, transfer.Length)));
            Assert.InRange(microseconds, 60 + 6 * 173, 60 + 6 * 174); // four were done and waited
        });
    }

    [Fact]
    public void Groups_in_flight_together_keep_their_order()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 2);
        using var cable = new UsbCable(new ChipOnPins(cells: cells));
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Packets(Enable, SelectLow, [0xA8, 0xC0, 0, 0, 0])), In());
            var groups = Enumerable.Range(0, 5).Select(_ => (UsbTransfer[])[Out(Stream(20)), .. Ins(20)]).ToList();
            var ends = new List<int>();

            await Task.WhenAll(groups.Select(async (group, index) =>
            {
                await cable.SubmitAsync(group);
                ends.Add(index);
            }));

            Assert.Equal([0, 1, 2, 3, 4], ends);
            byte[] read = Mirror([.. groups.SelectMany(group => group[1..]).SelectMany(Data)]);
            Assert.Equal(cells[..(100 * 31)], read);
        });
    }

    [Fact]
    public void A_limit_stops_the_stream_where_the_time_is_over()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer[] group = [Out(Stream(100)), .. Ins(100)];
            await cable.Device.SubmitAsync(group, TimeSpan.FromMilliseconds(5), CancellationToken.None);

            int taken = group[0].Length / 32;
            Assert.InRange(taken, 28, 29); // (5000 - 60) / 173.3 us
            Assert.Equal(UsbTransferStatus.TimedOut, group[0].Status);
            Assert.Equal(taken - 1, group.Count(transfer => transfer.Status == UsbTransferStatus.Completed));
            Assert.Equal(TimeSpan.FromMilliseconds(5).Ticks, cable.Pins.Time.GetTimestamp());
            UsbTransfer[] late = await cable.SubmitAsync(Ins(2)); // the packet at work when the limit came
            Assert.Equal([31, 0], late.Select(transfer => transfer.Length));
        });
    }

    [Fact]
    public void A_cancelled_group_ends_at_once_and_what_is_behind_it_goes_on()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(20), cable.Pins.Time);
            UsbTransfer[] group = [Out(Stream(1000)), .. Ins(1000)];
            Task first = cable.Device.SubmitAsync(group, Second, stop.Token);
            UsbTransfer[] behind = [Out(FullPacket), In()];
            Task second = cable.Device.SubmitAsync(behind, Second, CancellationToken.None);

            await Assert.ThrowsAsync<OperationCanceledException>(() => first);
            Assert.Equal(TimeSpan.FromMilliseconds(20).Ticks, cable.Pins.Time.GetTimestamp());
            Assert.Equal(UsbTransferStatus.Cancelled, group[0].Status);
            Assert.DoesNotContain(group, transfer => transfer.Status == UsbTransferStatus.Pending);
            Assert.InRange(group[0].Length / 32, 115, 115 + 13); // up to 2 ms ahead
            await second;
            Assert.All(behind, transfer => Assert.Equal(UsbTransferStatus.Completed, transfer.Status));
        });
    }

    [Fact]
    public void A_group_that_is_cancelled_before_it_starts_sends_nothing()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => cable.Device.SubmitAsync([Out(Enable)], Second, new CancellationToken(canceled: true)));

            Assert.Equal(0, cable.Port.Traffic.OutPackets);
        });
    }

    [Fact]
    public void An_in_urb_smaller_than_its_packet_stalls_and_an_unknown_endpoint_too()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync(
                Out(FullPacket), In(30), Out(FullPacket), In(31), new UsbTransfer(0x81, new byte[8]));

            Assert.Equal(
                [UsbTransferStatus.Completed, UsbTransferStatus.Stalled, UsbTransferStatus.Completed,
                    UsbTransferStatus.Completed, UsbTransferStatus.Stalled],
                done.Select(transfer => transfer.Status));
            Assert.Equal(31, done[3].Length);
        });
    }

    [Fact]
    public void The_cable_comes_off_after_the_urb_that_was_asked_for()
    {
        using var cable = new UsbCable();
        var supply = new List<bool>();
        cable.Port.SupplyChanged = (fed, at) =>
        {
            supply.Add(fed);
            cable.Pins.Chip.SetSupply(fed, false, at);
        };
        cable.Port.Faults.UnplugAfterUrb = 5;
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable)); // the first
            UsbTransfer[] done = await cable.SubmitAsync([Out(Stream(10)), .. Ins(10)]);
            UsbTransfer[] later = await cable.SubmitAsync(Out(Enable), In());

            Assert.Equal(4, done.Count(transfer => transfer.Status == UsbTransferStatus.Completed));
            Assert.Equal(7, done.Count(transfer => transfer.Status == UsbTransferStatus.NoDevice));
            Assert.All(later, transfer => Assert.Equal(UsbTransferStatus.NoDevice, transfer.Status));
            Assert.False(cable.Port.DrivesBus);
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.Device.ResetAsync(CancellationToken.None));
            await cable.Device.DisposeAsync();
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.Port.OpenAsync(CancellationToken.None));
        });

        cable.Port.Plug();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            Assert.Equal([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
        });
        Assert.Equal([false, true], supply);
    }

    [Fact]
    public void A_pulled_cable_in_an_erase_cuts_it()
    {
        using var cable = new UsbCable(new ChipOnPins(cells: new byte[1 << 20]));
        cable.Port.SupplyChanged = (fed, at) => cable.Pins.Chip.SetSupply(fed, false, at);
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            await cable.FrameAsync(0x06);
            await cable.FrameAsync(ChipOnPins.At(0x20, 0x2000));
            await cable.WaitAsync(20);
            cable.Port.Unplug();
            await cable.WaitAsync(1000);

            Assert.True(cable.Pins.Cells[0x2000..0x3000].ContainsAnyExcept((byte)0x00));
            Assert.True(cable.Pins.Cells[0x2000..0x3000].ContainsAnyExcept((byte)0xFF));
            Assert.False(cable.Pins.Cells[0x3000..].ContainsAnyExcept((byte)0x00));
        });
    }

    [Fact]
    public void A_lost_in_packet_shifts_the_answers_and_leaves_the_last_urb_waiting()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 3);
        using var cable = new UsbCable(new ChipOnPins(cells: cells));
        cable.Port.Faults.LoseInPacket = 3;
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Packets(Enable, SelectLow, [0xA8, 0xC0, 0, 0, 0])), In()); // the first
            UsbTransfer[] done = await cable.SubmitAsync([Out(Stream(4)), .. Ins(4)]);

            Assert.Equal([31, 31, 31, 0], done[1..].Select(transfer => transfer.Length));
            Assert.Equal(UsbTransferStatus.TimedOut, done[4].Status);
            byte[] read = Mirror([.. done[1..].SelectMany(Data)]);
            Assert.Equal([.. cells[..31], .. cells[62..124]], read);
        });
    }

    [Fact]
    public void A_corrupt_byte_arrives_with_the_bits_of_its_mask_flipped_and_only_it()
    {
        using var cable = new UsbCable();
        cable.Port.Faults.CorruptInByte = 31 + 5;
        cable.Port.Faults.CorruptMask = 0x90;
        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync([Out(Stream(3)), .. Ins(3)]);
            byte[] read = [.. done[1..].SelectMany(Data)];

            byte[] expected = [.. Enumerable.Repeat((byte)0xFF, 93)];
            expected[35] = 0x6F;
            Assert.Equal(expected, read);
        });
    }

    [Fact]
    public void Only_one_attachment_at_a_time_and_the_next_one_at_once_after_the_close()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            var error = await Assert.ThrowsAsync<ProgrammerException>(
                () => cable.Port.OpenAsync(CancellationToken.None));
            Assert.Equal("The programmer on USB port 1-4.2 is in use.", error.Message);

            await cable.Device.DisposeAsync();
            Assert.False(cable.Port.IsAttached);
            await using IUsbDevice next = await cable.Port.OpenAsync(CancellationToken.None);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => cable.SubmitAsync(Out(Enable)));
        });
    }

    [Fact]
    public void A_close_leaves_the_pins_as_they_are_and_the_next_attachment_starts_from_power_on()
    {
        using var cable = new UsbCable();
        cable.Run(() => cable.SubmitAsync(Out(Enable)));
        Assert.True(cable.Port.DrivesBus);
        cable.Run(() => cable.SubmitAsync(Out(Stream(2)))); // two answers nobody fetches
        Assert.False(cable.Port.DrivesBus);

        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync(In());
            Assert.Equal(UsbTransferStatus.TimedOut, done[0].Status);
        });
    }

    [Fact]
    public void A_close_cancels_what_is_in_flight()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer fetch = In();
            Task waiting = cable.Device.SubmitAsync([fetch], Timeout.InfiniteTimeSpan, CancellationToken.None);
            await cable.Device.DisposeAsync();
            await waiting;

            Assert.Equal(UsbTransferStatus.Cancelled, fetch.Status);
        });
    }

    [Fact]
    public async Task The_same_model_works_in_real_time()
    {
        using var pins = new ChipOnPins();
        var port = new SimulatedCh341aPort(pins.Chip, TimeProvider.System, "1-1");
        pins.Chip.SetSupply(true, false, 0);
        await using IUsbDevice device = await port.OpenAsync(CancellationToken.None);
        UsbTransfer first = In(), second = In();

        long start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(
            device.SubmitAsync([Out(Packets(Enable, SelectLow, ReadId)), first], Second, CancellationToken.None),
            device.SubmitAsync([Out(Stream(100)), second, .. Ins(99)], Second, CancellationToken.None));

        Assert.Equal(IdAnswer, Data(first));
        Assert.Equal(31, second.Length);
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(17.4));
    }

    [Fact]
    public void Sixteen_mebibytes_take_the_time_of_the_cable_and_arrive_whole()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q128, 4);
        using var cable = new UsbCable(new ChipOnPins(ChipRows.W25Q128, cells));
        byte[] read = new byte[cells.Length];
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            for (int at = 0; at < read.Length; at += 65536)
                await ReadBlockAsync(cable, read.AsMemory(at, 65536), at);
        });

        Assert.True(read.AsSpan().SequenceEqual(cells));
        Assert.InRange(cable.Pins.Time.GetElapsedTime(0).TotalSeconds, 93.5, 94.5); // spi-flash.md 2.2: 93.8 s
    }

    // One 03h frame: 2,115 packets and as many IN URBs in one group.
    internal static async Task ReadBlockAsync(UsbCable cable, Memory<byte> block, int address)
    {
        byte[] head = [0xA8, .. Mirror(ChipOnPins.At(0x03, (uint)address))];
        int packets = (block.Length + 30) / 31;
        byte[] urb = new byte[32 + packets * 32];
        urb.AsSpan().Fill(0xFF);
        for (int packet = 0; packet < packets; packet++)
            urb[32 + packet * 32] = 0xA8;
        SelectLow.CopyTo(urb, 0);
        UsbTransfer first = In();
        UsbTransfer[] fetches = Ins(packets);
        int last = 32 + (packets - 1) * 32 + 1 + (block.Length - (packets - 1) * 31);
        await cable.SubmitAsync(
            [Out([.. SelectLow]), Out(head), first, Out(urb[32..last]), .. fetches, Out(SelectHigh)]);
        for (int packet = 0; packet < packets; packet++)
        {
            byte[] data = Data(fetches[packet]);
            Span<byte> to = block.Span[(packet * 31)..];
            for (int i = 0; i < data.Length; i++)
                to[i] = MirrorTable[data[i]];
        }
    }

    private static readonly byte[] MirrorTable = Mirror([.. Enumerable.Range(0, 256).Select(i => (byte)i)]);

    private static byte[] Stream(int packets) => [.. Enumerable.Repeat(FullPacket, packets).SelectMany(p => p)];
}
