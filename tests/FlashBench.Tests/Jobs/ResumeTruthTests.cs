using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Bench.Watch;
using FlashBench.Firmware.Neutralization;
using FlashBench.Simulation.Board;

namespace FlashBench.Tests.Jobs;

/// <summary>Going on takes nothing back: what the board had shown stays, and another board is not touched.</summary>
public sealed class ResumeTruthTests
{
    [Theory]
    [InlineData(600, BootClass.VendorTimer)]
    [InlineData(1790, BootClass.WatchdogConsistent)]
    public void A_board_that_died_before_the_kill_stays_dead(int seconds, BootClass kind)
    {
        bool first = true;
        using var bench = new JobBench
        {
            Arrange = board => board.Faults.PowerOff = first
                ? new BoardPowerOff(new BootMoment(2, TimeSpan.FromSeconds(seconds)), Announced: false)
                : null,
        };
        Assert.True(bench.RunUntilKilled("boot.end", 2, JournalMoment.BeforeWrite));
        first = false;

        (int code, JobResult result) = bench.Resume();

        Assert.Equal((30, Verdict.Fail), (code, result.Judgement.Verdict));
        Assert.Equal(kind, bench.Verify().Facts.Boots[^1].Class);
        Assert.Equal(2, bench.Records.Count(record => record.Data is JournalData.BootBegin));
    }

    [Fact]
    public void A_loss_of_power_is_on_disk_within_a_second_of_its_sample()
    {
        using var bench = new JobBench
        {
            Arrange = board => board.Faults.PowerOff =
                new BoardPowerOff(new BootMoment(2, TimeSpan.FromSeconds(1790)), Announced: false),
        };
        bench.Run();

        BootObservation dead = bench.Verify().Facts.Boots[^1];
        long kept = bench.Records.Last(record => record.Data is JournalData.PowerSamples samples && samples.Boot == 2
            && record.Time.MonoUs < dead.PowerLostUs + 4_000_000).Time.MonoUs;

        Assert.InRange(kept - dead.PowerLostUs!.Value, 0, 1_000_000);
    }

    [Fact]
    public void A_board_that_restarted_before_the_kill_stays_failed()
    {
        bool first = true;
        using var bench = new JobBench
        {
            Arrange = board => board.Faults.Reset = first
                ? new BoardReset(new BootMoment(3, TimeSpan.FromSeconds(1200)), RailBlip: false)
                : null,
        };
        Assert.True(bench.RunUntilKilled("boot.end", 3, JournalMoment.BeforeWrite));
        first = false;

        Assert.Equal(30, bench.Resume().ExitCode);
        Assert.Equal(BootClass.Reset, bench.Verify().Facts.Boots[^1].Class);
    }

