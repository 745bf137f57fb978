using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using FlashBench.Tests.Simulation.Flash;
using static FlashBench.Tests.Simulation.Usb.MpsseCable;

namespace FlashBench.Tests.Simulation.Usb;

// FIFOs, latency timer, time, faults, attachment, requests.
public sealed class SimulatedFt2232hTests
{
    private static readonly byte[] Id = [0xEF, 0x40, 0x14];

    [Fact]
    public void Without_send_now_an_answer_waits_for_the_latency_timer()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(cable.In()); // aligned to a tick
            foreach (int latency in (int[])[16, 2, 1, 255])
            {
                await cable.ControlAsync(0x09, latency);
                double start = cable.NowMs;
                UsbTransfer answer = cable.In();
                await cable.SubmitAsync(cable.Out(SelectLow, Write(0x9F), Read(3), SelectHigh), answer);

                Assert.Equal(Id, Data(answer));
                Assert.InRange(cable.NowMs - start, latency - 0.001, latency + 0.001);
                Assert.Equal([(byte)latency], await cable.ControlAsync(0x0A, 0, answer: 1));
            }
        });
    }

    [Fact]
    public void With_send_now_it_comes_at_once()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            double start = cable.NowMs;
            Assert.Equal(Id, await cable.FrameAsync([0x9F], 3));
            Assert.InRange(cable.NowMs - start, 0.060, 0.063);
        });
    }

    [Fact]
    public void A_poll_a_timer_period_is_what_a_driver_without_send_now_gets()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            await cable.ControlAsync(0x09, 2);
            double start = cable.NowMs;
            for (int i = 0; i < 100; i++)
            {
                await cable.SubmitAsync(cable.Out(SelectLow, Write(0x05), Read(1), SelectHigh));
                Assert.Equal([0x00], Data(await cable.SubmitAsync(cable.In(8))));
            }

            Assert.InRange(cable.NowMs - start, 199, 201); // spi-flash.md 2.2: 4.0 ms a page with two polls
        });
    }

    [Fact]
    public void A_waiting_in_urb_gets_the_two_status_bytes_when_the_timer_runs_out()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            double start = cable.NowMs;
            UsbTransfer[] done = await cable.SubmitAsync(cable.In(), cable.In(8), cable.In());

            Assert.All(done, urb => Assert.Equal([0x32, 0x60], urb.Buffer.ToArray()[..urb.Length]));
            Assert.InRange(cable.NowMs - start, 47.9, 48.1);
        }, ready: false);
    }

    [Fact]
    public void A_waiting_in_urb_gets_an_answer_to_what_is_sent_later()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            UsbTransfer early = cable.In();
            Task fetched = cable.SubmitAsync(early);
            await cable.WaitAsync(3);
            double start = cable.NowMs;
            await cable.SubmitAsync(cable.Out(SelectLow, Write(0x9F), Read(3), SelectHigh, SendNow));
            await fetched;

            Assert.Equal(Id, Data(early));
            Assert.InRange(cable.NowMs - start, 0.060, 0.063);
        });
    }

    [Fact]
    public void Every_packet_starts_with_two_status_bytes()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 1);
        using var cable = new MpsseCable(new ChipOnPins(cells: cells));
        cable.Run(async () =>
        {
            UsbTransfer answer = cable.In(4);
            await cable.SubmitAsync(
                cable.Out(SelectLow, Write(0x03, 0, 0, 0), Read(1200), SelectHigh, SendNow), answer);

            Assert.Equal(1200 + 3 * 2, answer.Length);
            Assert.All((int[])[0, 512, 1024], at => Assert.Equal([0x32, 0x60], answer.Buffer.ToArray()[at..(at + 2)]));
            Assert.Equal(cells[..1200], Data(answer));
        });
    }

    [Fact]
    public void The_engine_stops_while_nobody_fetches_and_then_no_out_packet_fits()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 2);
        using var cable = new MpsseCable(new ChipOnPins(cells: cells));
        cable.Run(async () =>
        {
            UsbTransfer stream = cable.Out(SelectLow, Write(0x03, 0, 0, 0), Read(10_000), new byte[6000]);
            stream.Buffer.Span[13..].Fill(0x81); // 6,000 pin reads
            await cable.Device.SubmitAsync([stream], TimeSpan.FromMilliseconds(100), CancellationToken.None);
            Assert.Equal(UsbTransferStatus.TimedOut, stream.Status);
            Assert.InRange(stream.Length, 4096, 4096 + 512); // the OUT FIFO, and what went before the engine stopped

            UsbTransfer[] fetched = await cable.SubmitAsync(cable.In(30));
            byte[] data = Data(fetched);
            Assert.Equal(cells[..10_000], data[..10_000]);
            Assert.Equal(stream.Length - 13, data.Length - 10_000);
        });
    }

    [Fact]
    public void Sixteen_mebibytes_take_the_time_of_the_clock_with_urbs_queued_ahead()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q128, 4);
        using var cable = new MpsseCable(new ChipOnPins(ChipRows.W25Q128, cells));
        var read = new List<byte>(cells.Length);
        cable.Run(async () =>
        {
            double start = cable.NowMs;
            byte[][] stream =
                [SelectLow, Write(0x03, 0, 0, 0), .. Enumerable.Repeat(Read(65536), 256), SelectHigh, SendNow];
            Task sent = cable.Device.SubmitAsync(
                [cable.Out(stream)], TimeSpan.FromSeconds(10), CancellationToken.None);
            var waiting = new Queue<(Task Done, UsbTransfer Urb)>();
            for (int left = (cells.Length + 509) / 510; left > 0 || waiting.Count > 0;)
            {
                for (; waiting.Count < 8 && left > 0; left -= 32)
                {
                    UsbTransfer urb = cable.In(32);
                    waiting.Enqueue((cable.SubmitAsync(urb), urb));
                }

                await waiting.Peek().Done;
                read.AddRange(Data(waiting.Dequeue().Urb));
            }

            await sent;
            Assert.InRange(cable.NowMs - start, 4473.9, 4475); // 16 MiB at 30 MHz
        });

        Assert.True(read.ToArray().AsSpan().SequenceEqual(cells));
    }

    [Fact]
    public void Synchronous_reads_with_a_latency_of_two_milliseconds_take_what_the_reference_measured()
    {
        using var cable = new MpsseCable(new ChipOnPins(ChipRows.W25Q128));
        cable.Run(async () =>
        {
            await cable.ControlAsync(0x09, 2);
            (double start, long urbs) = (cable.NowMs, cable.Port.Traffic.Urbs);
            for (int at = 0; at < 16 << 20; at += 65536)
            {
                await cable.SubmitAsync(cable.Out(
                    SelectLow, Write(0x03, (byte)(at >> 16), (byte)(at >> 8 & 0xFF), 0), Read(65536), SelectHigh));
                for (int left = 65536; left > 0;)
                    left -= Data(await cable.SubmitAsync(cable.In(8))).Length;
            }

            Assert.InRange((cable.NowMs - start) / 1000, 4.95, 5.2);          // spi-flash.md 2.2: 5.1 s with the probe
            Assert.InRange(cable.Port.Traffic.Urbs - urbs, 256 * 18, 256 * 19); // 17 IN each, 4,376 in all
        });
    }

    [Fact]
    public void A_stream_programs_page_after_page_without_the_host()
    {
        const int Pages = 16;
        byte[] image = ChipOnPins.Random(ChipRows.W25Q80, 6);
        using var cable = new MpsseCable();
        cable.Pins.Chip.ExactTimes = true; // 0.4 ms
        cable.Run(async () =>
        {
            byte[] poll = [.. SelectLow, .. Write(0x05), .. Read(1), .. SelectHigh];
            byte[] delay = [0x8F, 0xDC, 0x05]; // 1,501 bytes: 0.4003 ms at 30 MHz
            byte[][] stream = [.. Enumerable.Range(0, Pages).Select(page => (byte[])
            [
                .. SelectLow, .. Write(0x06), .. SelectHigh,
                .. SelectLow, .. Write([0x02, 0, (byte)page, 0, .. image[(page * 256)..(page * 256 + 256)]]),
                .. SelectHigh,
                .. poll, .. delay, .. poll,
            ])];
            double start = cable.NowMs;

            byte[] statuses = await cable.AskAsync(stream);

            Assert.Equal(Enumerable.Repeat((byte[])[0x03, 0x00], Pages).SelectMany(pair => pair), statuses);
            Assert.InRange((cable.NowMs - start) / Pages, 0.47, 0.49); // spi-flash.md section 0: about 0.5 ms a page
            Assert.True(cable.Pins.Cells[..(Pages * 256)].SequenceEqual(image.AsSpan(0, Pages * 256)));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void However_the_stream_is_cut_into_urbs_the_answer_is_the_same(int seed)
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, seed);
        var random = new Random(seed);
        using var cable = new MpsseCable(new ChipOnPins(cells: cells));
        (byte[] stream, byte[] expected) = RandomStream(random, cells);
        cable.Run(async () =>
        {
            await cable.ControlAsync(0x09, random.Next(1, 4));
            Task sent = SendInPiecesAsync(cable, stream, new Random(~seed & 0xFFFF));
            var read = new List<byte>();
            for (int urb = 0; read.Count < expected.Length; urb++)
            {
                Assert.InRange(urb, 0, 10_000);
                read.AddRange(Data(await cable.SubmitAsync(cable.In(random.Next(1, 10)))));
                if (random.Next(4) == 0)
                    await cable.WaitAsync(random.NextDouble() * 3);
            }

            await sent;
            Assert.Equal(expected, read);
        });
    }

    [Fact]
    public void Old_data_stays_until_it_is_purged_and_an_attachment_purges()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(cable.Out([0xAA], SendNow));
            await cable.ControlAsync(0x00, 1); // what the host sent
            Assert.Equal([0xFA, 0xAA], Data(await cable.SubmitAsync(cable.In())));
            await cable.SubmitAsync(cable.Out([0xAA], SendNow));
            await cable.ControlAsync(0x00, 2);
            Assert.Equal([0xFA, 0xAB], await cable.AskAsync([0xAB]));
            await cable.SubmitAsync(cable.Out([0xAA], SendNow, [0x11, 0xFF, 0xFF, 1, 2, 3]));
        });

        cable.Run(async () => Assert.Equal(Id, await cable.FrameAsync([0x9F], 3)));
    }

    [Fact]
    public void An_attachment_is_a_power_on_reset_and_a_close_leaves_the_pins()
    {
        using var cable = new MpsseCable();
        cable.Run(() => Task.CompletedTask);
        Assert.True(cable.Port.DrivesBus);

        cable.Run(async () =>
        {
            Assert.False(cable.Port.DrivesBus);
            Assert.Equal([16], await cable.ControlAsync(0x0A, 0, answer: 1));
            await cable.SubmitAsync(cable.Out([0xAA], SendNow)); // swallowed: no MPSSE
            Assert.Empty(Data(await cable.SubmitAsync(cable.In())));
        }, ready: false);
    }

    [Fact]
    public void Two_channels_have_their_own_chips_and_timers()
    {
        var other = new ChipOnPins(ChipRows.W25Q64);
        using var cable = new MpsseCable(pinsB: other);
        cable.Run(async () =>
        {
            await using IUsbDevice b = await cable.Port.OpenAsync(1, CancellationToken.None);
            await b.ControlAsync(new UsbSetup(0x40, 0x0B, 0x0200, 2), default, Second, CancellationToken.None);
            UsbTransfer answer = new(0x83, new byte[512]), foreign = new(0x81, new byte[512]);
            UsbTransfer[] group =
            [
                new(0x04, (byte[])[.. Start, .. SelectLow, .. Write(0x9F), .. Read(3), .. SelectHigh, .. SendNow]),
                answer, foreign,
            ];
            await b.SubmitAsync(group, Second, CancellationToken.None);

            Assert.Equal([0xEF, 0x40, 0x17], Data(answer));
            Assert.Equal(UsbTransferStatus.Stalled, foreign.Status);
            Assert.Equal(Id, await cable.FrameAsync([0x9F], 3));
        });
    }

    [Fact]
    public void An_open_clip_reads_ff()
    {
        using var cable = new MpsseCable(interfaceNumber: 1);
        cable.Run(async () => Assert.Equal([0xFF, 0xFF, 0xFF], await cable.FrameAsync([0x9F], 3)));
    }

    [Fact]
    public void The_cable_comes_off_after_the_urb_that_was_asked_for_control_transfers_included()
    {
        using var cable = new MpsseCable();
        cable.Port.Faults.UnplugAfterUrb = 5;
        cable.Run(async () =>
        {
            await cable.ControlAsync(0x09, 1); // the third: bit mode and start went before
            UsbTransfer[] done = await cable.SubmitAsync(
                cable.Out(SelectLow, Write(0x9F), Read(3), SelectHigh, SendNow), cable.In(), cable.In());

            Assert.Equal(
                [UsbTransferStatus.Completed, UsbTransferStatus.Completed, UsbTransferStatus.NoDevice],
                done.Select(transfer => transfer.Status));
            Assert.False(cable.Port.DrivesBus);
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.ControlAsync(0x09, 1));
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.Device.ResetAsync(CancellationToken.None));
        });

        cable.Port.Plug();
        cable.Port.Faults.UnplugAfterUrb = cable.Port.Traffic.Urbs + 1;
        cable.Run(async () =>
        {
            await cable.ControlAsync(0x0B, 0x0200);
            Assert.False(cable.Port.IsPlugged);
        }, ready: false);
    }

    [Fact]
    public void A_packet_can_be_lost_and_a_byte_spoiled()
    {
        using var cable = new MpsseCable();
        cable.Port.Faults.LoseInPacket = 1;
        cable.Port.Faults.CorruptInByte = 2 + 5 + 4; // the third answer byte of the second full answer
        cable.Port.Faults.CorruptMask = 0x10;
        cable.Run(async () =>
        {
            Assert.Empty(await cable.FrameAsync([0x9F], 3)); // the timer ends the URB
            Assert.Equal([0xEF, 0x50, 0x14], await cable.FrameAsync([0x9F], 3));
        });
    }

    [Fact]
    public void A_limit_and_a_cancellation_end_what_waits_and_the_next_answer_is_right()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            UsbTransfer hopeless = cable.In();
            await cable.Device.SubmitAsync([hopeless], TimeSpan.FromMilliseconds(2), CancellationToken.None);
            Assert.Equal((UsbTransferStatus.TimedOut, 0), (hopeless.Status, hopeless.Length));

            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(2), cable.Pins.Time);
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => cable.Device.SubmitAsync([hopeless], Second, stop.Token));
            Assert.Equal(UsbTransferStatus.Cancelled, hopeless.Status);
            Assert.Equal(Id, await cable.FrameAsync([0x9F], 3));
        });
    }

    [Fact]
    public void What_was_sent_is_executed_in_its_time_when_nobody_waits_any_more()
    {
        using var cable = new MpsseCable(new ChipOnPins(cells: new byte[1 << 20]));
        cable.Run(async () =>
        {
            await cable.SubmitAsync(cable.Out(
                [0x8F, 0xFF, 0xFF], [0x8F, 0xFF, 0xFF], // 35 ms
                SelectLow, Write(0x06), SelectHigh, SelectLow, Write(0x20, 0, 0, 0), SelectHigh, [0x80, 0, 0]));
            Assert.True(cable.Port.DrivesBus);
            await cable.Device.DisposeAsync();
            await cable.WaitAsync(30);
            Assert.True(cable.Port.DrivesBus);
            await cable.WaitAsync(60);
            Assert.False(cable.Port.DrivesBus);
            Assert.Equal(0xFF, cable.Pins.Cells[0]);
        });
    }

    [Fact]
    public void Requests_that_it_does_not_know_stall()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            foreach ((byte request, int value) in ((byte, int)[])[(0x01, 0x303), (0x02, 0), (0x03, 0x4138), (0x04, 8)])
                await cable.ControlAsync(request, value);
            Assert.Equal([0x32, 0x60], await cable.ControlAsync(0x05, 0, answer: 2));
            Assert.Equal([0xFC], await cable.ControlAsync(0x0C, 0, answer: 1));
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.ControlAsync(0x09, 0));
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.ControlAsync(0x92, 0));
            await Assert.ThrowsAsync<ProgrammerException>(() => cable.ControlAsync(0x77, 0, answer: 1));
        });
    }

    [Fact]
    public void The_eeprom_names_the_board_and_its_checksum_is_right()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            var words = new List<int>();
            for (int word = 0; word < 128; word++)
                words.Add(BitConverter.ToUInt16(await cable.ControlAsync(0x90, 0, answer: 2, index: word)));
            int sum = 0xAAAA;
            foreach (int word in words.Take(127))
                sum = ((sum ^ word) << 1 | (sum ^ word) >> 15) & 0xFFFF;

            Assert.Equal((0x0403, 0x6010, 0x0700), (words[1], words[2], words[3]));
            Assert.Equal(sum, words[127]);
        });
    }

    [Fact]
    public void It_says_who_it_is_and_that_it_is_virtual()
    {
        using var cable = new MpsseCable();
        Assert.Equal((0x0403, 0x6010, 0x0700, SimulatedFt2232hPort.DefaultSerial), (cable.Port.Identity.VendorId,
            cable.Port.Identity.ProductId, cable.Port.Identity.Release, cable.Port.Identity.Serial));
        Assert.True(cable.Port.Identity.IsVirtual);
        ReadOnlySpan<byte> configuration = cable.Port.Descriptors.Configuration.Span;
        Assert.Equal((18, 55, 55), (cable.Port.Descriptors.Device.Length, configuration.Length, configuration[2]));
        Assert.True(cable.Port.Descriptors.HighSpeed);
        Assert.Equal(
            [cable.Port.Identity.Product, cable.Port.Identity.Serial!], cable.Port.Descriptors.Strings.Skip(1));
    }

    private static async Task SendInPiecesAsync(MpsseCable cable, byte[] stream, Random random)
    {
        for (int at = 0, count; at < stream.Length; at += count)
        {
            count = Math.Min(random.Next(1, 3000), stream.Length - at);
            await cable.SubmitAsync(cable.Out(stream[at..(at + count)]));
            if (random.Next(4) == 0)
                await cable.WaitAsync(random.NextDouble() * 3);
        }
    }

    // Reads, unknown opcodes, pins, delays and send-now, and what must come back.
    private static (byte[] Stream, byte[] Answer) RandomStream(Random random, byte[] cells)
    {
        List<byte> stream = [], answer = [];
        for (int i = 0; i < 200; i++)
        {
            int address = random.Next(cells.Length - 4000), count = random.Next(1, 4000);
            switch (random.Next(6))
            {
                case 0: stream.AddRange(SendNow); break;
                case 1: stream.AddRange([0x8F, (byte)random.Next(256), 0]); break;
                case 2: stream.Add(0x81); answer.Add(0xFC); break;
                case 3: stream.Add(0xAA); answer.AddRange([0xFA, 0xAA]); break;
                default:
                    stream.AddRange([.. SelectLow, .. Write(ChipOnPins.At(0x03, (uint)address)), .. Read(count)]);
                    stream.AddRange(SelectHigh);
                    answer.AddRange(cells[address..(address + count)]);
                    break;
            }
        }

        return ([.. stream], [.. answer]);
    }

    [Fact]
    public async Task The_same_model_works_in_real_time()
    {
        using var pins = new ChipOnPins();
        pins.Chip.SetSupply(true, false, 0);
        var port = new SimulatedFt2232hPort(pins.Chip, TimeProvider.System, "1-1");
        await using IUsbDevice device = await port.OpenAsync(CancellationToken.None);
        await device.ControlAsync(new UsbSetup(0x40, 0x0B, 0x0200, 1), default, Second, CancellationToken.None);
        UsbTransfer answer = new(0x81, new byte[512]);
        UsbTransfer stream = new(
            0x02, (byte[])[.. Start, .. SelectLow, .. Write(0x9F), .. Read(3), .. SelectHigh, .. SendNow]);

        await device.SubmitAsync([stream, answer], Second, CancellationToken.None);

        Assert.Equal(Id, Data(answer));
    }
}
