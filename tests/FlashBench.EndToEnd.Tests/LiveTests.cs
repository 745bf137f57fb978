using System.Text.RegularExpressions;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Live;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Whoever looks on at a run, and however slowly, its benches go on; and everybody sees the same.</summary>
public sealed partial class LiveTests : IDisposable
{
    private static readonly string[] Long = ["soak", "--all", "--cycles", "8"];

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(3) };

    public LiveTests() => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"), """
        { "version": 1, "benches": [
          { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
          { "id": "b", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9 } } ] }
        """);

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_reader_that_never_reads_stops_no_bench_and_keeps_none()
    {
        await using RunningProcess soak = _program.Start([.. Long, "--json"]);

        RunSummary summary = await EndOfRunAsync();
        string events = EventsPath;

        Assert.All(summary.Rows, row => Assert.Equal(8, row.Jobs));
        ProcessEnd status = await _program.RunAsync("status");
        Assert.Contains("ended", status.Output, StringComparison.Ordinal);
        ProcessEnd next = await _program.RunAsync("soak", "--bench", "a", "--cycles", "1");
        Assert.True(next.ExitCode == 0, next.Error); // the benches are free, although it still has something to say
        Assert.False(soak.HasEnded);
        int lines = 0;
        await foreach (string line in soak.LinesAsync())
            lines += line.StartsWith("{\"event\":", StringComparison.Ordinal) ? 1 : 1000;
        Assert.Equal(File.ReadLines(events).Count() + 1, lines); // a reader that wakes up misses nothing
        Assert.Equal(0, (await soak.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_reader_that_goes_away_stops_no_bench()
    {
        await using RunningProcess soak = _program.Start([.. Long, "--json"]);
        await foreach (string _ in soak.LinesAsync())
            break;

        soak.CloseOutput();

        (int code, string error) = await soak.EndAsync();
        Assert.True(code == 0, error);
        Assert.True((await EndOfRunAsync()).Course.IsEnded);
    }

    [Fact]
    public async Task A_second_process_sees_every_event_that_the_first_one_said_and_the_end()
    {
        await using RunningProcess soak = _program.Start("soak", "--all", "--cycles", "4");
        List<string> said = [];
        Task<ProcessEnd>? follower = null;
        await foreach (string line in soak.LinesAsync())
        {
            said.Add(line);
            follower ??= line == "a  job 1 begins, cycle 1" ? _program.RunAsync("status", "--follow", RunId) : null;
        }

        ProcessEnd followed = await follower!;

        Assert.True(followed.ExitCode == 0, followed.Error);
        Assert.Equal(
            said.SkipWhile(line => line != "a  job 1 begins, cycle 1"),
            followed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_reader_that_comes_late_gets_the_same_lines_as_the_first_one()
    {
        ProcessEnd soak = await _program.RunAsync("soak", "--all", "--cycles", "2", "--json");

        ProcessEnd late = await _program.RunAsync("status", "--follow", RunId, "--json");

        Assert.Equal((soak.ExitCode, 0), (0, late.ExitCode));
        Assert.Equal(soak.Output, late.Output);
        File.Delete(EventsPath);
        ProcessEnd derived = await _program.RunAsync("status", "--follow", RunId, "--json");
        Assert.Equal(0, derived.ExitCode);
        Assert.Equal(
            RunLog.Read(Path.GetDirectoryName(EventsPath)!, out _).Count + 1,
            derived.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_reader_that_comes_when_the_events_were_deleted_follows_the_log_of_the_run_to_its_end()
    {
        await using RunningProcess soak = _program.Start([.. Long]);
        Task<ProcessEnd>? follower = null;
        await foreach (string line in soak.LinesAsync())
        {
            if (follower is not null || line != "a  job 1 begins, cycle 1")
                continue;
            File.Delete(EventsPath);
            follower = _program.RunAsync("status", "--follow", RunId);
        }

        ProcessEnd followed = await follower!;

        Assert.True(followed.ExitCode == 0, followed.Error);
        Assert.Contains("a  job 8 begins, cycle 8", followed.Output, StringComparison.Ordinal);
        Assert.Contains("b  its own image is back", followed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AfterSync:verdict:1")]
    [InlineData("disk:40")]
    public async Task A_run_that_was_killed_and_went_on_has_one_stream_without_a_hole(string point)
    {
        await _program.With("FLASHBENCH_KILL_AT", point).RunAsync("soak", "--all", "--cycles", "2");
        ProcessEnd seen = await _program.With("FLASHBENCH_KILL_AT", "").RunAsync("status", "--follow", RunId);
        Assert.Equal(75, seen.ExitCode);
        Assert.Contains("`flashbench resume SOAK-", seen.Error, StringComparison.Ordinal);

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 0, end.Error);
        using var tail = new EventTail(Path.GetDirectoryName(EventsPath)!);
        List<string> lines = [];
        tail.Read((happened, _) => lines.AddRange(happened is LiveEvent.RunLine line ? [line.Line.ToJson()] : []));
        Assert.Equal(0, tail.Lost);
        Assert.Equal(RunLog.Read(Path.GetDirectoryName(EventsPath)!, out _).Select(line => line.ToJson()), lines);
    }

    [Fact]
    public async Task On_a_terminal_a_row_for_each_bench_is_drawn_at_its_size()
    {
        ProcessEnd end = await OnTerminalAsync("resize", "xterm", "soak", "--all", "--cycles", "8");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        string plain = Colors().Replace(end.Output, "");
        Assert.Contains("  BENCH JOB PHASE ", plain, StringComparison.Ordinal);
        Assert.Contains("  BENCH BOARD ", plain, StringComparison.Ordinal); // wider now
        Assert.Contains("\u001B[2J", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001B[?25l", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("31m", end.Output, StringComparison.Ordinal); // nothing needs hands
        string last = end.Output[end.Output.LastIndexOf("  ended", StringComparison.Ordinal)..];
        Assert.Contains("report  ", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_hangs_stops_no_bench()
    {
        ProcessEnd end = await OnTerminalAsync("stall", "xterm", Long);

        Assert.Contains("<ended meanwhile>", end.Output, StringComparison.Ordinal);
        Assert.True(end.ExitCode == 0, end.Error);
    }

    [Fact]
    public async Task A_terminal_that_is_closed_stops_no_bench()
    {
        await OnTerminalAsync("hangup", "xterm", Long);

        Assert.True((await EndOfRunAsync()).Course.IsEnded);
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_terminal_as_it_was()
    {
        ProcessEnd end = await OnTerminalAsync("interrupt", "xterm", "soak", "--all", "--cycles", "500");

        bool amidWrite = end.Output.Contains(" is half-written", StringComparison.Ordinal);
        Assert.Equal(amidWrite ? 60 : 75, end.ExitCode);
        Assert.DoesNotContain("\u001B[?25l", end.Output, StringComparison.Ordinal); // the cursor was never hidden
        Assert.DoesNotContain("\u001B[?1049h", end.Output, StringComparison.Ordinal); // nor the screen changed
        Assert.EndsWith("goes on from here.", end.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dumb", "soak", "--all", "--cycles", "1")]
    [InlineData("xterm", "soak", "--all", "--cycles", "1", "--quiet")]
    public async Task What_cannot_or_shall_not_be_redrawn_is_not(string terminal, params string[] args)
    {
        ProcessEnd end = await OnTerminalAsync("plain", terminal, args);

        Assert.True(end.ExitCode == 0, end.Error);
        Assert.DoesNotContain("\u001B[K", end.Output, StringComparison.Ordinal);
        Assert.Equal(terminal == "dumb", end.Output.Contains("a  job 1 begins", StringComparison.Ordinal));
    }

    private string RunFolder => Directory.GetDirectories(
        Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*").Order().First();

    private string RunId => Path.GetFileName(RunFolder);

    private string EventsPath => Path.Combine(RunFolder, EventFeed.FileName);

    private Task<ProcessEnd> OnTerminalAsync(string mode, string terminal, params string[] args)
    {
        Assert.SkipUnless(File.Exists(TerminalRun.Python), "python3 is not installed");
        return TerminalRun.OfAsync(_program, mode, terminal, args);
    }

    private async Task<RunSummary> EndOfRunAsync()
    {
        while (true)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            if (!Directory.Exists(Path.Combine(_program.DataFolder, "flashbench", "evidence")))
                continue;
            try
            {
                RunSummary summary = RunSummary.Of(RunLog.Read(RunFolder, out _));
                if (summary.Course.IsEnded)
                    return summary;
            }
            catch (EvidenceException)
            {
                // Its first line is being written.
            }
        }
    }

    [GeneratedRegex(@"\x1B\[[0-9;]*m")]
    private static partial Regex Colors();
}
