using FlashBench.Hardware.Usb;
using FlashBench.Tests.Simulation.Flash;
using static FlashBench.Tests.Simulation.Usb.MpsseCable;

namespace FlashBench.Tests.Simulation.Usb;

// What the engine does with instructions: AN_108, and spi-flash.md 1.3.
public sealed class MpsseEngineTests
{
    private static readonly byte[] Id = [0xEF, 0x40, 0x14];

    [Theory]
    [InlineData(0xAA)]
    [InlineData(0xAB)]
    [InlineData(0x00)]
    [InlineData(0x4B)]
    [InlineData(0xFF)]
    public void An_unknown_opcode_is_answered_with_fa_and_itself(byte opcode)
    {
        using var cable = new MpsseCable();
        cable.Run(async () => Assert.Equal([0xFA, opcode], await cable.AskAsync([opcode])));
    }

    [Theory]
    [InlineData(0x20)]
    [InlineData(0x24)]
    public void An_identification_is_read_on_either_edge(byte opcode)
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
            Assert.Equal(Id, await cable.AskAsync(SelectLow, Write(0x9F), Read(3, opcode), SelectHigh)));
    }

    [Fact]
    public void Full_duplex_brings_what_the_chip_says_meanwhile()
    {
        using var cable = new MpsseCable();
        cable.Run(async () => Assert.Equal(
            [0xFF, .. Id], await cable.AskAsync(SelectLow, [0x31, 3, 0, 0x9F, 0, 0, 0], SelectHigh)));
    }

    [Fact]
    public void The_least_significant_bit_can_go_first()
    {
        using var cable = new MpsseCable();
        cable.Run(async () => Assert.Equal(
            [0xF7, 0x02, 0x28], await cable.AskAsync(SelectLow, [0x19, 0, 0, 0xF9], Read(3, 0x28), SelectHigh)));
    }

    [Fact]
    public void Bits_can_be_clocked_one_by_one()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            // 9Fh as three and five bits; EF as five and three, least significant first where bit 3 says so.
            Assert.Equal(
                [0b11101, 0b111, 0x40, 0x14 >> 1],
                await cable.AskAsync(
                    SelectLow, [0x13, 2, 0x9F], [0x13, 4, 0x9F << 3 & 0xFF], [0x22, 4], [0x22, 2], Read(1), [0x22, 6],
                    SelectHigh));
            Assert.Equal(
                [0b10111_000, 0b111_00000],
                await cable.AskAsync(SelectLow, [0x1B, 7, 0xF9], [0x2A, 4], [0x2A, 2], SelectHigh));
            Assert.Equal([0xFF, 0xEF], await cable.AskAsync(
                SelectLow, [0x33, 7, 0x9F], [0x33, 7, 0x00], SelectHigh));
        });
    }

    [Fact]
    public void A_frame_that_ends_in_the_middle_of_a_byte_does_nothing()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(cable.Out(SelectLow, Write(0x06), [0x8E, 2], SelectHigh));
            Assert.Equal([0x00], await cable.FrameAsync([0x05], 1));
            await cable.FrameAsync([0x06]);
            Assert.Equal([0x02], await cable.FrameAsync([0x05], 1));
        });
    }

    [Fact]
    public void Data_that_moves_on_the_rising_edge_of_a_clock_that_idles_low_comes_one_bit_late()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            Assert.Equal([0xFF, 0xFF, 0xFF], await cable.AskAsync(
                SelectLow, [0x10, 0, 0, 0x9F], Read(3), SelectHigh)); // the chip hears 4Fh
            Assert.Equal(Id, await cable.AskAsync( // MOSI stands at the first bit already
                [0x80, 0x02, 0x0B], [0x10, 0, 0, 0x9F << 1 & 0xFF], Read(3), SelectHigh));
            Assert.Equal(Id, await cable.AskAsync(
                [0x80, 0x09, 0x0B], [0x80, 0x01, 0x0B], [0x10, 0, 0, 0x9F], Read(3), [0x80, 0x09, 0x0B]));
        });
    }

    [Fact]
    public void Miso_that_arrives_after_the_sampling_edge_is_read_one_bit_late()
    {
        using var cable = new MpsseCable();
        cable.Port.MisoDelayNanoseconds = 20; // half a period of 30 MHz is 16.7 ns
        cable.Run(async () =>
        {
            byte[] late = [0xF7, 0xA0, 0x0A]; // 1, then EF 40 14
            Assert.Equal(late, await cable.FrameAsync([0x9F], 3));
            Assert.Equal(Id, await cable.AskAsync(SelectLow, Write(0x9F), Read(3, 0x24), SelectHigh));
            await cable.SubmitAsync(cable.Out([0x86, 1, 0])); // 15 MHz
            Assert.Equal(Id, await cable.FrameAsync([0x9F], 3));
        });
    }

    [Fact]
    public void Pins_are_read_back_and_inputs_are_pulled_up()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            Assert.Equal([0xFC, 0xFF], await cable.AskAsync([0x81, 0x83]));
            Assert.Equal([0x5C, 0x5A], await cable.AskAsync([0x80, 0x58, 0xFB], [0x81], [0x82, 0x5A, 0xFF], [0x83]));
        });
    }

    [Fact]
    public void Pins_that_are_no_outputs_reach_no_chip()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            Assert.Equal([0xFF, 0xFF], await cable.AskAsync([0x80, 0x00, 0x03], Write(0x9F), Read(2))); // CS
            Assert.Equal([0xFF, 0xFF], await cable.AskAsync([0x80, 0x00, 0x0A], Write(0x9F), Read(2))); // SCK
            await cable.SubmitAsync(cable.Out([0x80, 0x00, 0x00]));
            Assert.False(cable.Port.DrivesBus);
            await cable.SubmitAsync(cable.Out(SelectHigh));
            Assert.True(cable.Port.DrivesBus);
            Assert.Equal(Id, await cable.FrameAsync([0x9F], 3));
        });
    }

    [Theory]
    [InlineData(new byte[] { 0x8A, 0x86, 0, 0 }, 30_000_000)]
    [InlineData(new byte[] { 0x8A, 0x86, 1, 0 }, 15_000_000)]
    [InlineData(new byte[] { 0x8A, 0x86, 2, 0 }, 10_000_000)]
    [InlineData(new byte[] { 0x8A, 0x86, 59, 0 }, 500_000)]
    [InlineData(new byte[] { 0x8A, 0x86, 0x2B, 0x01 }, 100_000)]
    [InlineData(new byte[] { 0x8B, 0x86, 0, 0 }, 6_000_000)]
    [InlineData(new byte[] { 0x8A, 0x8C, 0x86, 0, 0 }, 20_000_000)]
    public void The_clock_is_what_the_divisor_says(byte[] setup, int hertz)
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            await cable.SubmitAsync(cable.Out(setup));
            double start = cable.NowMs;
            await cable.SubmitAsync(cable.Out(SelectHigh, [0x8F, 0x0F, 0x27], [0x81], SendNow)); // 10,000 x 8 clocks
            while (Data(await cable.SubmitAsync(cable.In())).Length == 0)
                Assert.InRange(cable.NowMs, 0, 2000);

            Assert.InRange(cable.NowMs - start, 80_000e3 / hertz, 80_000e3 / hertz + 0.13); // and the way there
        });
    }

    [Fact]
    public void After_power_on_the_clock_is_6_mhz()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            await cable.ControlAsync(0x0B, 0x0200);
            double start = cable.NowMs;
            await cable.AskAsync([0x8F, 0xFF, 0x00], [0x81]);
            Assert.InRange(cable.NowMs - start, 2048 / 6000.0, 2048 / 6000.0 + 0.062);
        }, ready: false);
    }

    [Fact]
    public void Clocks_without_data_repeat_the_level_of_mosi_to_a_selected_chip()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 3);
        using var cable = new MpsseCable(new ChipOnPins(cells: cells));
        cable.Run(async () =>
        {
            byte[] read = await cable.AskAsync(
                SelectLow, Write(0x03, 0, 0, 0), [0x8F, 99, 0], [0x8E, 7], Read(4), SelectHigh);
            Assert.Equal(cells[101..105], read);
        });
    }

    [Fact]
    public void Loopback_answers_with_what_is_sent()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
            Assert.Equal(
                [0x12, 0x34, 0x50], await cable.AskAsync([0x84, 0x31, 1, 0, 0x12, 0x34, 0x33, 7, 0x50, 0x85])));
    }

    [Theory]
    [InlineData(0x89)]
    [InlineData(0x95)]
    public void A_wait_for_a_pin_that_never_falls_stops_the_engine_until_the_mode_is_set_again(byte opcode)
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            Assert.Empty(await cable.AskAsync([opcode], [0x81])); // status bytes by the latency timer
            await cable.ControlAsync(0x00, 0);
            await cable.ControlAsync(0x0B, 0x0200);
            Assert.Equal([0xFA, 0xAA], await cable.AskAsync([0xAA]));
        });
    }

    [Fact]
    public void An_adaptive_clock_that_nobody_returns_stands_still()
    {
        using var cable = new MpsseCable();
        cable.Run(async () =>
        {
            Assert.Empty(await cable.AskAsync([0x96], SelectLow, Write(0x9F), Read(3), SelectHigh));
            await cable.ControlAsync(0x0B, 0x0200);
            await cable.ControlAsync(0x00, 0);
            await cable.SubmitAsync(cable.Out(Start));
            Assert.Equal(Id, await cable.FrameAsync([0x9F], 3));
        });
    }

    [Fact]
    public void Instructions_may_be_cut_anywhere()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 5);
        using var cable = new MpsseCable(new ChipOnPins(cells: cells));
        cable.Run(async () =>
        {
            byte[] stream =
                [.. SelectLow, .. Write(0x03, 0x01, 0x23, 0x45), .. Read(300), .. SelectHigh, 0x22, 7, .. SendNow];
            for (int cut = 1; cut < stream.Length; cut++)
            {
                await cable.SubmitAsync(cable.Out(stream[..cut]));
                await cable.WaitAsync(0.3);
                UsbTransfer answer = cable.In();
                await cable.SubmitAsync(cable.Out(stream[cut..]), answer);
                byte[] data = Data(answer);
                Assert.Equal(301, data.Length);
                Assert.Equal(cells[0x12345..(0x12345 + 300)], data[..300]);
            }
        });
    }
}
