using System.Globalization;
using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;
using FlashBench.Cli.Status;
using FlashBench.Simulation.Qemu;

namespace FlashBench.EndToEnd.Tests.Qemu;

/// <summary>The controller stands still (SIGSTOP) in a phase, while its board, another process, runs on in real time.
/// </summary>
/// <remarks>The ordinary run stops it for seconds; scripts/recovery-figures for minutes, for docs/reliability.md.
/// </remarks>
public sealed class StoppedControllerTests : IDisposable
{
    private const string Config = """
        { "version": 1, "benches": [ { "id": "qemu", "dutProfile": "qemu-me8",
          "qemu": { "image": "me8", "chip": "W25Q64", "seed": 20, "system": "linux" } } ] }
        """;

    private const int InUse = 69, SecondsIntoBoot = 15;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(75) };

    public StoppedControllerTests()
    {
        string? missing = QemuBoardFiles.Find(
            QemuTestBench.Prepared, Environment.GetEnvironmentVariable("PATH"), out QemuBoardFiles files);
        missing ??= files.System is null ? "there is no disk with Linux: scripts/qemu-board" : null;
        if (missing is not null)
            _program.Dispose();
        Assert.SkipWhen(missing is not null, missing ?? "");
        _program.With(QemuBoardFiles.Variable, QemuTestBench.Prepared);
        File.WriteAllText(Path.Combine(_program.WorkingFolder, "bench-config.json"), Config);
    }

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData("identify, backup, audit, plan, write, re-read, certify", 1)]
    [InlineData("baseline", 25)]
    [InlineData("watch", 25)]
    public async Task A_controller_that_stood_still_keeps_its_bench_and_vouches_for_no_boot_that_it_did_not_see(
        string phases, int atLeast)
    {
        int seconds = Math.Max(atLeast, Number("FLASHBENCH_STOP_SECONDS"));
        var left = phases.Split(", ").ToHashSet();
        bool amidBoot = left.Count == 1;
        await using RunningProcess job = _program.Start(
            "certify", "--bench", "qemu", "--require", "L2", "--shorten-watch", "45", "--json");

        await foreach (string line in job.LinesAsync())
        {
            JsonElement said = JsonDocument.Parse(line).RootElement;
            if (IsMoment(said, amidBoot) is { } phase && left.Remove(phase))
                await StandStillAsync(job, seconds);
        }

        (int code, string error) = await job.EndAsync();
        Assert.True(code == 20, $"exit {code} {error}");
        Assert.Empty(left);
        IReadOnlyList<BootObservation> boots = Boots();
        ProcessEnd status = await _program.RunAsync("power", "status", "--bench", "qemu", "--json");
        Assert.Contains("\"state\":\"Off\"", status.Output, StringComparison.Ordinal);
        Assert.Equal(phases == "baseline" ? 1 : 2, boots.Count); // the profile asks for one cold boot
        Assert.All(boots, boot => Assert.Equal(
            amidBoot && boot == boots[^1] ? Verdict.Inconclusive : Verdict.Pass, WatchChecks.OutcomeOf(boot.Class)));
        await TableAsync($"| {phases} | {seconds} s | refused | exit {code}, boots: "
            + $"{string.Join(", ", boots.Select(boot => boot.Class))} |\n");
    }

    // Amid a boot once it is under way; else as soon as the phase is said to begin.
    private static string? IsMoment(JsonElement said, bool amidBoot) => said.GetProperty("event").GetString() switch
    {
        "phase.begin" when !amidBoot => said.GetProperty("name").GetString(),
        "progress" when amidBoot && said.GetProperty("unit").GetString() == "s"
            && said.GetProperty("done").GetInt64() >= SecondsIntoBoot => said.GetProperty("phase").GetString(),
        _ => null,
    };

    private async Task StandStillAsync(RunningProcess job, int seconds)
    {
        await job.SignalAsync("STOP");
        long began = TimeProvider.System.GetTimestamp();
        ProcessEnd other = await _program.RunAsync("certify", "--bench", "qemu", "--require", "L2");
        Assert.True(other.ExitCode == InUse, $"exit {other.ExitCode} {other.Error}");
        Assert.Contains($"in use by PID {job.Id}", other.Error, StringComparison.Ordinal);
        TimeSpan left = TimeSpan.FromSeconds(seconds) - TimeProvider.System.GetElapsedTime(began);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, TimeProvider.System, TestContext.Current.CancellationToken);
        await job.SignalAsync("CONT");
    }

    private IReadOnlyList<BootObservation> Boots()
    {
        string directory = JobDirectories.Find(Path.Combine(_program.DataFolder, "flashbench", "evidence"))[0];
        var keys = TrustedStations.Load(Path.Combine(_program.DataFolder, "flashbench", "keys"));
        return new EvidenceVerifier(directory, keys).Verify().Facts.Boots;
    }

    private static async Task TableAsync(string row)
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_STOP_TABLE") is { Length: > 0 } table)
            await File.AppendAllTextAsync(table, row, TestContext.Current.CancellationToken);
    }

    private static int Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : 0;
}
