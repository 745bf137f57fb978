using System.Text;
using FlashBench.Bench.Watch;
using FlashBench.Simulation.Qemu;

namespace FlashBench.EndToEnd.Tests.Qemu;

[Collection("one QEMU at a time")]
public sealed class QemuLinuxTests
{
    private const double BootLimit = 90; // seconds; 6 on a quiet machine

    [Fact]
    public async Task Flashed_firmware_starts_Linux_whose_agent_answers_the_bench_and_a_reset_starts_all_again()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync(QemuSystem.Linux);
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync("heartbeat 1 up ", seconds: BootLimit), board.Text);
        Assert.True(await board.SaysAsync("FB1 00000000 1 "), board.Text);

        await board.Bench.Console.WriteAsync("FBQ 0123abcd\n"u8.ToArray(), QemuTestBench.Cancel);
        Assert.True(await board.SaysAsync("FB1 0123abcd 2 "), board.Text);
        Assert.True(await board.SaysAsync("heartbeat 2 up "), board.Text);
        await board.Bench.ResetLine.DriveAsync(true, QemuTestBench.Cancel);
        Assert.True(await board.SaysAsync("\r\nU-Boot 20", times: 2), board.Text);

        AgentLine[] lines = [.. board.Text.Split("\r\n").Select(Parse).OfType<AgentLine>()];
        Assert.Equal(["00000000", "0123abcd"], lines.Where(line => line.IsSample).Select(line => line.Nonce));
        Assert.Equal([1L, 2L], lines.Where(line => !line.IsSample).Select(line => line.Number));
        Assert.All(lines, line => Assert.Null(line.Registers.Hfsts1)); // there is no ME
    }

    private static AgentLine? Parse(string line) => AgentLine.Parse(Encoding.Latin1.GetBytes(line));
}
