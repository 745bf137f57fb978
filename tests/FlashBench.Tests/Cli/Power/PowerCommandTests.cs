using FlashBench.Bench.Config;
using FlashBench.Cli;
using FlashBench.Cli.Certify;

namespace FlashBench.Tests.Cli.Power;

/// <summary>`power` on a virtual bench whose folders are the test's own.</summary>
public sealed class PowerCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cycle_is_verified_by_the_sensor_and_the_state_outlives_the_command()
    {
        CommandLineRun cycle = await RunAsync("cycle");
        CommandLineRun status = await RunAsync("status", "--json");
        CommandLineRun off = await RunAsync("off");

        Assert.Equal((0, ""), (cycle.ExitCode, cycle.Error));
        Assert.Contains("sensor confirms off", cycle.Output, StringComparison.Ordinal);
        Assert.Contains("sensor confirms on", cycle.Output, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"On\",\"relay\":true", status.Output, StringComparison.Ordinal);
        Assert.Contains("off (no supply)", off.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reset", "this bench has no relay on the reset button")]
    [InlineData("button", "this bench has no relay on the power button")]
    public async Task What_is_not_wired_is_refused(string verb, string reason)
    {
        CommandLineRun run = await RunAsync(verb);

        Assert.Equal(ExitCodes.BenchError, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on")]
    [InlineData("cycle")]
    [InlineData("reset")]
    [InlineData("button")]
    public async Task A_half_written_board_is_not_started(string verb)
    {
        await RunAsync("status"); // makes the bench
        BenchConfig config = BenchConfigFile.Load(Config());
        VirtualStore.StateOf(ConfigSource.Paths(config), "me8").MarkDirty("me8", "FBJ-KILLED");

        CommandLineRun run = await RunAsync(verb);
        CommandLineRun off = await RunAsync("off");

        Assert.Equal(ExitCodes.Dirty, run.ExitCode);
        Assert.Contains("FBJ-KILLED left the chip of bench me8 half-written", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, off.ExitCode); // the safe direction is always open
    }

    private Task<CommandLineRun> RunAsync(params string[] verb) =>
        CommandLineRun.OfAsync(["power", .. verb, "--config", Config()]);

    private string Config()
    {
        string path = _folder.At("bench-config.json");
        if (!File.Exists(path))
        {
            File.WriteAllText(path, $$"""
                {
                  "version": 1, "paths": { "state": "state", "vault": "vault", "evidence": "evidence", "log": "log" },
                  "benches": [{
                    "id": "me8", "default": true, "dutProfile": "virtual-me8",
                    "virtual": { "image": "me8", "chip": "W25Q64", "seed": 8 }
                  }]
                }
                """);
        }

        return path;
    }
}