    [Theory]
    [InlineData("power.samples", 42)]
    [InlineData("boot.end", 2)]
    public void An_engine_that_was_seen_running_on_before_the_kill_is_not_forgotten(string type, int occurrence)
    {
        bool first = true;
        using var bench = new JobBench
        {
            Arrange = board => board.Faults.InvalidProcessor = first ? 2 : null,
        };
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.BeforeWrite));
        first = false;

        (int code, JobResult result) = bench.Resume();

        Assert.Equal((30, Verdict.Fail), (code, result.Judgement.Verdict));
        Assert.Equal(Verdict.Fail, bench.Verify().Judgement.Verdict);
        Assert.Equal(Verdict.Fail, result.Judgement.Checks.Single(check => check.Id == "C1").Outcome);
    }

    // By me-cleaner the firmware's words fail C2 on every boot; one that was cut off before them says no more.
    [Theory]
    [InlineData("power.samples", 35, 2)]
    [InlineData("boot.begin", 3, 3)]
    [InlineData("power.samples", 65, 3)] // the first, before any console
    [InlineData("power.samples", 80, 3)]
    public void A_boot_that_was_cut_off_takes_nothing_from_what_a_lesser_policy_claims(
        string type, int occurrence, int boot)
    {
        using var bench = new JobBench { Policy = NeutralizationPolicy.MeCleaner };
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.AfterSync));

        JobResult result = bench.Resume().Result;

        JobFacts facts = bench.Verify().Facts;
        Assert.Equal([boot], facts.Resumes.Single().RestartedBoots);
        Assert.Equal("A6 C1 C2", JobDigest.Of(facts, result.Judgement).OpenChecks);
        Assert.True(JobDigest.Of(facts, result.Judgement).HoldsClaims);
    }

    [Theory]
    [InlineData(false, "A6 C1 C2")]
    [InlineData(true, "A6 C1 C2 D1 D2")]
    public void Words_of_another_state_in_a_boot_that_was_cut_off_are_not_forgotten(bool other, string open)
    {
        bool first = true;
        using var bench = new JobBench
        {
            Policy = NeutralizationPolicy.MeCleaner,
            Arrange = board =>
            {
                board.Faults.MeSoftDisabled = other && first ? 3 : null;
                board.Faults.MissingSamples.Add(new BootWindow(3, TimeSpan.Zero, TimeSpan.FromHours(1))); // words only
            },
        };
        Assert.True(bench.RunUntilKilled("power.samples", 80, JournalMoment.AfterSync));
        first = false;

        JobResult result = bench.Resume().Result;

        JobDigest digest = JobDigest.Of(bench.Verify().Facts, result.Judgement);
        Assert.Equal((open, !other), (digest.OpenChecks, digest.HoldsClaims));
    }

    [Fact]
    public void A_board_that_fell_silent_before_its_operator_stopped_the_job_does_not_pass_by_going_on()
    {
        bool first = true;
        using var bench = new JobBench
        {
            Arrange = board => board.Faults.ConsoleSilent =
                first ? new BootMoment(2, TimeSpan.FromSeconds(900)) : null,
            Watch = (happened, _, stop) =>
            {
                if (first && happened is JobEvent.Progress { Phase: "watch", Done: > 1000 })
                    stop();
            },
        };
        Assert.Equal(75, bench.Run().ExitCode);
        first = false;

        (int code, JobResult result) = bench.Resume();

        Assert.Equal((20, Verdict.Inconclusive), (code, result.Judgement.Verdict));
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("baseline")]
    [InlineData("write")]
    [InlineData("watch")]
    [InlineData("re-read")]
    public void A_job_that_its_operator_stopped_goes_on_and_passes(string phase)
    {
        using JobBench bench = StoppedJobs.AtPhase(phase);
        Assert.Equal(75, bench.Run().ExitCode);

        (int code, JobResult result) = bench.Resume();

        Assert.Equal((0, Verdict.Pass), (code, result.Judgement.Verdict));
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void A_job_that_was_stopped_amid_the_write_goes_on_to_a_clean_board()
    {
        using JobBench bench = StoppedJobs.BehindBlock(3);
        Assert.Equal(60, bench.Run().ExitCode);

        Assert.Equal(0, bench.Resume().ExitCode);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    [Theory]
    [InlineData("write", "block.done", 2)]
    [InlineData("watch", "power.samples", 40)]
    public void Another_chip_is_refused_untouched_and_the_right_one_goes_on(string phase, string type, int occurrence)
    {
        bool swapped = false;
        using var bench = new JobBench { Seed = () => swapped ? 8 : 7 };
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.AfterSync));
        byte[] before = File.ReadAllBytes(Path.Combine(bench.Folder, "bench.flash"))[0x20000..];
        swapped = true;

        var refused = Assert.Throws<ResumeRefusedException>(() => bench.Resume());

        Assert.True(refused.OtherBoard);
        Assert.Equal(phase, InterruptedJob.Read(bench.Directory).Phase);
        Assert.Equal(before, bench.FlashAfter);
        Assert.DoesNotContain(
            bench.Records.SkipWhile(record => record.Data is not JournalData.JobResume),
            record => record.Data is JournalData.BootBegin or JournalData.BlockIntent);
        swapped = false;
        Assert.Equal(0, bench.Resume().ExitCode);
    }

    [Fact]
    public void A_chip_whose_untouched_bytes_differ_is_refused_amid_the_write()
    {
        bool foreign = false;
        using var bench = new JobBench
        {
            Arrange = board =>
            {
                if (foreign)
                    board.Chip.FlipBit(0x7F_0000, 3); // beside the ME: nobody wrote there
            },
        };
        Assert.True(bench.RunUntilKilled("block.intent", 2, JournalMoment.AfterSync));
        foreign = true;

        Assert.True(Assert.Throws<ResumeRefusedException>(() => bench.Resume()).OtherBoard);
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void A_block_that_the_first_of_three_processes_tore_is_written_by_the_third()
    {
        uint? torn = null;
        using var bench = new JobBench
        {
            Arrange = board =>
            {
                if (torn is uint at)
                    board.Chip.FlipBit(at, 0);
            },
        };
        Assert.True(bench.RunUntilKilled("block.intent", 2, JournalMoment.AfterSync));
        torn = bench.Records.Select(record => record.Data).OfType<JournalData.BlockIntent>().Last().Start + 0x321;
        Assert.True(bench.RunUntilKilled("job.resume", 1, JournalMoment.AfterSync));

        (int code, JobResult result) = bench.Resume();

        Assert.True(code == 0, result.Judgement.Reason);
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void A_restarted_host_makes_no_difference()
    {
        using var bench = new JobBench();
        Assert.True(bench.RunUntilKilled("power.samples", 40, JournalMoment.AfterSync));
        bench.BootId = "another boot";

        Assert.Equal(0, bench.Resume().ExitCode);
        Assert.False(bench.Verify().Facts.Resumes[0].SameHostBoot);
    }

    [Fact]
    public void A_disk_that_is_full_from_the_start_leaves_an_empty_journal_and_nothing_begun()
    {
        const int noSpace = 28;
        using var bench = new JobBench
        {
            Probe = (_, _) => throw new IOException("No space left on device", noSpace),
        };

        Assert.Throws<JournalWriteException>(() => bench.Run());

        Assert.Equal(0, new FileInfo(Path.Combine(bench.Directory, JournalWriter.FileName)).Length);
        Assert.True(bench.IsSafe);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Theory]
    [InlineData("backup", 1)]
    [InlineData("block.intent", 3)]
    [InlineData("power.samples", 40)]
    public void A_full_disk_ends_the_run_in_a_record_of_its_own_and_the_job_goes_on_once_there_is_room(
        string type, int occurrence)
    {
        const int noSpace = 28;
        int seen = 0;
        using var bench = new JobBench
        {
            Probe = (moment, written) =>
            {
                if (moment == JournalMoment.AfterWrite && written == type && ++seen == occurrence)
                    throw new IOException("No space left on device", noSpace);
            },
        };
        Assert.Throws<JournalWriteException>(() => bench.Run());
        Assert.IsType<JournalData.JobHalt>(bench.Records[^1].Data);
        Assert.True(bench.IsSafe);
        Assert.False(File.Exists(Path.Combine(bench.Folder, "evidence", DiskReserve.FileName)));

        Assert.Equal(0, bench.Resume().ExitCode);
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }

    [Theory]
    [InlineData("job.start")]
    [InlineData("deviation")]
    public void A_job_that_was_killed_before_its_first_phase_does_not_go_on(string type)
    {
        using var bench = new JobBench { Require = EvidenceLevel.L2 }; // less than the profile's: a deviation
        Assert.True(bench.RunUntilKilled(type, 1, JournalMoment.AfterSync));

        var refused = Assert.Throws<ResumeRefusedException>(() => bench.Resume());

        Assert.Contains("nothing was begun, run it anew", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.JobResume);
    }

    [Fact]
    public void A_torn_last_line_is_cut_off_and_nothing_else()
    {
        using var bench = new JobBench();
        Assert.True(bench.RunUntilKilled("audit", 1, JournalMoment.AfterSync));
        string journal = Path.Combine(bench.Directory, JournalWriter.FileName);
        byte[] whole = File.ReadAllBytes(journal);
        File.AppendAllText(journal, "{\"seq\":17,\"prev\":\"ab");

        Assert.Equal(0, bench.Resume().ExitCode);
        byte[] after = File.ReadAllBytes(journal);
        Assert.Equal(whole, after[..whole.Length]);
        var resume = bench.Records.Select(record => record.Data).OfType<JournalData.JobResume>().Single();
        Assert.Equal(20, resume.TornBytes);
    }

    [Fact]
    public void A_journal_that_is_damaged_before_its_end_does_not_go_on()
    {
        using var bench = new JobBench();
        Assert.True(bench.RunUntilKilled("audit", 1, JournalMoment.AfterSync));
        string journal = Path.Combine(bench.Directory, JournalWriter.FileName);
        byte[] bytes = File.ReadAllBytes(journal);
        bytes[^2] ^= 1; // in the last record: a whole line, no torn one
        File.WriteAllBytes(journal, bytes);

        Assert.Throws<EvidenceException>(() => bench.Resume());
        Assert.Equal(bytes, File.ReadAllBytes(journal));
    }

    [Theory]
    [InlineData("watch", 3)]
    [InlineData("restore", 1)]
    public void A_negative_control_goes_on_to_its_verdict_and_its_backup_goes_back(string phase, int occurrence)
    {
        using var bench = new JobBench { Control = NegativeControl.DamagedManifest };
        string type = phase == "watch" ? "power.samples" : "dirty";
        Assert.True(bench.RunUntilKilled(type, phase == "watch" ? 33 + occurrence : 2, JournalMoment.AfterSync));
        Assert.Equal(phase, InterruptedJob.Read(bench.Directory).Phase);

        (int code, JobResult result) = bench.Resume();

        Assert.Equal((30, false), (code, result.Dirty));
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void What_a_decided_job_lacks_is_its_signed_record_only_and_the_same_comes_out()
    {
        using var bench = new JobBench();
        Assert.True(bench.RunUntilKilled("verdict", 1, JournalMoment.AfterSync));
        byte[] journal = File.ReadAllBytes(Path.Combine(bench.Directory, JournalWriter.FileName));
        Assert.True(InterruptedJob.Read(bench.Directory).IsDecided);

        Assert.Equal(0, bench.Resume().ExitCode);
        Assert.Equal(journal, File.ReadAllBytes(Path.Combine(bench.Directory, JournalWriter.FileName)));
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }
}
