using System.Net;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Serprog;
using FlashBench.Tests.Hardware.Flash;

namespace FlashBench.Tests.Cli.Flash;

// A chip whose id nobody knows and that has no SFDP, behind a serprog programmer.
public sealed class UnknownChipTests : IAsyncDisposable
{
    private const uint Size = 64 * 1024;

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ScriptedSpiNor _bus;
    private readonly SerprogServer _server;
    private readonly Task _serving;

    public UnknownChipTests()
    {
        SpiNorChip chip = SpiNorChips.ByName("W25Q80")! with { JedecId = 0xA2A213, SizeBytes = Size };
        _bus = new ScriptedSpiNor(chip, TimeProvider.System);
        new Random(1).NextBytes(_bus.Cells);
        _server = new SerprogServer(_ => Task.FromResult<ISpiBus>(_bus), accelerated: false, TimeProvider.System);
        IPEndPoint at = _server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = _server.RunAsync(_stop.Token);
        _folder.Write("bench.json", $$"""
            { "version": 1, "paths": { "state": "s", "vault": "v", "evidence": "e", "log": "l" }, "benches": [
              { "id": "ser", "dutProfile": "virtual-me10",
                "programmer": { "kind": "serprog", "address": "{{at}}" } } ] }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _server.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_refused_with_what_would_read_it()
    {
        CommandLineRun probe = await RunAsync("probe");

        Assert.Equal(65, probe.ExitCode);
        Assert.Contains("A2A213", probe.Error, StringComparison.Ordinal);
        Assert.Contains("--size KIB", probe.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_size_it_can_be_probed_and_read()
    {
        CommandLineRun probe = await RunAsync("probe", "--size", "64");
        CommandLineRun read = await RunAsync("read", _folder.At("chip.bin"), "--size", "64");

        Assert.Equal((0, 0), (probe.ExitCode, read.ExitCode));
        Assert.Contains("supply voltage not known, read only", probe.Output, StringComparison.Ordinal);
        Assert.Equal(
            _bus.Cells, await File.ReadAllBytesAsync(_folder.At("chip.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_is_never_written()
    {
        CommandLineRun erase = await RunAsync(
            "erase", "--size", "64", "--chip-millivolts", "3300", "--no-backup", "ser");

        Assert.NotEqual(0, erase.ExitCode);
        Assert.Contains("how it is erased is not known", erase.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] is 0x02 or 0x20 or 0x52 or 0xD8 or 0xC7);
    }

    [Theory]
    [InlineData("--size", "0")]
    [InlineData("--size", "-4")]
    [InlineData("--size", "3")]
    [InlineData("--chip-millivolts", "12000")]
    public async Task A_senseless_number_is_a_usage_error(string option, string value)
    {
        Assert.Equal(64, (await RunAsync("probe", option, value)).ExitCode);
    }

    private Task<CommandLineRun> RunAsync(params string[] args) => Task.Run(() => CommandLineRun.OfAsync(
        ["flash", .. args, "--bench", "ser", "--board-off", "--quiet", "--config", _folder.At("bench.json")]));
}
