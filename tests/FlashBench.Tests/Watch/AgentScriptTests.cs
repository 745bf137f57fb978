using System.Buffers.Binary;
using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>The real agent, judged by the bench's own reader.</summary>
public sealed class AgentScriptTests
{
    private const string Nonce = "1a2b3c4d";

    private static readonly uint[] Disabled = [0x1E02_0191, 0x160A_0100, 0x30, 0, 0, 0xDEAD_BEEF];

    [Theory]
    [InlineData("sh")]
    [InlineData("busybox sh")]
    public async Task The_bench_counts_what_the_agent_answers(string shell)
    {
        await using AgentScript agent = Board().With("dev/cpu/0/msr", Msr(0x1_0000_006F));
        agent.Start(shell);
        var watch = new BootWatch(new BootScript().Settings, 1, (BootKind.Watch, Nonce), 0);
        watch.OnPower(0, 3290, 800); // the board has been up for as long as this machine

        await agent.ReadUntilAsync(line => line.StartsWith("FB1 00000000 1 ", StringComparison.Ordinal));
        await agent.SendAsync($"FBQ {Nonce}\n");
        await agent.ReadUntilAsync(line => line.Contains(" kernel=", StringComparison.Ordinal));
        await agent.ReadUntilAsync(line => line.StartsWith("heartbeat 2 ", StringComparison.Ordinal));
        foreach ((long atUs, string line) in agent.Lines)
            watch.OnConsole(atUs, Encoding.UTF8.GetBytes(line + "\n"));

        BootObservation seen = watch.Observe(AgentScript.UptimeUs());
        Assert.Equal((0, 0, 1), (seen.DamagedSamples, seen.DamagedFacts, seen.StaleSamples));
        RegisterSample sample = Assert.Single(seen.Samples);
        Assert.Equal(
            Disabled.Select(word => (uint?)word),
            [sample.Registers.Hfsts1, sample.Registers.Hfsts2, sample.Registers.Hfsts3, sample.Registers.Hfsts4,
                sample.Registers.Hfsts5, sample.Registers.Hfsts6]);
        Assert.True(seen.Facts.IsComplete);
        Assert.Equal("Intel(R)%20Core(TM)%20i5%20=%2050%25%20%c3%a9".Replace("=", "%3d", StringComparison.Ordinal),
            seen.Facts.Find(BoardFacts.Processor));
        Assert.Equal("smx,vmx", seen.Facts.Find(BoardFacts.ProcessorFlags));
        Assert.Equal("8086:1e55", seen.Facts.Find(BoardFacts.Chipset));
        Assert.Equal("00:16.0/8086:1e3a,00:16.3/8086:1e3d", seen.Facts.Find(BoardFacts.Engine));
        Assert.Equal("00:19.0/8086:1502/0200,03:00.0/8086:0085/0280", seen.Facts.Find(BoardFacts.Network));
        Assert.Equal("none", seen.Facts.Find(BoardFacts.EngineVersion));
        Assert.Equal("000000010000006f", seen.Facts.Find(BoardFacts.BootGuard));
        Assert.Equal("6.1.0-28-amd64", seen.Facts.Find(BoardFacts.Kernel));
    }

