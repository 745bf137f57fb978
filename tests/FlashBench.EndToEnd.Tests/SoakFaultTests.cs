using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>What a night brings: a disk that is full, a log that cannot be written, a store that is broken.</summary>
public sealed class SoakFaultTests : IAsyncDisposable
{
    private const int CannotWrite = 73, Dirty = 60;

    private static readonly TimeSpan ToolLimit = TimeSpan.FromSeconds(30);

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(4) };
    private string? _immutable;

    public SoakFaultTests() => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"), """
        { "version": 1, "minFreeMiB": 0, "benches": [
          { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
          { "id": "b", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9 } } ] }
        """);

    public async ValueTask DisposeAsync()
    {
        if (_immutable is not null)
            await ForeignTool.RunAsync("chattr", ToolLimit, "-i", _immutable);
        _program.Dispose();
    }

    [Theory]
    [InlineData(70)] // in the first jobs
    [InlineData(85)] // in later ones
    public async Task A_disk_that_fills_over_night_stops_the_run_safely_and_with_room_it_ends_as_if_nothing_had_been(
        int percent)
    {
        (string[] undisturbed, int useKiB) = await UndisturbedAsync();
        await using SmallDisk disk = await SmallDisk.MountAsync(_program.DataFolder, useKiB * percent / 100);

        ProcessEnd full = await _program.RunAsync("soak", "--all", "--cycles", "2");
        bool halfWritten = State.DirtyJobs().Count > 0; // the disk may be full amid a write
        await disk.RemountAsync("size=64m");
        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(full.ExitCode == (halfWritten ? Dirty : CannotWrite), $"exit {full.ExitCode} {full.Error}");
        Assert.Equal(halfWritten, full.Error.Contains("is half-written", StringComparison.Ordinal));
        Assert.Matches("No space left on device|the disk was full", full.Error); // an append, or a whole file
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(undisturbed, Table(end.Output));
        Assert.All(
            RunSummary.Of(RunLog.Read(RunFolder(), out _)).Course.Benches, bench => Assert.True(bench.OwnImageIsBack));
        Assert.All(["a", "b"], bench => Assert.Null(State.DirtyJob(bench)));
    }

    [Fact]
    public async Task A_log_of_the_run_that_cannot_be_written_stops_every_bench_and_the_run_goes_on_later()
    {
        (string[] undisturbed, _) = await UndisturbedAsync();
        await using RunningProcess soak = _program.Start("soak", "--all", "--cycles", "2");
        bool changed = false;
        await foreach (string line in soak.LinesAsync())
        {
            if (changed || !line.Contains("a  job 1 begins", StringComparison.Ordinal))
                continue;
            _immutable = Path.Combine(RunFolder(), RunLog.FileName);
            (int code, string said) = await ForeignTool.RunAsync("chattr", ToolLimit, "+i", _immutable);
            Assert.SkipUnless(code == 0, $"no file can be made immutable here: {said}");
            changed = true;
        }

        (int stopped, string error) = await soak.EndAsync();
        await ForeignTool.RunAsync("chattr", ToolLimit, "-i", _immutable!);
        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(stopped == CannotWrite, $"exit {stopped} {error}");
        Assert.Contains("run.jsonl cannot be written", error, StringComparison.Ordinal);
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(undisturbed, Table(end.Output));
    }

    [Fact]
    public async Task A_run_that_ends_over_a_half_written_chip_says_so_before_anything_else()
    {
        ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", "AfterSync:block.intent:2")
            .RunAsync("soak", "--bench", "a", "--cycles", "1");
        _program.With("FLASHBENCH_KILL_AT", "");
        Assert.True(killed.ExitCode == 128 + 9, killed.Error);
        _immutable = Directory.GetFiles(RunFolder(), "journal.jsonl", SearchOption.AllDirectories).Single();
        (int code, string said) = await ForeignTool.RunAsync("chattr", ToolLimit, "+i", _immutable);
        Assert.SkipUnless(code == 0, $"no file can be made immutable here: {said}");

        ProcessEnd stopped = await _program.RunAsync("resume");
        await ForeignTool.RunAsync("chattr", ToolLimit, "-i", _immutable);
        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(stopped.ExitCode == Dirty, $"exit {stopped.ExitCode} {stopped.Error}");
        Assert.Contains("the chip of bench a is half-written", stopped.Error, StringComparison.Ordinal);
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Null(State.DirtyJob("a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_results_store_that_cannot_be_used_costs_a_warning_and_can_be_rebuilt(bool isCorrupt)
    {
        string results = Path.Combine(_program.StateFolder, "flashbench", "results");
        if (isCorrupt)
        {
            await _program.RunAsync("soak", "--bench", "b", "--cycles", "1");
            foreach (string file in Directory.GetFiles(results, "*.db*"))
                await File.WriteAllBytesAsync(file, Encoding.ASCII.GetBytes(new string('x', 8192)), Cancel);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(results)!);
            await File.WriteAllTextAsync(results, "no folder", Cancel);
        }

        ProcessEnd end = await _program.RunAsync("soak", "--bench", "a", "--cycles", "1");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Contains("the record is whole, but not yet among the results", end.Error, StringComparison.Ordinal);
        if (!isCorrupt)
            File.Delete(results);
        ProcessEnd rebuilt = await _program.RunAsync("results", "rebuild");
        ProcessEnd list = await _program.RunAsync("results", "list", "--bench", "a", "--json");
        Assert.True(rebuilt.ExitCode == 0, rebuilt.Error);
        Assert.Contains(".a.1", list.Output, StringComparison.Ordinal);
        foreach (string directory in Directory.GetDirectories(RunFolder(), "*.a.*"))
            Assert.Equal(Verdict.Pass, JobDigest.OfFolder(directory).Verdict);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BenchState State => new(Path.Combine(_program.StateFolder, "flashbench"));

    private async Task<(string[] Table, int UseKiB)> UndisturbedAsync()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "2");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        int useKiB = SmallDisk.UseKiB(_program.DataFolder);
        Directory.Delete(_program.StateFolder, recursive: true);
        Directory.Delete(_program.DataFolder, recursive: true);
        return (Table(end.Output), useKiB);
    }

    // Without the times: a boot that was made anew meets the sensor at another moment of its half second.
    private static string[] Table(string output) =>
    [
        .. output.Split('\n').SkipWhile(line => !line.StartsWith("bench  image", StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith("report  ", StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(9))),
    ];

    private string RunFolder() => Directory.GetDirectories(
        Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*").OrderBy(Directory.GetCreationTimeUtc)
        .Last();
}
