using System.Text.Json;
using FlashBench.Cli;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;
using FlashBench.Tests.Cli;

namespace FlashBench.Tests.Jobs;

public sealed class BenchStateInUseTests
{
    [Fact]
    public async Task A_bench_in_use_is_refused_and_leaves_no_job_directory()
    {
        using var folder = new TemporaryFolder();
        string Quoted(string name) => JsonSerializer.Serialize(folder.At(name));
        string config = folder.Write("bench-config.json", $$"""
            {
              "version": 1,
              "paths": {
                "state": {{Quoted("state")}}, "vault": {{Quoted("vault")}}, "evidence": {{Quoted("evidence")}},
                "log": {{Quoted("log")}}
              },
              "benches": [
                {
                  "id": "me8", "default": true, "dutProfile": "virtual-me8",
                  "virtual": { "image": "me8", "chip": "W25Q64", "seed": 8 }
                }
              ]
            }
            """);
        Directory.CreateDirectory(folder.At("state/benches"));
        var options = new VirtualBenchOptions(
            "me8", folder.At("state/benches/me8.flash"), SpiNorChips.ByName("W25Q64")!, 8);
        await using VirtualBench user = VirtualBench.Create(options, new byte[8 << 20], new VirtualTime());

        CommandLineRun run = await CommandLineRun.OfAsync("certify", "--config", config);

        Assert.Equal(ExitCodes.Unavailable, run.ExitCode);
        Assert.False(Directory.Exists(folder.At("evidence")));
    }
}
