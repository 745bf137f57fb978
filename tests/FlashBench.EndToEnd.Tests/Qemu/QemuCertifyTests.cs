using FlashBench.Simulation.Qemu;

namespace FlashBench.EndToEnd.Tests.Qemu;

/// <summary>The program's own verbs on a bench whose board is QEMU, one process after the other.</summary>
public sealed class QemuCertifyTests : IDisposable
{
    private const string Config = """
        { "version": 1, "benches": [ { "id": "qemu", "dutProfile": "qemu-me8",
          "qemu": { "image": "me8", "chip": "W25Q64", "seed": 20, "system": "linux" } } ] }
        """;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(8) };

    public QemuCertifyTests()
    {
        string prepared = QemuTestBench.Prepared;
        string? missing = QemuBoardFiles.Find(
            prepared, Environment.GetEnvironmentVariable("PATH"), out QemuBoardFiles files);
        missing ??= files.System is null ? "there is no disk with Linux: scripts/qemu-board" : null;
        if (missing is not null)
            _program.Dispose();
        Assert.SkipWhen(missing is not null, missing ?? "");
        _program.With(QemuBoardFiles.Variable, prepared);
        File.WriteAllText(Path.Combine(_program.WorkingFolder, "bench-config.json"), Config);
    }

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task The_whole_line_runs_and_a_shortened_watch_is_never_a_pass()
    {
        ProcessEnd end = await _program.RunAsync(
            "certify", "--bench", "qemu", "--require", "L2", "--shorten-watch", "10", "--evidence", "evidence");

        Assert.True(end.ExitCode == 20, end.Output + end.Error);
        Assert.Contains("re-read: PASS", end.Output, StringComparison.Ordinal);
        Assert.Contains(
            "INCONCLUSIVE (simulated), level L1, L2 required: watch shortened", end.Output, StringComparison.Ordinal);
        ProcessEnd verified = await _program.RunAsync("certificate", "verify", "evidence", "--allow-simulated");
        Assert.True(verified.ExitCode == 20, verified.Error);
        string journal = File.ReadAllText(
            Directory.GetFiles(Path.Combine(_program.WorkingFolder, "evidence"), "journal.jsonl",
                SearchOption.AllDirectories).Single());
        Assert.Contains("no ME silicon", journal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]       // nothing is left
    [InlineData(0x10000)] // cut off inside the ME region
    public async Task An_erased_or_cut_image_fails_before_anything_is_booted(int from)
    {
        byte[] image = QemuImage.Compose(
            "me8", QemuTestBench.Chip.SizeBytes,
            await File.ReadAllBytesAsync(
                Path.Combine(QemuTestBench.Prepared, QemuBoardFiles.FirmwareName),
                TestContext.Current.CancellationToken));
        image.AsSpan(from).Fill(0xFF);
        await File.WriteAllBytesAsync(
            Path.Combine(_program.WorkingFolder, "cut.bin"), image, TestContext.Current.CancellationToken);

        ProcessEnd end = await _program.RunAsync(
            "certify", "--bench", "qemu", "--require", "L2", "--shorten-watch", "10", "--virtual-flash", "cut.bin");

        Assert.True(end.ExitCode == 65, end.Output + end.Error);
        Assert.Contains("FAIL (simulated), level none, L2 required: ", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("baseline", end.Output.Split("FAIL (simulated)")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_board_stays_on_between_commands_and_is_cut_off_before_the_chip_is_touched()
    {
        ProcessEnd cycle = await _program.RunAsync("power", "cycle", "--bench", "qemu");
        ProcessEnd reset = await _program.RunAsync("power", "reset", "--bench", "qemu");
        ProcessEnd console = await _program.RunAsync("console", "--bench", "qemu", "--seconds", "6", "--json");
        ProcessEnd probe = await _program.RunAsync("flash", "probe", "--bench", "qemu");
        ProcessEnd status = await _program.RunAsync("power", "status", "--bench", "qemu", "--json");

        Assert.True(cycle.ExitCode == 0, cycle.Error);
        Assert.True(reset.ExitCode == 0, reset.Error);
        Assert.True(console.ExitCode == 0, console.Error);
        Assert.Contains("U-Boot", console.Output, StringComparison.Ordinal);
        Assert.Contains("W25Q64", probe.Output, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"Off\"", status.Output, StringComparison.Ordinal);
    }
}
