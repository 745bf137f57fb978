using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;

namespace FlashBench.Tests.Hardware.Programmers;

// The expected bytes were written by hand from the documents named with them; none was produced by the encoder.
public sealed class FtdiProtocolTests
{
    // AN_108 3.8.3: SCK = 60 MHz / ((1 + value) x 2) with the division by five off.
    [Theory]
    [InlineData(30_000_000, "860000")]
    [InlineData(15_000_000, "860100")]
    [InlineData(10_000_000, "860200")]
    [InlineData(7_500_000, "860300")]
    [InlineData(6_000_000, "860400")]
    [InlineData(1_000_000, "861D00")]
    [InlineData(500_000, "863B00")]
    public void The_clock_is_a_divisor_of_30_MHz(int hz, string expected)
    {
        Assert.Equal(expected, Hex(commands => FtdiProtocol.EncodeClock(commands, hz)));
        Assert.Contains(new SpiClock(hz), FtdiProtocol.Clocks);
    }

    [Fact]
    public void Clocks_go_from_30_MHz_to_half_a_megahertz_fastest_first_and_late_sampling_second()
    {
        IReadOnlyList<SpiClock> clocks = FtdiProtocol.Clocks;

        Assert.Equal(
            [new(30_000_000), new(30_000_000, true), new(15_000_000), new(15_000_000, true), new(10_000_000)],
            clocks.Take(5));
        Assert.Equal(new SpiClock(500_000), clocks[^1]);
        Assert.Equal(clocks.OrderByDescending(clock => clock.Hz), clocks);
        Assert.All(clocks, clock => Assert.Equal(0, 30_000_000 % clock.Hz));
    }

    // AN_108 3.3.2 (11: out, falling edge), 3.3.5 (20: in, rising edge), 3.3.6 (24: in, falling edge); length - 1, low
    // byte first.
    [Theory]
    [InlineData("06", "11000006")]
    [InlineData("02123456AABB", "11050002123456AABB")]
    public void Bytes_are_clocked_out_on_the_falling_edge(string data, string expected) =>
        Assert.Equal(expected, Hex(commands => FtdiProtocol.EncodeWrite(commands, Convert.FromHexString(data))));

    [Theory]
    [InlineData(1, false, "200000")]
    [InlineData(256, false, "20FF00")]
    [InlineData(257, false, "200001")]
    [InlineData(65_536, false, "20FFFF")]
    [InlineData(3, true, "240200")]
    public void Bytes_are_clocked_in_on_the_rising_edge_or_half_a_clock_later(int length, bool late, string expected) =>
        Assert.Equal(expected, Hex(commands => FtdiProtocol.EncodeRead(commands, length, late)));

    // AN_108 3.10.1 (8E: n + 1 clocks), 3.10.2 (8F: (n + 1) x 8 clocks).
    [Theory]
    [InlineData(1, "8E00")]
    [InlineData(8, "8E07")]
    [InlineData(9, "8F0100")]
    [InlineData(12_000, "8FDB05")]      // 0.4 ms at 30 MHz: 1500 x 8
    [InlineData(524_288, "8FFFFF")]
    public void A_pause_is_clocks_without_data(int clocks, string expected) =>
        Assert.Equal(expected, Hex(commands => FtdiProtocol.EncodeIdle(commands, clocks)));

