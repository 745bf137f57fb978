using FlashBench.Hardware.Usb;
using FlashBench.Tests.Simulation.Flash;
using static FlashBench.Tests.Simulation.Usb.UsbCable;

namespace FlashBench.Tests.Simulation.Usb;

// Raw bytes out, raw bytes in, written by hand from spi-flash.md section 1.1.
public sealed class Ch341aPacketTests
{
    [Fact]
    public void The_device_says_what_it_is()
    {
        using var cable = new UsbCable();

        Assert.Equal((0x1A86, 0x5512, 0x0304),
            (cable.Port.Identity.VendorId, cable.Port.Identity.ProductId, cable.Port.Identity.Release));
        Assert.True(cable.Port.Identity.IsVirtual);
        Assert.Contains("CH341A", cable.Port.Identity.Product, StringComparison.Ordinal);
        Assert.Null(cable.Port.Identity.Serial);
        Assert.Equal("1-4.2", cable.Port.Identity.PortPath);
    }

    [Fact]
    public void Read_id_goes_out_and_comes_back_with_the_least_significant_bit_first()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            byte[] urb =
            [
                0xAB, 0xB7, 0xB7, 0xB7, 0xB6, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                0xA8, 0xF9, 0xFF, 0xFF, 0xFF,
            ];
            UsbTransfer[] done = await cable.SubmitAsync(In(), Out(urb));

