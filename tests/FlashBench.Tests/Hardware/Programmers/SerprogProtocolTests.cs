using FlashBench.Hardware.Programmers;

namespace FlashBench.Tests.Hardware.Programmers;

// The expected bytes were written by hand from the protocol specification.
public sealed class SerprogProtocolTests
{
    [Theory]
    [InlineData(1, 3, "13010000030000")]
    [InlineData(260, 0, "13040100000000")]
    [InlineData(4, 65_536, "13040000000001")]
    [InlineData(0xFFFFFF, 0xABCDEF, "13FFFFFFEFCDAB")]
    public void An_SPI_operation_begins_with_two_24_bit_lengths(int command, int response, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(SerprogProtocol.EncodeSpiHeader(command, response).AsSpan()));

    [Fact]
    public void A_length_that_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SerprogProtocol.EncodeSpiHeader(0x1000000, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SerprogProtocol.EncodeSpiHeader(1, 0x1000000));
    }

    [Theory]
    [InlineData(1, "1401000000")]
    [InlineData(30_000_000, "1480C3C901")]
    public void A_frequency_has_32_bits(int hz, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(SerprogProtocol.EncodeFrequency(hz).AsSpan()));

    [Fact]
    public void The_map_has_one_bit_a_command()
    {
        byte[] map = new byte[32];
        map[2] = 0x08;

        Assert.True(SerprogProtocol.Knows(map, 0x13));
        Assert.False(SerprogProtocol.Knows(map, 0x12));
        Assert.Equal("1506", Convert.ToHexString(SerprogProtocol.InStep));
        Assert.Equal("1501", Convert.ToHexString(SerprogProtocol.EncodePins(driven: true).AsSpan()));
    }

    [Theory]
    [InlineData("127.0.0.1:4000", "127.0.0.1", 4000, false, "127.0.0.1:4000")]
    [InlineData("[::1]:4000", "::1", 4000, false, "[::1]:4000")]
    [InlineData("lab-3:4000", "lab-3", 4000, false, "lab-3:4000")]
    [InlineData("/dev/ttyACM0:2000000", "/dev/ttyACM0", 2_000_000, true, "/dev/ttyACM0:2000000")]
    [InlineData("/dev/ttyACM0", "/dev/ttyACM0", 115_200, true, "/dev/ttyACM0:115200")]
    public void An_address_is_a_port_of_a_host_or_a_tty_with_its_speed(
        string text, string host, int number, bool serial, string shown)
    {
        SerprogAddress address = SerprogAddress.Parse(text);

        Assert.Equal(new SerprogAddress(host, number, serial), address);
        Assert.Equal(shown, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":4000")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:70000")]
    [InlineData("host:-1")]
    [InlineData("/dev/ttyACM0:fast")]
    public void Anything_else_is_no_address(string text) =>
        Assert.Throws<FormatException>(() => SerprogAddress.Parse(text));
}
