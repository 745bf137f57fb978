using FlashBench.Bench.Jobs;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>What befalls a regression: a full disk, files that cannot be written, a log that says something else.
/// </summary>
public sealed class RegressFaultTests : RegressLab
{
    private const int CannotWrite = 73, Unavailable = 69, BadInput = 65;

    private static readonly string[] Purism = ["--matrix", "policy=purism"];

    [Theory]
    [InlineData(35)] // in the first cells
    [InlineData(80)] // in later ones
    [InlineData(80, "--bench", "a", "--bench", "b")] // each board's backup too
    public async Task A_disk_that_fills_stops_the_run_safely_and_with_room_it_ends_as_if_nothing_had_been(
        int percent, params string[] more)
    {
        WriteConfig(head: "\"minFreeMiB\": 0,");
        await RunAsync(more);
        string[] undisturbed = Facts(Table(0));
        int sizeKiB = SmallDisk.UseKiB(Program.DataFolder) * percent / 100;
        Directory.Delete(Program.StateFolder, recursive: true);
        Directory.Delete(Program.DataFolder, recursive: true);
        await using SmallDisk disk = await SmallDisk.MountAsync(Program.DataFolder, sizeKiB);

        ProcessEnd full = await RunAsync(more);
        await disk.RemountAsync("size=64m");
        ProcessEnd end = await Program.RunAsync("resume");

        Assert.True(full.ExitCode == CannotWrite, $"exit {full.ExitCode} {full.Error}{full.Output}");
        Assert.Matches("No space left on device|the disk was full", full.Error); // an append, or a whole file
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Single(Directory.GetDirectories(Evidence));
        Assert.Equal(undisturbed, Facts(Table(0)));
        Assert.All(Table(0).Benches, bench => Assert.True(bench.OwnImageIsBack));
        var state = new BenchState(Path.Combine(Program.StateFolder, "flashbench"));
        Assert.All(["a", "b", "virtual-me8"], bench => Assert.Null(state.DirtyJob(bench)));
    }

    [Fact]
    public async Task A_run_whose_files_cannot_be_written_has_not_ended_and_resume_writes_them()
    {
        await using RunningProcess run = Program.Start(["regress", "--images", "images", .. Purism]);
        await foreach (string line in run.LinesAsync())
        {
            if (line.StartsWith("regress REGRESS-", StringComparison.Ordinal))
                Directory.CreateDirectory(Path.Combine(FolderOf(0), "results.csv", "in the way"));
        }

        (int code, string error) = await run.EndAsync();
        bool ended = Table(0).IsEnded;
        Directory.Delete(Path.Combine(FolderOf(0), "results.csv"), recursive: true);
        ProcessEnd resumed = await Program.RunAsync("resume");

        Assert.True(code == CannotWrite, $"exit {code} {error}");
        Assert.Contains("results.csv could not be written", error, StringComparison.Ordinal);
        Assert.False(ended);
        Assert.True(resumed.ExitCode == 0, resumed.Error + resumed.Output);
        Assert.True(Table(0).IsEnded);
        Assert.All(
            ["matrix.html", "junit.xml", "results.tap", "results.csv"],
            file => Assert.True(new FileInfo(Path.Combine(FolderOf(0), file)).Length > 0, file));
    }

    [Theory]
    [InlineData("nowhere/known.json")]
    [InlineData("images")] // a folder
    public async Task A_baseline_that_cannot_be_written_is_refused_before_anything_is_run(string file)
    {
        ProcessEnd end = await RunAsync("--write-baseline", file);

        Assert.Equal(CannotWrite, end.ExitCode);
        Assert.False(Directory.Exists(Evidence));
    }

    [Fact]
    public async Task A_bench_in_use_is_named_and_no_folder_is_left()
    {
        await using RunningProcess first = Program.Start(
            ["regress", "--images", "images", "--bench", "a", "--repeat", "40", .. Purism]);
        await foreach (string line in first.LinesAsync())
        {
            if (line.StartsWith("regress REGRESS-", StringComparison.Ordinal))
                break;
        }

        ProcessEnd second = await RunAsync("--bench", "a");
        await first.SignalAsync("TERM");
        await first.EndAsync();

        Assert.Equal(Unavailable, second.ExitCode);
        Assert.Contains("bench a is in use by PID", second.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(Evidence));
    }

