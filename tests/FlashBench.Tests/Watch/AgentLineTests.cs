using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

public sealed class AgentLineTests
{
    // CRC computed by hand with another implementation (Python's zlib.crc32).
    private const string Sample = "FB1 1a2b3c4d 7 187.25 1e020191 160a0100 00000030 00000000 00000000 -------- SUM";

    private const string Facts = "FB2 1a2b3c4d 7 187.25 cpu=Core%20i5 nic=00:19.0/8086:1502/0200 later=x,y SUM";

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

    [Fact]
    public void An_intact_line_of_facts_gives_its_keys_and_values()
    {
        AgentLine line = Assert.IsType<AgentLine>(AgentLine.Parse(Bytes(WithSum(Facts))));

        Assert.Equal((AgentLineKind.Facts, "1a2b3c4d", 7L, TimeSpan.FromSeconds(187.25)),
            (line.Kind, line.Nonce, line.Number, line.Uptime));
        Assert.Equal("Core%20i5", line.Facts["cpu"]);
        Assert.Equal("00:19.0/8086:1502/0200", line.Facts["nic"]);
        Assert.Equal("x,y", line.Facts["later"]); // a key of a later agent
    }

    [Fact]
    public void Facts_with_any_byte_changed_lost_or_doubled_do_not_parse()
    {
        byte[] intact = Bytes(WithSum(Facts));
        for (int i = 0; i < intact.Length; i++)
        {
            Assert.Null(AgentLine.Parse([.. intact[..i], .. intact[(i + 1)..]]));
            Assert.Null(AgentLine.Parse([.. intact[..i], intact[i], .. intact[i..]]));
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = [.. intact];
                damaged[i] = (byte)value;
                if (value != intact[i])
                    Assert.Null(AgentLine.Parse(damaged));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu")]
    [InlineData("cpu=")]
    [InlineData("=x")]
    [InlineData("CPU=x")]
    [InlineData("1cpu=x")]
    [InlineData("abcdefghijklmnopq=x")]
    [InlineData("cpu=a=b")]
    [InlineData("cpu=a%")]
    [InlineData("cpu=a%2")]
    [InlineData("cpu=a%2G")]
    [InlineData("cpu=a%3D")]
    [InlineData("cpu=a%41")]
    [InlineData("cpu=a cpu=a")]
    [InlineData("cpu=a  nic=none")]
    [InlineData("cpu=a ")]
    [InlineData("cpuflags=vmx,smx")]
    [InlineData("cpuflags=smx,")]
    [InlineData("pch=8086")]
    [InlineData("pch=8086:1E55")]
    [InlineData("me=00:17.0/8086:1e3a")]
    [InlineData("me=none,none")]
    [InlineData("me=00:16.0/8086:1e3a,")]
    [InlineData("nic=00:19.0/8086:1502/0300")]
    [InlineData("nic=00:19.0/8086:1502/0200,")]
    [InlineData("nic=,00:19.0/8086:1502/0200")]
    [InlineData("nic=00:19.8/8086:1502/0200")]
    [InlineData("msr13a=6f")]
    [InlineData("a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 n=1 o=1 p=1 q=1")]
    public void Facts_of_another_form_spoil_their_line(string facts)
    {
        Assert.Null(AgentLine.Parse(Bytes(FactsLine(facts))));
    }

    [Theory]
    [InlineData("cpu=-")]
    [InlineData("cpu=a%20b%25%3d%c3%a9%00%7f")]
    [InlineData("nic=none")]
    [InlineData("nic=00:19.0/8086:1502/0200,10000:03:00.0/8086:0085/0280")]
    [InlineData("me=00:16.0/8086:1e3a,00:16.3/8086:1e3d")]
    public void Facts_of_the_right_form_count(string facts)
    {
        Assert.NotNull(AgentLine.Parse(Bytes(FactsLine(facts))));
    }

    [Fact]
    public void A_line_of_facts_has_at_most_512_bytes()
    {
        string head = FactsLine($"a=1 b={new string('x', 300)} c=");
        int room = 512 - head.Length;

        Assert.NotNull(AgentLine.Parse(Bytes(FactsLine($"a=1 b={new string('x', 300)} c={new string('y', room)}"))));
        Assert.Null(AgentLine.Parse(Bytes(FactsLine($"a=1 b={new string('x', 300)} c={new string('y', room + 1)}"))));
    }

    private static string FactsLine(string facts)
    {
        string text = $"FB2 1a2b3c4d 7 187.25 {facts}";
        return $"{text} {FlashBench.Bench.Crc32.Of(Bytes(text)):x8}";
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string WithSum(string text) => text.Replace(
        "SUM", text.StartsWith("FB1", StringComparison.Ordinal) ? "caf40122" : "8a921b43", StringComparison.Ordinal);
}
