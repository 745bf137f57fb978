using FlashBench.Hardware.Programmers;

namespace FlashBench.Tests.Hardware.Programmers;

// The expected bytes were written by hand from the protocol description, bit by bit; none was produced by the encoder.
public sealed class Ch341aProtocolTests
{
    [Fact]
    public void Constant_packets_are_the_documented_ones()
    {
        Assert.Equal("AA6100", Convert.ToHexString(Ch341aProtocol.Configure));
        Assert.Equal("ABB77F20", Convert.ToHexString(Ch341aProtocol.EnablePins));
        Assert.Equal("ABB74020", Convert.ToHexString(Ch341aProtocol.ReleasePins));
    }

    [Fact]
    public void A_frame_ends_with_chip_select_high_padded_to_a_whole_packet()
    {
        byte[] packet = DirtyPacket();

        Ch341aProtocol.EncodeDeselect(packet);

        Assert.Equal("ABB720" + Zeros(29), Convert.ToHexString(packet));
    }

    [Fact]
    public void A_frame_begins_with_chip_select_high_two_fillers_and_low()
    {
        byte[] packet = DirtyPacket();

        Ch341aProtocol.EncodeSelect(packet);

        Assert.Equal("ABB7B7B7B620" + Zeros(26), Convert.ToHexString(packet));
    }

    [Theory]
    [InlineData(0.1, "ABB7C1B620", 27)]                 // 0.1 us is rounded up to 1
    [InlineData(63, "ABB7FFB620", 27)]
    [InlineData(64, "ABB7FFC1B620", 26)]
    [InlineData(320, "ABB7FFFFFFFFFFC5B620", 22)]       // 5 x 63 + 5: the pause of a page
    public void A_pause_before_the_next_frame_is_made_of_waits_of_63_microseconds(
        double microseconds, string expected, int zeros)
    {
        byte[] packet = DirtyPacket();

        Ch341aProtocol.EncodeSelect(packet, TimeSpan.FromMicroseconds(microseconds));

        Assert.Equal(expected + Zeros(zeros), Convert.ToHexString(packet));
    }

    [Fact]
    public void The_longest_pause_fills_the_packet_and_a_longer_one_is_refused()
    {
        byte[] packet = DirtyPacket();

        Ch341aProtocol.EncodeSelect(packet, TimeSpan.FromMicroseconds(1764));

        Assert.Equal("ABB7" + string.Concat(Enumerable.Repeat("FF", 28)) + "B620", Convert.ToHexString(packet));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Ch341aProtocol.EncodeSelect(packet, TimeSpan.FromMicroseconds(1765)));
    }

    [Theory]
    [InlineData("06", 0, "A860")]                       // write enable
    [InlineData("05", 1, "A8A0FF")]                     // read status and one byte of answer
    [InlineData("9F", 3, "A8F9FFFFFF")]                 // JEDEC id
    [InlineData("03123456", 0, "A8C0482C6A")]           // read at 0x123456
    [InlineData("0201804001", 0, "A84080010280")]       // one-bit bytes move to the mirrored place
    [InlineData("", 2, "A8FFFF")]
    public void Spi_bytes_are_sent_least_significant_bit_first(string data, int fillers, string expected)
    {
        byte[] packet = DirtyPacket();

        int length = Ch341aProtocol.EncodeSpi(packet, Convert.FromHexString(data), fillers);

        Assert.Equal(expected, Convert.ToHexString(packet.AsSpan(0, length)));
    }

    [Fact]
    public void A_packet_carries_31_spi_bytes_and_refuses_none_and_32()
    {
        byte[] packet = DirtyPacket();

        Assert.Equal(32, Ch341aProtocol.EncodeSpi(packet, new byte[] { 0x0B }, fillers: 30));
        Assert.Equal("A8D0" + string.Concat(Enumerable.Repeat("FF", 30)), Convert.ToHexString(packet));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ch341aProtocol.EncodeSpi(packet, [], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ch341aProtocol.EncodeSpi(packet, new byte[] { 1 }, 31));
    }

    [Fact]
    public void Answers_are_turned_back_to_most_significant_bit_first()
    {
        byte[] answer = Convert.FromHexString("F7021880");
        byte[] data = new byte[4];

        Ch341aProtocol.ReverseBits(answer, data);

        Assert.Equal("EF401801", Convert.ToHexString(data)); // Winbond W25Q128, and a lone bit
    }

    [Fact]
    public void Reversing_twice_gives_every_byte_back()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] once = new byte[256], twice = new byte[256];

        Ch341aProtocol.ReverseBits(all, once);
        Ch341aProtocol.ReverseBits(once, twice);

        Assert.Equal(all, twice);
        Assert.Equal(256, once.Distinct().Count());
    }

    private static byte[] DirtyPacket() => [.. Enumerable.Repeat((byte)0xEE, 32)];

    private static string Zeros(int count) => new('0', 2 * count);
}
