using System.Text.Json;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli;

/// <summary>`bench show` of a real board says how much its profile is worth.</summary>
public sealed class BenchShowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public BenchShowTests() => _config = _folder.Write("c.json", """
        { "version": 1, "benches": [
            { "id": "x", "dutProfile": "lenovo-x230", "programmer": { "kind": "ch341a", "port": "9-9.9" } },
            { "id": "v", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } } ] }
        """);

    [Fact]
    public async Task An_unverified_board_is_shown_as_one_with_its_chips_and_sources()
    {
        CommandLineRun run = await CommandLineRun.OfAsync("bench", "show", "x", "--config", _config);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("from documents; not run on this board yet", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "8192 KiB, 3300 mV, SOIC-8: fd, gbe, me, bios; the lower chip", run.Output, StringComparison.Ordinal);
        Assert.Contains("4096 KiB, 3300 mV, SOIC-8: bios; the upper chip", run.Output, StringComparison.Ordinal);
        Assert.Contains("expected until the operating system runs", run.Output, StringComparison.Ordinal);
        Assert.Contains("S-68", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_the_same_is_data()
    {
        CommandLineRun run = await CommandLineRun.OfAsync("bench", "show", "x", "--json", "--config", _config);

        JsonElement bench = JsonDocument.Parse(run.Output).RootElement;
        Assert.True(bench.GetProperty("unverified").GetBoolean());
        Assert.True(bench.GetProperty("toBeCommissioned").GetBoolean());
        Assert.Equal(2, bench.GetProperty("flash").GetArrayLength());
        Assert.Equal("me", bench.GetProperty("flash")[0].GetProperty("holds")[2].GetString());
        Assert.NotEqual(0, bench.GetProperty("sources").GetArrayLength());
    }

    [Fact]
    public async Task A_virtual_board_has_nothing_to_confess()
    {
        CommandLineRun run = await CommandLineRun.OfAsync("bench", "show", "v", "--config", _config);

        Assert.DoesNotContain("UNVERIFIED", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("thresholds", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