            Assert.Equal([0xFF, 0xF7, 0x02, 0x28], Data(done[0]));
            Assert.All(done, transfer => Assert.Equal(UsbTransferStatus.Completed, transfer.Status));
            Assert.Equal(37, done[1].Length);
        });
    }

    [Fact]
    public void Each_spi_packet_answers_one_packet_of_its_length_that_ends_one_in_urb()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 1);
        using var cable = new UsbCable(new ChipOnPins(cells: cells));
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            byte[] ones = [0xA8, .. Enumerable.Repeat((byte)0xFF, 31)];
            byte[] urb = Packets(SelectLow, [0xA8, 0xC0, 0x00, 0x08, 0x00], ones, ones, ones[..8]);
            urb[32 + 5] = 0; // the packet of the command is padded: its zeros are clocked too
            UsbTransfer[] done = await cable.SubmitAsync(Out(urb), In(4096), In(4096), In(4096), In(4096));

            Assert.Equal([31, 31, 31, 7], done[1..].Select(transfer => transfer.Length));
            byte[] stream = Mirror([.. done[1..].SelectMany(Data)]);
            Assert.Equal(cells[0x1000..(0x1000 + 96)], stream[4..]);
        });
    }

    [Fact]
    public void A_boundary_of_32_bytes_inside_a_urb_starts_a_new_command()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            await cable.SubmitAsync(Out(SelectLow));
            byte[] urb = [0xA8, 0xF9, .. Enumerable.Repeat((byte)0xFF, 30), 0xA8, 0x05, 0xA8];
            UsbTransfer[] done = await cable.SubmitAsync(Out(urb), In(), In());

            Assert.Equal([31, 2], done[1..].Select(transfer => transfer.Length));
        });
    }

    [Fact]
    public void A_stream_byte_alone_shifts_nothing_and_answers_nothing()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync(Out(0xA8), In());

            Assert.Equal(UsbTransferStatus.Completed, done[0].Status);
            Assert.Equal((UsbTransferStatus.TimedOut, 0), (done[1].Status, done[1].Length));
        });
    }

    [Fact]
    public void Before_the_pins_are_outputs_nothing_reaches_the_chip()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync(Out(Packets(SelectLow, ReadId)), In());

            Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF], Data(done[1]));
            Assert.False(cable.Port.DrivesBus);
        });
    }

    [Theory]
    [InlineData(0x7F & ~0x08)] // clock
    [InlineData(0x7F & ~0x20)] // MOSI
    [InlineData(0x7F & ~0x01)] // chip select
    public void A_pin_that_is_no_output_keeps_the_chip_out_of_it(byte direction)
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            byte[] urb = Packets([0xAB, 0xB7, direction, 0x20], SelectLow, ReadId);
            UsbTransfer[] done = await cable.SubmitAsync(Out(urb), In());

            Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF], Data(done[1]));
        });
    }

    [Fact]
    public void With_chip_select_high_the_chip_hears_nothing()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync(Out(Packets(Enable, ReadId)), In());

            Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF], Data(done[1]));
        });
    }

    [Fact]
    public void Another_chip_select_than_the_first_selects_no_chip()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            UsbTransfer[] done = await cable.SubmitAsync(
                Out(Packets(Enable, [0xAB, 0xB5, 0x20], ReadId)), In());

            Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF], Data(done[1]));
        });
    }

    [Fact]
    public void A_write_starts_when_chip_select_rises_and_not_with_its_last_byte()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            await cable.FrameAsync(0x06);
            byte[] program = [0xA8, .. Mirror(ChipOnPins.At(0x02, 0x100, 0x5A))];
            await cable.SubmitAsync(Out(Packets(SelectLow, program)), In());
            await cable.WaitAsync(10);
            Assert.Equal(0xFF, cable.Pins.Cells[0x100]);

            await cable.SubmitAsync(Out(SelectHigh));
            Assert.Equal([0xFF, 0x03], await cable.FrameAsync(0x05, 0xFF));
            await cable.WaitAsync(1);

            Assert.Equal([0xFF, 0x00], await cable.FrameAsync(0x05, 0xFF));
            Assert.Equal(0x5A, cable.Pins.Cells[0x100]);
        });
    }

    [Fact]
    public void Making_chip_select_an_input_ends_the_frame_too()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Packets(Enable, SelectLow, [0xA8, 0x60])), In());
            await cable.SubmitAsync(Out(0xAB, 0x40, 0x20));
            Assert.False(cable.Port.DrivesBus);
            await cable.SubmitAsync(Out(Enable));

            Assert.True(cable.Port.DrivesBus);
            Assert.Equal([0xFF, 0x02], await cable.FrameAsync(0x05, 0xFF));
        });
    }

    [Fact]
    public void A_clock_pulse_by_hand_inside_a_frame_spoils_it()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            await cable.SubmitAsync(Out(Packets(SelectLow, [0xA8, 0x60], [0xAB, 0xBE, 0xB6, 0x20])), In());
            await cable.SubmitAsync(Out(SelectHigh));

            Assert.Equal([0xFF, 0x00], await cable.FrameAsync(0x05, 0xFF));
        });
    }

    [Fact]
    public void Configuration_answers_nothing_and_double_width_garbles_the_stream()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Packets(Enable, [0xAA, 0x61, 0x00])));
            Assert.Equal([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
            await cable.SubmitAsync(Out(0xAA, 0x65, 0x00));

            Assert.NotEqual([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
        });
    }

    [Fact]
    public void Padding_after_the_end_instruction_is_nothing_and_without_it_reads_pins()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Packets([0xAB, 0xB7, 0x7F, 0x20], [0xAB, 0xB7, 0x20])));
            UsbTransfer[] done = await cable.SubmitAsync(Out(0xAB, 0x81, 0x00, 0x00), In());

            Assert.Equal([0xC1, 0xC1], Data(done[1])); // inputs D7 and D6 pulled up, D0 high, the rest low
        });
    }

    [Fact]
    public void Unknown_commands_are_taken_and_ignored()
    {
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));
            for (int command = 0; command < 256; command++)
            {
                if (command is 0xA8 or 0xAA or 0xAB)
                    continue;
                UsbTransfer[] done = await cable.SubmitAsync(Out((byte)command, 0x60, 0x40, 0x00));
                Assert.Equal((UsbTransferStatus.Completed, 4), (done[0].Status, done[0].Length));
            }

            Assert.Equal([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
        });
    }

    [Fact]
    public void A_board_that_is_on_turns_the_answers_into_noise()
    {
        using var cable = new UsbCable();
        cable.Pins.Chip.BoardDrivesBus = true;
        cable.Run(async () =>
        {
            await cable.SubmitAsync(Out(Enable));

            Assert.NotEqual([0xFF, 0xEF, 0x40, 0x14], await cable.FrameAsync(0x9F, 0xFF, 0xFF, 0xFF));
            Assert.Equal(1, cable.Pins.Chip.ContentionCount);
        });
    }

    [Theory]
    [InlineData(0x00, 60, 8.0)]
    [InlineData(0x01, 60, 8 + 3 * 0.75)]
    [InlineData(0x02, 60, 8 + 31 * 16 / 3.0)]
    [InlineData(0x03, 60, 8 + 3 * 0.75 + 63)]
    public void Packets_take_their_modelled_time(int kind, double groupUs, double packetUs)
    {
        byte[][] kinds =
        [
            [0x00, 1, 2, 3], Enable, [0xA8, .. new byte[31]], [0xAB, 0xFF, 0xB7, 0x20],
        ];
        using var cable = new UsbCable();
        cable.Run(async () =>
        {
            long start = cable.Pins.Time.GetTimestamp();
            await cable.SubmitAsync(Out(Packets(kinds[kind], kinds[kind])), In(), In());
            if (kind != 2)
                return; // waits for its IN URBs until the limit

            double expected = groupUs + packetUs * 2;
            Assert.InRange(Elapsed(start), expected - 0.1, expected + 0.2);
        });
        cable.Run(async () =>
        {
            long start = cable.Pins.Time.GetTimestamp();
            await cable.SubmitAsync(kind == 2 ? [Out(kinds[2]), In()] : [Out(kinds[kind])]);

            Assert.InRange(Elapsed(start), groupUs + packetUs - 0.1, groupUs + packetUs + 0.2);
        });

        double Elapsed(long start) => cable.Pins.Time.GetElapsedTime(start).TotalMicroseconds;
    }
}
