using FlashBench.Bench;
using FlashBench.Bench.Journal;

namespace FlashBench.EndToEnd.Tests;

/// <summary>`resume` and `restore` as processes, after a job of their own was killed.</summary>
public sealed class RecoveryVerbTests : IDisposable
{
    private const string AmidTheWrite = "AfterSync:block.intent:3";

    private readonly SmallBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_job_that_was_killed_amid_the_write_gives_its_board_back_by_restore()
    {
        Assert.Null(await _bench.KillCertifyAsync(AmidTheWrite));
        string job = JobName();
        Assert.Equal(job, _bench.State.DirtyJob(SmallBench.Id));
        Assert.NotEqual(SmallBench.Image, _bench.Flash);
        ProcessEnd refused = await _bench.RunAsync("certify", "--keep", "--quiet");

        ProcessEnd end = await _bench.RunAsync("restore", job, "--quiet");

        Assert.Equal(60, refused.ExitCode);
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(SmallBench.Image, _bench.Flash);
        Assert.Null(_bench.State.DirtyJob(SmallBench.Id));
        Assert.EndsWith("-restore", _bench.Directory, StringComparison.Ordinal);
        Assert.Equal(Verdict.Inconclusive, _bench.Verify().Judgement.Verdict);
        Assert.DoesNotContain(_bench.Records, record => record.Data is JournalData.PowerCommand { On: true });
        ProcessEnd late = await _bench.RunAsync("resume", job, "--quiet");
        Assert.True(late.ExitCode == 64, late.Error);
        Assert.Contains("was restored or replaced; run it anew", late.Error, StringComparison.Ordinal);
        Assert.Equal(SmallBench.Image, _bench.Flash);
        ProcessEnd anew = await _bench.RunAsync("certify", "--keep", "--quiet");
        Assert.True(anew.ExitCode == 0, anew.Error + anew.Output);
    }

    [Fact]
    public async Task A_restore_that_is_killed_itself_leaves_the_mark_and_is_made_anew()
    {
        Assert.Null(await _bench.KillCertifyAsync("AfterSync:block.done:4"));
        string job = JobName();

        Assert.Null(await _bench.KillAsync("AfterSync:block.intent:2", "restore", job, "--quiet"));

        Assert.NotNull(_bench.State.DirtyJob(SmallBench.Id));
        ProcessEnd resume = await _bench.RunAsync("resume", job, "--quiet");
        Assert.True(resume.ExitCode == 60, $"exit {resume.ExitCode} {resume.Error}");
        Assert.Equal(60, (await _bench.RunAsync("certify", "--keep", "--quiet")).ExitCode);
        ProcessEnd end = await _bench.RunAsync("restore", job, "--quiet");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(SmallBench.Image, _bench.Flash);
        Assert.Null(_bench.State.DirtyJob(SmallBench.Id));
    }

    [Fact]
    public async Task A_replaced_chip_gets_the_backup_only_for_the_boards_serial()
    {
        Assert.Null(await _bench.KillCertifyAsync(AmidTheWrite, "--dut", "X230-0417"));
        string job = JobName();
        byte[] halfWritten = _bench.Flash;
        _bench.Seat(chipSeed: 9);

        ProcessEnd other = await _bench.RunAsync("restore", job, "--quiet");
        ProcessEnd nameless = await _bench.RunAsync("restore", job, "--quiet", "--to-new-chip");
        ProcessEnd wrong = await _bench.RunAsync(
            "restore", job, "--quiet", "--to-new-chip", "--confirm", "X230-0418");

        Assert.True(other.ExitCode == 65, $"exit {other.ExitCode} {other.Output}");
        Assert.Equal((64, 64), (nameless.ExitCode, wrong.ExitCode));
        Assert.Equal(halfWritten, _bench.Flash);
        Assert.Equal(job, _bench.State.DirtyJob(SmallBench.Id));
        ProcessEnd end = await _bench.RunAsync("restore", job, "--quiet", "--to-new-chip", "--confirm", "X230-0417");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(SmallBench.Image, _bench.Flash);
        Assert.Null(_bench.State.DirtyJob(SmallBench.Id));
        Assert.Contains(_bench.Records, record => record.Data is JournalData.RestoreOf { ToNewChip: true });
    }

    [Theory]
    [InlineData("AfterSync:job.start:1", false)]
    [InlineData("AfterWrite:laboratory:1", false)]
    [InlineData("BeforeWrite:phase.begin:1", false)]
    [InlineData("AfterSync:phase.begin:1", true)]
    [InlineData("AfterSync:block.intent:2", true)]
    public async Task What_the_laboratory_stated_is_in_the_record_or_the_job_does_not_go_on(string point, bool goesOn)
    {
        Assert.Null(await _bench.KillCertifyAsync(point, "--customer", "Example-GmbH"));

        ProcessEnd end = await _bench.RunAsync("resume", "--quiet");

        Assert.True(end.ExitCode == (goesOn ? 0 : 64), $"exit {end.ExitCode} {end.Error}{end.Output}");
        if (goesOn)
        {
            Assert.Equal("Example-GmbH", _bench.Verify().Facts.Laboratory.Customer);
            return;
        }

        Assert.Contains("nothing was begun, run it anew", end.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _bench.CertifyAsync("--customer", "Example-GmbH")).ExitCode);
    }

    [Fact]
    public async Task A_job_whose_record_is_there_is_not_left_waiting_by_a_kill_at_its_very_end()
    {
        Assert.Null(await _bench.KillCertifyAsync("AfterSync:verdict:1"));
        ProcessEnd missing = await _bench.RunAsync("status", JobName());
        ProcessEnd end = await _bench.RunAsync("resume", "--quiet");
        _bench.State.Open(SmallBench.Id, _bench.Directory!); // as a kill leaves it between record and forgetting

        ProcessEnd again = await _bench.RunAsync("resume", "--quiet");

        Assert.Contains("certificate missing", missing.Output, StringComparison.Ordinal);
        Assert.Equal(0, end.ExitCode);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Null(_bench.State.OpenJob(SmallBench.Id));
    }

    private string JobName() => Path.GetFileName(_bench.Directory!);
}