    [Theory]
    [InlineData("FBR 00000000 ", true, false)] // never asked
    [InlineData("FBR 1a2b3c4e ", false, false)]
    [InlineData("FBR 1a2b3c4d ", false, true)]
    public async Task The_agent_restarts_only_for_the_nonce_that_it_was_given(string order, bool fresh, bool obeys)
    {
        await using AgentScript agent = Board().WithProgram("sbin/reboot", "echo restarted >>\"$0.done\"");
        agent.Start("sh");
        await agent.ReadUntilAsync(line => line.StartsWith("FB1 00000000 1 ", StringComparison.Ordinal));
        if (!fresh)
        {
            await agent.SendAsync($"FBQ {Nonce}\n");
            await agent.ReadUntilAsync(line => line.Contains(" kernel=", StringComparison.Ordinal));
        }

        uint crc = FlashBench.Bench.Crc32.Of(Encoding.ASCII.GetBytes(order.TrimEnd()));
        await agent.SendAsync($"{order}{crc ^ 1:x8}\n"); // damaged
        await agent.SendAsync($"FBF {(fresh ? Nonce[..7] : Nonce)}\n");
        await agent.ReadUntilAsync(line => line.StartsWith("heartbeat ", StringComparison.Ordinal));
        Assert.False(agent.Has("sbin/reboot.done"));
        await agent.SendAsync($"{order}{crc:x8}\n");
        await agent.ReadUntilAsync(line => line.StartsWith("heartbeat ", StringComparison.Ordinal));

        Assert.Equal(obeys, agent.Has("sbin/reboot.done"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public async Task Without_device_or_root_every_register_is_absent(int readable)
    {
        await using var agent = new AgentScript();
        if (readable > 0)
            agent.With("sys/bus/pci/devices/0000:00:16.0/config", AgentScript.Configuration(readable, Disabled));
        agent.Start("sh");

        string line = await agent.ReadUntilAsync(text => text.StartsWith("FB1 ", StringComparison.Ordinal));

        AgentLine sample = Assert.IsType<AgentLine>(AgentLine.Parse(Encoding.ASCII.GetBytes(line)));
        Assert.Equal(new FlashBench.Firmware.Registers.MeRegisters(null), sample.Registers);
    }

    [Fact]
    public async Task An_empty_board_leaves_every_fact_unknown()
    {
        await using var agent = new AgentScript();
        agent.Start("sh");
        await agent.SendAsync($"FBF {Nonce}\n");
        await agent.ReadUntilAsync(line => line.Contains(" kernel=", StringComparison.Ordinal));

        var facts = new BoardFacts();
        foreach ((_, string line) in agent.Lines)
            facts.Add(AgentLine.Parse(Encoding.ASCII.GetBytes(line))?.Facts ?? BoardFactText.None);
        Assert.True(facts.IsComplete);
        Assert.All(facts.All, fact => Assert.Equal("-", fact.Value));
    }

    [Fact]
    public async Task An_me_that_runs_tells_its_version()
    {
        await using AgentScript agent = Board().With("sys/class/mei/mei0/fw_ver", "0:8.1.72.3002\n0:8.1.72.3002\n");
        agent.Start("sh");
        await agent.SendAsync($"FBF {Nonce}\n");

        string line = await agent.ReadUntilAsync(text => text.Contains(" meifw=", StringComparison.Ordinal));

        Assert.Equal("8.1.72.3002", AgentLine.Parse(Encoding.ASCII.GetBytes(line))!.Facts["meifw"]);
    }

    [Fact]
    public async Task A_driver_that_does_not_hold_the_me_or_cannot_tell_says_nothing_of_it()
    {
        await using AgentScript agent = new AgentScript().WithPci("00:16.0", "8086", "a0e0", "078000")
            .With("sys/bus/pci/drivers/mei_me/bind", "");
        agent.Start("sh");
        await agent.SendAsync($"FBF {Nonce}\n");

        string line = await agent.ReadUntilAsync(text => text.Contains(" meifw=", StringComparison.Ordinal));

        Assert.Equal("-", AgentLine.Parse(Encoding.ASCII.GetBytes(line))!.Facts["meifw"]);
    }

    [Fact]
    public async Task Only_a_well_formed_question_is_answered()
    {
        await using AgentScript agent = Board();
        agent.Start("sh");
        await agent.ReadUntilAsync(line => line.StartsWith("FB1 ", StringComparison.Ordinal));

        string[] wrong =
        [
            "FBQ 0badf00", "FBQ 0BADF00D", "FBQ  0badf00d", "fbq 0badf00d", " FBQ 0badf00d", "FBQ 0badf00d x",
            "FBX 0badf00d", "FBQ $(date)", "FBQ `id`", "FBQ ********", "tick", "> FBQ 0badf00d", "child 1",
            new string('a', 3000), "FBQ",
        ];
        foreach (string question in wrong)
            await agent.SendAsync(question + "\n");
        await agent.SendAsync($"FBQ {Nonce}\r\n");

        await agent.ReadUntilAsync(line => line.StartsWith($"FB1 {Nonce} 2 ", StringComparison.Ordinal));
        Assert.DoesNotContain(agent.Lines, entry => entry.Line.Contains("0badf00d", StringComparison.Ordinal)
            && entry.Line.StartsWith("FB", StringComparison.Ordinal)
            && AgentLine.Parse(Encoding.ASCII.GetBytes(entry.Line)) is not null);
    }

    private static AgentScript Board() => new AgentScript()
        .WithPci("00:16.0", "8086", "1e3a", "078000").WithPci("00:16.3", "8086", "1e3d", "070002")
        .WithPci("00:19.0", "8086", "1502", "020000").WithPci("00:1f.0", "8086", "1e55", "060100")
        .WithPci("03:00.0", "8086", "0085", "028000")
        .With("sys/bus/pci/devices/0000:00:16.0/config", AgentScript.Configuration(256, Disabled))
        .With("sys/bus/pci/drivers/mei_me/0000:00:16.0/vendor", "0x8086\n").With("sys/class/mei/mei0/fw_ver", "\n")
        .With("proc/sys/kernel/osrelease", "6.1.0-28-amd64\n")
        .With("proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5 = 50% é\nflags\t\t: fpu vmx smx\n\n"
            + "processor\t: 1\nmodel name\t: another\n\n");

    private static byte[] Msr(ulong value)
    {
        byte[] registers = new byte[0x150];
        BinaryPrimitives.WriteUInt64LittleEndian(registers.AsSpan(0x13A), value);
        return registers;
    }
}
