using System.Text.Json;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli.Commissioning;

/// <summary>What `commission` and `certify --control` refuse.</summary>
public sealed class CommissionCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public CommissionCommandTests()
    {
        string Quoted(string name) => JsonSerializer.Serialize(_folder.At(name));
        _config = _folder.Write("c.json", $$"""
            { "version": 1,
              "paths": { "state": {{Quoted("state")}}, "vault": {{Quoted("vault")}},
                "evidence": {{Quoted("evidence")}}, "log": {{Quoted("log")}} },
              "benches": [
                { "id": "v", "default": true, "dutProfile": "virtual-me8",
                  "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } },
                { "id": "q", "dutProfile": "qemu-me8",
                  "qemu": { "image": "me8", "chip": "W25Q64", "seed": 1, "system": "linux" } },
                { "id": "real", "dutProfile": "lenovo-x230", "programmer": { "kind": "ch341a", "port": "9-9.9" } } ] }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(64, "that only a virtual board", "certify", "--bench", "real", "--dut", "x", "--control", "ac-cut")]
    [InlineData(66, "\"sacrificial\": true", "certify", "--bench", "real", "--dut", "x", "--control", "stock")]
    [InlineData(64, "no ME silicon", "certify", "--bench", "q", "--control", "stock")]
    [InlineData(64, "no ME silicon", "commission", "--bench", "q", "--controls", "stock")]
    [InlineData(64, "that only a virtual board", "commission", "--bench", "real", "--controls", "hang")]
    [InlineData(66, "\"sacrificial\": true", "commission", "--bench", "real", "--controls", "stock")]
    [InlineData(64, "is none; there are stock,", "commission", "--controls", "stock,nope")]
    [InlineData(64, "--controls has an empty value", "commission", "--controls", "")]
    [InlineData(64, "--days takes 1 to 366", "commission", "--days", "367")]
    [InlineData(64, "--days takes 1 to 366", "commission", "--days", "0")]
    [InlineData(64, "name its board with --dut", "commission", "--bench", "real")]
    [InlineData(64, "--seed is for virtual benches", "commission", "--bench", "q", "--seed", "1")]
    public async Task What_a_bench_may_not_run_is_refused_before_anything_happens(
        int exitCode, string why, params string[] args)
    {
        CommandLineRun run = await CommandLineRun.OfAsync([.. args, "--config", _config]);

        Assert.True(exitCode == run.ExitCode, run.Error);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("evidence")));
    }

    [Fact]
    public async Task A_bench_that_is_not_commissioned_says_how_it_would_be()
    {
        CommandLineRun run = await CommandLineRun.OfAsync("bench", "show", "v", "--config", _config);

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("no: flashbench commission --bench v", run.Output, StringComparison.Ordinal);
    }
}
