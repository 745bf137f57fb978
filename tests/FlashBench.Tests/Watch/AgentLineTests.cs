using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

public sealed class AgentLineTests
{
    // CRC computed by hand with another implementation (Python's zlib.crc32).
    private const string Sample = "FB1 1a2b3c4d 7 187.25 1e020191 160a0100 00000030 00000000 00000000 -------- SUM";

    [Fact]
    public void An_intact_sample_gives_nonce_counter_uptime_and_registers()
    {
        AgentLine line = Assert.IsType<AgentLine>(AgentLine.Parse(Bytes(WithSum(Sample))));

        Assert.True(line.IsSample);
        Assert.Equal(("1a2b3c4d", 7L, TimeSpan.FromSeconds(187.25)), (line.Nonce, line.Number, line.Uptime));
        Assert.Equal((0x1E020191u, 0x160A0100u), (line.Registers.Hfsts1, line.Registers.Hfsts2));
        Assert.Null(line.Registers.Hfsts6);
    }

    [Fact]
    public void The_checksum_is_the_common_crc_32()
    {
        Assert.Equal(0xCBF43926u, FlashBench.Bench.Crc32.Of("123456789"u8));
    }

    [Fact]
    public void A_sample_with_any_byte_changed_to_any_other_value_does_not_parse()
    {
        byte[] intact = Bytes(WithSum(Sample));
        for (int i = 0; i < intact.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = [.. intact];
                damaged[i] = (byte)value;
                if (value != intact[i])
                    Assert.Null(AgentLine.Parse(damaged));
            }
        }
    }

    [Fact]
    public void A_sample_with_a_byte_lost_or_doubled_does_not_parse()
    {
        byte[] intact = Bytes(WithSum(Sample));
        for (int i = 0; i < intact.Length; i++)
        {
            Assert.Null(AgentLine.Parse([.. intact[..i], .. intact[(i + 1)..]]));
            Assert.Null(AgentLine.Parse([.. intact[..i], intact[i], .. intact[i..]]));
        }
    }

    [Theory]
    [InlineData("heartbeat 12 up 60.05", 12, 60.05)]
    [InlineData("heartbeat 1 up 0.00", 1, 0)]
    public void An_intact_heartbeat_gives_counter_and_uptime(string text, long number, double seconds)
    {
        AgentLine line = Assert.IsType<AgentLine>(AgentLine.Parse(Bytes(text)));

        Assert.Equal((false, number, TimeSpan.FromSeconds(seconds)), (line.IsSample, line.Number, line.Uptime));
    }

    [Theory]
    [InlineData("heartbeat 12 up 60.5")]
    [InlineData("heartbeat 12 up 60")]
    [InlineData("heartbeat 012 up 60.05")]
    [InlineData("heartbeat -1 up 60.05")]
    [InlineData("heartbeat 12  up 60.05")]
    [InlineData("heartbeat 12 up 60.05 ")]
    [InlineData("heartbeat 99999999999 up 60.05")]
    [InlineData("Heartbeat 12 up 60.05")]
    [InlineData("FB1 ")]
    [InlineData("")]
    public void Anything_else_is_no_agent_line(string text)
    {
        Assert.Null(AgentLine.Parse(Bytes(text)));
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string WithSum(string text) => text.Replace("SUM", "caf40122", StringComparison.Ordinal);
}
