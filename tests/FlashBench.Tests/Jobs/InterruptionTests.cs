using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>Ctrl-C and a full disk, in every phase: known exit code, safe board, no PASS.</summary>
public sealed class InterruptionTests
{
    [Theory]
    [InlineData("identify", 130)]
    [InlineData("backup", 130)]
    [InlineData("audit", 75)]
    [InlineData("baseline", 75)]
    [InlineData("plan", 75)]
    [InlineData("write", 75)]
    [InlineData("watch", 75)]
    [InlineData("re-read", 75)]
    public void Ctrl_C_at_the_start_of_a_phase_stops_the_job_in_a_known_state(string phase, int code)
    {
        using JobBench bench = StoppedJobs.AtPhase(phase);

        (int actual, JobResult result) = bench.Run();

        Assert.Equal((code, Verdict.Aborted), (actual, result.Judgement.Verdict));
        Assert.False(result.Dirty);
        Assert.Equal(Verdict.Aborted, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void Ctrl_C_while_the_record_is_made_comes_too_late_and_changes_nothing()
    {
        using JobBench bench = StoppedJobs.AtPhase("certify");

        Assert.Equal(0, bench.Run().ExitCode);
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void Ctrl_C_between_two_blocks_of_the_write_leaves_the_board_dirty_and_marked()
    {
        using JobBench bench = StoppedJobs.BehindBlock(3);

        (int code, JobResult result) = bench.Run();

        Assert.Equal((60, true), (code, result.Dirty));
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
        Assert.Equal(1, bench.Records.Count(record => record.Data is JournalData.BootBegin)); // the baseline only
    }

    [Theory]
    [InlineData("watch", 130)]
    [InlineData("re-read", 130)]
    public void Ctrl_C_after_a_control_was_written_still_puts_the_backup_back(string phase, int code)
    {
        using JobBench bench = StoppedJobs.AtPhase(phase, NegativeControl.DamagedManifest);

        (int actual, JobResult result) = bench.Run();

        Assert.Equal((code, false, false), (actual, result.Dirty, result.CanGoOn)); // `resume` has nothing to do
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
        Assert.Contains(
            bench.Records, record => record.Data is JournalData.PhaseEnd { Name: "restore", Verdict: Verdict.Pass });
    }

    [Fact]
    public void A_control_s_board_stays_marked_from_the_write_until_its_backup_is_back()
    {
        JobBench? running = null;
        var marks = new Dictionary<string, string?>();
        using var bench = running = new JobBench
        {
            Control = NegativeControl.DamagedManifest,
            Watch = (happened, _, _) =>
            {
                if (happened is JobEvent.PhaseStarted started)
                    marks[started.Name] = running!.State.DirtyJob("me8");
            },
        };

        bench.Run();

        Assert.All(marks, mark => Assert.Equal(
            mark.Key is "watch" or "re-read" or "restore" ? "FBJ-TEST" : null, mark.Value));
        Assert.Equal(10, marks.Count);
    }

    [Fact]
    public void A_control_that_cannot_be_put_back_leaves_the_board_dirty()
    {
        using var bench = new JobBench
        {
            Control = NegativeControl.DamagedManifest,
            Watch = (happened, b, stop) =>
            {
                if (happened is JobEvent.PhaseStarted { Name: "watch" })
                    stop();
                if (happened is JobEvent.Note { Text: "whole read: restore" })
                    b.Chip.FlipBit(0x7F_0000, 1);
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((60, true), (code, result.Dirty));
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
        Assert.True(File.Exists(Path.Combine(bench.Directory, "certificate.dsse.json")));
    }

    [Fact]
    public void A_write_that_does_not_read_back_fails_and_keeps_its_mark()
    {
        using var bench = new JobBench
        {
            Watch = (happened, b, _) =>
            {
                if (happened is JobEvent.Note { Text: "whole read: verify" })
                    b.Chip.FlipBit(0x7F_0000, 1);
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((30, Verdict.Fail), (code, result.Judgement.Verdict));
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
        using var next = new JobBench();
        next.State.MarkDirty("me8", "FBJ-TEST");
        Assert.Equal(60, next.Run().ExitCode);
    }

    [Theory]
    [InlineData("job.start", 1)]
    [InlineData("backup", 1)]
    [InlineData("audit", 1)]
    [InlineData("power.samples", 4)]
    [InlineData("console.chunk", 5)]
    [InlineData("plan", 1)]
    [InlineData("block.intent", 2)]
    [InlineData("clean", 1)]
    [InlineData("boot.end", 3)]
    [InlineData("verdict", 1)]
    public void A_disk_that_fills_up_during_the_journal_never_ends_in_a_pass(string type, int count)
    {
        int seen = 0;
        using var bench = new JobBench
        {
            Probe = (moment, written) =>
            {
                if (moment == JournalMoment.BeforeWrite && written == type && ++seen == count)
                    throw new IOException("No space left on device");
            },
        };

        Assert.Throws<JournalWriteException>(() => bench.Run());

        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.Decision);
        Assert.False(File.Exists(Path.Combine(bench.Directory, "certificate.dsse.json")));
        Assert.Equal(0, bench.Contentions);
    }

    [Fact]
    public void A_report_that_cannot_be_written_leaves_no_certificate()
    {
        JobBench? running = null;
        using var bench = new JobBench
        {
            Probe = (moment, type) =>
            {
                if (moment == JournalMoment.AfterSync && type == "verdict")
                    Directory.CreateDirectory(Path.Combine(running!.Directory, "report.html", "in the way"));
            },
        };
        running = bench;

        Assert.Throws<JournalWriteException>(() => bench.Run());

        Assert.False(File.Exists(Path.Combine(bench.Directory, "certificate.dsse.json")));
    }
}
