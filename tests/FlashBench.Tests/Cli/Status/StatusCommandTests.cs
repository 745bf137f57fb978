using System.Text;
using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Cli;
using FlashBench.Tests.Journal;

namespace FlashBench.Tests.Cli.Status;

public sealed class StatusCommandTests : IDisposable
{
    private static readonly JournalData.Decision Pass = SampleJournal.Decided(Verdict.Pass, "L3", "");

    private readonly TemporaryFolder _evidence = new();

    [Fact]
    public async Task Jobs_are_listed_newest_first()
    {
        Write("old", minute: 1, [SampleJournal.Start with { Job = "old", Dut = "A" }]);
        Write("new", minute: 2, [SampleJournal.Start with { Job = "new", Bench = "me11", Dut = "B" }, Pass]);
        _evidence.Write("new/certificate.dsse.json", "{}");
        _evidence.Write("not-a-job/notes.txt", "x");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);

        Assert.Equal(
            "JOB  BENCH  DUT  STANDS AT                       VERDICT\n"
            + "new  me11   B    finished                        PASS (L3)\n"
            + "old  me8    A    no verdict yet: no phase begun\n", run.Output);
    }

    [Fact]
    public async Task A_pass_that_no_certificate_backs_is_named_so()
    {
        Write("j", minute: 1, [SampleJournal.Start, Pass]);

        CommandLineRun list = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);
        CommandLineRun job = await CommandLineRun.OfAsync("status", "j", "--evidence", _evidence.Path);

        Assert.EndsWith("finished   PASS, certificate missing\n", list.Output, StringComparison.Ordinal);
        Assert.Contains("verdict    PASS, certificate missing\n", job.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pass_with_something_behind_it_is_named_damaged()
    {
        Write("j", minute: 1, [SampleJournal.Start, Pass], "more\n");
        _evidence.Write("j/certificate.dsse.json", "{}");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "j", "--evidence", _evidence.Path);

        Assert.Contains("PASS, journal damaged\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("line 3 of the journal is not a journal record", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_end_is_ignored_and_said()
    {
        Write("j", minute: 1, [SampleJournal.Start, SampleJournal.Begin(4, "baseline")], "{\"seq\":1,");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "j", "--evidence", _evidence.Path);

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("stands at  no verdict yet: phase 4 of 9, baseline\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("the last line is torn", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_written_chip_is_the_first_thing_to_read()
    {
        Write("j", minute: 1, [new JournalData.Dirty("write", 1, 1, "")]);

        CommandLineRun run = await CommandLineRun.OfAsync("status", Path.Combine(_evidence.Path, "j"));

        Assert.Contains("DIRTY, chip half-written", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_a_journal_cannot_steer_the_terminal()
    {
        Write("j", minute: 1, [SampleJournal.Decided(Verdict.Fail, "\u001b[32mL3", "\u001b[2J")]);

        CommandLineRun run = await CommandLineRun.OfAsync("status", "j", "--evidence", _evidence.Path);

        Assert.Contains("[2J", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Output, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task Json_is_an_object_a_job()
    {
        Write("j", minute: 1, [new JournalData.Dirty("write", 1, 1, "")], "garbage\n");

        CommandLineRun run = await CommandLineRun.OfAsync("status", "--json", "--evidence", _evidence.Path);

        JsonElement job = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("Dirty", job.GetProperty("stage").GetString());
        Assert.Equal(2, job.GetProperty("damagedLine").GetInt32());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pipe_in_place_of_a_journal_neither_blocks_nor_hides_the_other_jobs()
    {
        Write("good", minute: 1, [SampleJournal.Start]);
        Directory.CreateDirectory(_evidence.At("bad"));
        NamedPipe.Create(_evidence.At("bad/journal.jsonl"));

        CommandLineRun list = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);
        CommandLineRun job = await CommandLineRun.OfAsync("status", "bad", "--evidence", _evidence.Path);

        Assert.Contains("journal cannot be read", list.Output, StringComparison.Ordinal);
        Assert.Contains("SN7", list.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadInput, job.ExitCode);
        Assert.Contains("a pipe or a device", job.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_evidence_folder_that_is_none_is_a_usage_error()
    {
        string file = _evidence.Write("file", "x");

        foreach (string[] args in (string[][])[["--evidence", ""], ["--evidence", file], [""]])
        {
            CommandLineRun run = await CommandLineRun.OfAsync(["status", .. args]);

            Assert.Equal(ExitCodes.Usage, run.ExitCode);
            Assert.Single(run.Error.TrimEnd().Split('\n'));
        }
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

    [Fact]
    public async Task A_chip_whose_backup_was_put_back_is_not_called_half_written_any_more()
    {
        string sha256 = new('a', 64), other = new('b', 64);
        JournalData.JobStart start = SampleJournal.Start;
        JournalData[] Killed(string backup) =>
            [start, new JournalData.Backup(backup, 8, 2, true, 0, 0, true), new JournalData.Dirty("plan", 1, 1, "")];
        Write("killed", minute: 1, Killed(sha256));
        Write("another", minute: 2, Killed(other));
        Write("killed-restore", minute: 3, [start, new JournalData.RestoreOf("killed", sha256, false)]);
        Write("killed-restore-2", minute: 4,
            [start, new JournalData.RestoreOf("killed", sha256, false), SampleJournal.End("restore")]);
        Write("killed-again", minute: 5, Killed(sha256));

        CommandLineRun list = await CommandLineRun.OfAsync("status", "--evidence", _evidence.Path);
        CommandLineRun killed = await CommandLineRun.OfAsync("status", "killed", "--evidence", _evidence.Path);

        Assert.Matches("\nkilled  .* interrupted, and its backup was put back since", list.Output);
        Assert.Matches("\nanother  .* DIRTY", list.Output);
        Assert.Matches("\nkilled-again  .* DIRTY", list.Output);
        Assert.Contains("put back since", killed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("flashbench resume", killed.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _evidence.Dispose();

    private void Write(string job, int minute, JournalData[] records, string tail = "")
    {
        string file = _evidence.Write(
            $"{job}/journal.jsonl", Encoding.UTF8.GetString(SampleJournal.Of(records)) + tail);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, minute, 0, DateTimeKind.Utc));
    }
}
