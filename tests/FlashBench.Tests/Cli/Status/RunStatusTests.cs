using System.Text;
using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli;
using FlashBench.Tests.Journal;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Cli.Status;

/// <summary>`status` of runs.</summary>
public sealed class RunStatusTests : IDisposable
{
    private readonly TemporaryFolder _evidence = new();

    public void Dispose() => _evidence.Dispose();

    [Fact]
    public async Task Runs_stand_above_the_jobs_that_belong_to_none()
    {
        Write("SOAK-1", [.. RunScript.Whole()]);
        Write("SOAK-2", RunScript.Start() with { Run = "SOAK-2" }, RunScript.Begin("a", 1, 1), RunScript.End("a", 1),
            RunScript.Begin("b", 1, 1), RunScript.End("b", 1, Verdict.Fail));
        File.SetLastWriteTimeUtc(_evidence.At("SOAK-1/run.jsonl"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _evidence.Write("FBJ-1/journal.jsonl", Journal([SampleJournal.Start]));

        CommandLineRun run = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);

        Assert.Equal(
            """
            RUN     BENCHES  JOBS  PASS  FAIL  ELSE  STANDS AT
            SOAK-2  2        2/4   1     1     0     interrupted
            SOAK-1  2        1/4   1     0     0     ended, NEEDS HANDS
            `flashbench resume SOAK-2` goes on with it

            """.Split('\n'), run.Output.Split('\n')[..5]);
        Assert.Contains("\nFBJ-1  ", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task A_run_says_how_it_goes_on_and_its_jobs_are_found_by_their_ids()
    {
        Write("SOAK-1", RunScript.Start(), RunScript.Begin("a", 1, 1));
        _evidence.Write("SOAK-1/SOAK-1.a.1/journal.jsonl", Journal(
            [SampleJournal.Start with { Job = "SOAK-1.a.1", Bench = "a" }]));

        CommandLineRun run = await CommandLineRun.OfAsync("status", "SOAK-1", "--evidence", _evidence.Path);
        CommandLineRun job = await CommandLineRun.OfAsync("status", "SOAK-1.a.1", "--evidence", _evidence.Path);
        CommandLineRun none = await CommandLineRun.OfAsync("status", "SOAK-1.a.2", "--evidence", _evidence.Path);

        Assert.Contains("`flashbench resume SOAK-1` goes on", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("job        SOAK-1.a.1\n", job.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, none.ExitCode);
    }

    [Fact]
    public async Task For_programs_a_run_is_one_line()
    {
        Write("SOAK-1", [.. RunScript.Whole()]);

        foreach (string[] name in (string[][])[[], ["SOAK-1"]])
        {
            CommandLineRun run = await CommandLineRun.OfAsync(
                ["status", .. name, "--json", "--evidence", _evidence.Path]);
            JsonElement line = JsonDocument.Parse(Assert.Single(run.Output.TrimEnd().Split('\n'))).RootElement;
            Assert.Equal("run.status", line.GetProperty("event").GetString());
            Assert.Equal("ended", line.GetProperty("state").GetString());
            Assert.Equal(4, line.GetProperty("planned").GetInt32());
            Assert.Equal(1, line.GetProperty("pass").GetInt32());
            Assert.Equal("b", Assert.Single(line.GetProperty("needHands").EnumerateArray()).GetString());
        }
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_is_said_and_hides_no_other_run()
    {
        Write("SOAK-1", [.. RunScript.Whole()]);
        _evidence.Write("SOAK-2/run.jsonl", "junk\n");

        CommandLineRun list = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);
        CommandLineRun one = await CommandLineRun.OfAsync("status", "SOAK-2", "--evidence", _evidence.Path);
        CommandLineRun follow = await CommandLineRun.OfAsync(
            "status", "--follow", "SOAK-2", "--evidence", _evidence.Path);

        Assert.Contains("its log cannot be read", list.Output, StringComparison.Ordinal);
        Assert.Contains("SOAK-1 ", list.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.BadInput, ExitCodes.BadInput), (one.ExitCode, follow.ExitCode));
    }

    [Fact]
    public async Task A_job_is_followed_by_its_journal_to_its_end()
    {
        _evidence.Write("FBJ-1/journal.jsonl", Journal(
            [SampleJournal.Start, SampleJournal.Begin(1, "identify"), SampleJournal.Decided(Verdict.Pass, "L3", "")]));

        CommandLineRun text = await CommandLineRun.OfAsync(
            "status", "--follow", "FBJ-1", "--evidence", _evidence.Path);
        CommandLineRun json = await CommandLineRun.OfAsync(
            "status", "--follow", "FBJ-1", "--json", "--evidence", _evidence.Path);

        Assert.Equal((0, "[1/9] identify\nPASS\n"), (text.ExitCode, text.Output));
        Assert.Equal(
            ["run.open", "row.open", "job.begin", "phase.begin", "job.end", "run.end"],
            json.Output.TrimEnd().Split('\n').Select(
                line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()));
    }

    private static string Journal(JournalData[] records) => Encoding.UTF8.GetString(SampleJournal.Of(records));

    private void Write(string run, params RunEvent[] events)
    {
        Directory.CreateDirectory(_evidence.At(run));
        using RunLog log = RunLog.Create(_evidence.At(run));
        foreach (RunEvent happened in events)
            log.Append(happened);
    }
}