    [Fact]
    public async Task A_run_of_named_benches_with_nothing_left_to_run_plays_no_virtual_boards_when_it_goes_on()
    {
        string[] onBench = [.. Purism, "--bench", "a"];
        await RunAsync(onBench);
        await RunAsync(onBench);
        string folder = FolderOf(1), log = Path.Combine(folder, RunLog.FileName);
        string[] lines = await File.ReadAllLinesAsync(log, Cancel);
        await File.WriteAllTextAsync(log, string.Join('\n', lines[..^1]) + "\n", Cancel); // killed before the end

        ProcessEnd end = await Program.RunAsync("resume", folder);

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.True(Table(1).IsEnded);
        Assert.All(Table(1).Cells, cell => Assert.Equal(("a", RunOf(0)), (cell.Bench, cell.Run)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(10_000)] // many images
    public async Task A_run_that_was_killed_before_its_first_line_stands_in_nobodys_way(int bytes)
    {
        await Program.With("FLASHBENCH_KILL_AT", "AfterSync:job.start:1")
            .RunAsync(["regress", "--images", "images", .. Purism]);
        string empty = Path.Combine(Evidence, "REGRESS-20260101-000000");
        Directory.CreateDirectory(empty);
        await File.WriteAllTextAsync(Path.Combine(empty, RunLog.FileName), new string('{', bytes), Cancel);

        ProcessEnd end = await Program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");
        ProcessEnd next = await RunAsync(Purism);

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.True(next.ExitCode == 0, next.Error + next.Output);
    }

    [Fact]
    public async Task A_log_that_says_of_a_job_what_its_journal_does_not_say_is_gone_on_with_by_nobody()
    {
        await Program.With("DOTNET_PROCESSOR_COUNT", "1").With("FLASHBENCH_KILL_AT", "AfterSync:job.start:2")
            .RunAsync("regress", "--images", "images");
        string log = Path.Combine(FolderOf(0), RunLog.FileName);
        string text = await File.ReadAllTextAsync(log, Cancel);
        Assert.Contains("\"verdict\":\"Pass\"", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            log, text.Replace("\"verdict\":\"Pass\"", "\"verdict\":\"Fail\"", StringComparison.Ordinal), Cancel);
        ProcessEnd end = await Program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.Equal(BadInput, end.ExitCode);
        Assert.Contains("what its journal does not say", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_stops_over_a_half_written_chip_says_so_before_anything_else()
    {
        await Program.With("FLASHBENCH_KILL_AT", "AfterSync:block.intent:2").RunAsync(
            "regress", "--images", "images", "--bench", "a", "--matrix", "policy=purism");
        Program.With("FLASHBENCH_KILL_AT", "");
        string journal = Directory.GetFiles(FolderOf(0), "journal.jsonl", SearchOption.AllDirectories).Single();
        (int code, string said) = await ForeignTool.RunAsync("chattr", Program.Limit, "+i", journal);
        Assert.SkipUnless(code == 0, $"no file can be made immutable here: {said}");

        ProcessEnd stopped = await Program.RunAsync("resume");
        await ForeignTool.RunAsync("chattr", Program.Limit, "-i", journal);
        ProcessEnd end = await Program.RunAsync("resume");

        Assert.True(stopped.ExitCode == 60, $"exit {stopped.ExitCode} {stopped.Error}");
        Assert.Contains("the chip of bench a is half-written", stopped.Error, StringComparison.Ordinal);
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.All(RunCourse.Of(RunLog.Read(FolderOf(0), out _)).Benches, bench => Assert.True(bench.OwnImageIsBack));
    }

    [Fact]
    public async Task Another_build_examines_nothing_and_gives_the_boards_their_own_images_back()
    {
        await Program.With("FLASHBENCH_KILL_AT", "AfterSync:verdict:1").RunAsync(
            "regress", "--images", "images", "--bench", "a", "--matrix", "policy=purism");
        string log = Path.Combine(FolderOf(0), RunLog.FileName);
        string text = await File.ReadAllTextAsync(log, Cancel);
        string build = ((RunEvent.Started)RunLog.Read(FolderOf(0), out _)[0]).Regress!.Build;
        await File.WriteAllTextAsync(
            log, text.Replace(build, new string('0', 64), StringComparison.Ordinal), Cancel);

        ProcessEnd end = await Program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.True(end.ExitCode == 50, end.Error + end.Output);
        Assert.Contains("begun by another build", OneLine(end.Output), StringComparison.Ordinal);
        RunCourse course = RunCourse.Of(RunLog.Read(FolderOf(0), out _));
        Assert.True(course.IsEnded);
        Assert.All(course.Benches, bench => Assert.True(bench.IsChanged && bench.OwnImageIsBack));
        Assert.All(Table(0).Cells, cell => Assert.Equal((CellOutcome.Error, 0), (cell.Outcome, cell.Jobs.Length)));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