    [Fact]
    public void Lengths_that_no_command_can_carry_are_refused()
    {
        byte[] room = new byte[16];

        Assert.Throws<ArgumentOutOfRangeException>(() => FtdiProtocol.EncodeRead(room, 0, late: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => FtdiProtocol.EncodeRead(room, 65_537, late: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => FtdiProtocol.EncodeWrite(room, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => FtdiProtocol.EncodeIdle(room, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FtdiProtocol.EncodeIdle(room, 524_289));
    }

    // AN_108 3.6.1, 3.6.2 (80, 82); 3.8.1, 3.9.5, 3.8.7 and 3.7.2 (8A, 97, 8D, 85); 3.8.5 (87).
    [Fact]
    public void Pins_and_modes_are_the_documented_commands()
    {
        Assert.Equal("80080B", Hex(commands => FtdiProtocol.EncodeLowPins(commands, 0x08, 0x0B)));
        Assert.Equal("820070", Hex(commands => FtdiProtocol.EncodeHighPins(commands, 0x00, 0x70)));
        Assert.Equal("8A978D85", Convert.ToHexString(FtdiProtocol.Modes));
        Assert.Equal(0x87, FtdiProtocol.SendImmediate);
    }

    // ftdi_sio.h: reset 0 (0 all, 1 purge RX, 2 purge TX), latency 9, bit mode 0B (mode << 8 | mask); wIndex 1 = A.
    [Fact]
    public void Requests_name_their_channel_from_1()
    {
        Assert.Equal(new UsbSetup(0x40, 0x00, 0, 1), FtdiProtocol.Reset(FtdiChannel.A));
        Assert.Equal(new UsbSetup(0x40, 0x00, 1, 2), FtdiProtocol.PurgeReceived(FtdiChannel.B));
        Assert.Equal(new UsbSetup(0x40, 0x00, 2, 1), FtdiProtocol.PurgeUnsent(FtdiChannel.A));
        Assert.Equal(new UsbSetup(0x40, 0x09, 1, 2), FtdiProtocol.Latency(FtdiChannel.B, 1));
        Assert.Equal(new UsbSetup(0x40, 0x0B, 0x0000, 1), FtdiProtocol.StopEngine(FtdiChannel.A));
        Assert.Equal(new UsbSetup(0x40, 0x0B, 0x0200, 2), FtdiProtocol.StartEngine(FtdiChannel.B));
    }

    [Theory]
    [InlineData(FtdiChannel.A, 0x02, 0x81)]
    [InlineData(FtdiChannel.B, 0x04, 0x83)]
    public void Channels_have_their_own_endpoints(FtdiChannel channel, byte output, byte input) =>
        Assert.Equal((output, input), (FtdiProtocol.OutEndpoint(channel), FtdiProtocol.InEndpoint(channel)));

    // spi-flash 1.3; KT-LINK's 20 there is what it needs beside the chip select.
    [Theory]
    [InlineData("plain", 0x08, 0x0B, FtdiChannel.A)]
    [InlineData("jtagkey", 0x18, 0x1B, FtdiChannel.A)]
    [InlineData("arm-usb-ocd", 0x08, 0x1B, FtdiChannel.A)]
    [InlineData("flyswatter", 0x08, 0xCB, FtdiChannel.A)]
    [InlineData("KT-LINK", 0x28, 0x2B, FtdiChannel.A)]
    [InlineData("tigard", 0x08, 0x0B, FtdiChannel.B)]
    public void Adapters_are_found_by_name_with_their_pins(string name, byte value, byte direction, FtdiChannel channel)
    {
        FtdiAdapter? adapter = FtdiAdapter.Find(name);

        Assert.NotNull(adapter);
        Assert.Equal((value, direction, channel), (adapter.LowValue, adapter.LowDirection, adapter.Channel));
    }

    [Fact]
    public void Every_adapter_idles_with_chip_select_high_and_drives_clock_mosi_and_select()
    {
        Assert.All(FtdiAdapter.All, adapter => Assert.Equal(0x08, adapter.LowValue & 0x0B));
        Assert.All(FtdiAdapter.All, adapter => Assert.Equal(0x0B, adapter.LowDirection & 0x0F));
        Assert.Equal(((byte)0x00, (byte)0x70), FtdiAdapter.KtLink.HighPins);
        Assert.Null(FtdiAdapter.Find("no such"));
    }

    private delegate int Encoder(Span<byte> commands);

    private static string Hex(Encoder encode)
    {
        byte[] commands = [.. Enumerable.Repeat((byte)0xEE, 64)];
        return Convert.ToHexString(commands.AsSpan(0, encode(commands)));
    }
}
