using System.Text.Json;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli.Status;

public sealed class StatusCommandTests : IDisposable
{
    private readonly TemporaryFolder _evidence = new();

    [Fact]
    public async Task Jobs_are_listed_newest_first()
    {
        Write("old", minute: 1, Line(0, "job.start", """{"job":"old","bench":"me8","dut":"A","simulated":true}"""));
        Write("new", minute: 2, Line(0, "job.start", """{"job":"new","bench":"me11","dut":"B","simulated":true}""")
            + Line(1, "verdict", """{"verdict":"Pass","level":"L3","reason":""}"""));
        _evidence.Write("not-a-job/notes.txt", "x");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);

        Assert.Equal(
            "JOB  BENCH  DUT  STANDS AT                       VERDICT\n"
            + "new  me11   B    finished                        PASS (L3)\n"
            + "old  me8    A    no verdict yet: no phase begun\n", run.Output);
    }

    [Fact]
    public async Task A_torn_end_is_ignored_and_said()
    {
        Write("j", minute: 1, Line(0, "phase.begin", """{"number":4,"count":9,"name":"baseline"}""") + "{\"seq\":1,");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "j", "--evidence", _evidence.Path);

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("stands at  no verdict yet: phase 4 of 9, baseline\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("the last line is torn", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_written_chip_is_the_first_thing_to_read()
    {
        Write("j", minute: 1, Line(0, "dirty", "{}"));

        CommandLineRun run = await CommandLineRun.OfAsync("status", Path.Combine(_evidence.Path, "j"));

        Assert.Contains("DIRTY, chip half-written", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_a_journal_cannot_steer_the_terminal()
    {
        Write("j", minute: 1, Line(0, "verdict", """{"verdict":"\u001b[32mPASS","level":"","reason":"\u001b[2J"}"""));

        CommandLineRun run = await CommandLineRun.OfAsync("status", "j", "--evidence", _evidence.Path);

        Assert.DoesNotContain(run.Output, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task Json_is_an_object_a_job()
    {
        Write("j", minute: 1, Line(0, "dirty", "{}") + "garbage\n");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "--json", "--evidence", _evidence.Path);

        JsonElement job = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("Dirty", job.GetProperty("stage").GetString());
        Assert.Equal(2, job.GetProperty("damagedLine").GetInt32());
    }

    [Fact]
    public async Task No_jobs_is_no_error()
    {
        string folder = Path.Combine(_evidence.Path, "not-yet");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "--evidence", folder);

        Assert.Equal(new CommandLineRun(0, $"No jobs in {folder} yet.\n", ""), run);
    }

    [Fact]
    public async Task An_unknown_job_is_a_usage_error()
    {
        CommandLineRun run = await CommandLineRun.OfAsync("status", "nope", "--evidence", _evidence.Path);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.StartsWith("flashbench: no job \"nope\"", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _evidence.Dispose();

    private static string Line(int seq, string type, string data) =>
        $$"""{"seq":{{seq}},"type":"{{type}}","data":{{data}}}""" + "\n";

    private void Write(string job, int minute, string journal)
    {
        string file = _evidence.Write($"{job}/journal.jsonl", journal);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, minute, 0, DateTimeKind.Utc));
    }
}
