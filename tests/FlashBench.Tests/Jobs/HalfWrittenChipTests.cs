using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>The mark of a half-written chip goes where the chip goes.</summary>
public sealed class HalfWrittenChipTests
{
    private static readonly byte[] Mine = ImageGenerator.CreateSmall("me8", 1 << 20, board: 5);
    private static readonly byte[] Other = ImageGenerator.CreateSmall("me8", 1 << 20, board: 6);

    [Fact]
    public void A_half_written_board_is_refused_on_another_bench_too()
    {
        using JobBench bench = Killed();
        using JobBench elsewhere = Board(Mine, seed: 7, bench, "second");

        (int code, JobResult result) = elsewhere.Run();

        Assert.Equal((60, true), (code, result.Dirty));
        Assert.Contains("FBJ-TEST left this chip half-written", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(elsewhere.Records, record => record.Data is JournalData.PowerCommand { On: true });
        Assert.False(result.CanGoOn);
        Assert.Null(elsewhere.State.DirtyJob("second"));
    }

    [Fact]
    public void Putting_one_board_s_backup_back_does_not_free_another_board()
    {
        using JobBench first = Small(Mine, seed: 7);
        using JobBench second = Board(Other, seed: 8, first, null);
        Assert.Equal(0, second.Run().ExitCode);
        Assert.True(first.RunUntilKilled("block.intent", 2, JournalMoment.AfterSync));

        second.Restore(BackupToRestore.OfJob(second.Directory)!);

        Assert.Equal(Other, second.FlashAfter);
        Assert.Null(first.State.DirtyJob("me8"));
        using JobBench again = Board(Mine, seed: 7, first, null, "FBJ-LATER");
        Assert.Equal(60, again.Run().ExitCode);
    }

    [Fact]
    public void A_job_does_not_go_on_with_a_chip_that_another_job_left_half_written()
    {
        using JobBench bench = Small(Mine, seed: 7);
        Assert.True(bench.RunUntilKilled("boot.end", 1, JournalMoment.AfterSync));
        bench.State.Chips.MarkDirty(Key(bench), "FBJ-OTHER");

        Assert.Contains(
            "that one goes first", Assert.Throws<ResumeRefusedException>(() => bench.Resume()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Both_marks_go_when_the_chip_is_whole_again()
    {
        using JobBench bench = Killed();
        Assert.Equal("FBJ-TEST", bench.State.Chips.DirtyJob(Key(bench)));
        Assert.True(bench.State.Chips.IsAnyDirtyBy("FBJ-TEST"));

        Assert.Equal(0, bench.Resume().ExitCode);

        Assert.Null(bench.State.Chips.DirtyJob(Key(bench)));
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void The_only_mark_of_a_chip_without_unique_id_is_not_taken_away_by_another_chip()
    {
        using JobBench bench = Small(Other, seed: 8);
        Assert.Equal(0, bench.Run().ExitCode);
        bench.State.MarkDirty("me8", "FBJ-NOID");

        (int code, JobResult result) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.Equal((60, true), (code, result.Dirty));
        Assert.Contains("that board goes first", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal("FBJ-NOID", bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void A_disk_that_fails_between_the_two_marks_leaves_a_bench_whose_board_can_be_restored()
    {
        using JobBench bench = FailingAtChipMark("dirty");
        Assert.Throws<JournalWriteException>(() => bench.Run());
        DiskFaults.Arm(null);
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
        Assert.Null(bench.State.Chips.DirtyJob(Key(bench)));

        (_, JobResult result) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.False(result.Dirty, result.Judgement.Reason);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    [Theory]
    [InlineData("the restoration is named", "FBJ-LATER")]
    [InlineData("the first job is named, behind the restoration", "FBJ-LATER")]
    [InlineData("the first job is named", "FBJ-RESTORE")] // a run makes the same restoration again
    public void A_restoration_that_ended_between_its_two_marks_can_be_made_again(string how, string job)
    {
        using JobBench bench = Small(Mine, seed: 7);
        Assert.Equal(0, bench.Run().ExitCode);
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)!;
        bench.Probe = RefusingChipMark("dirty");
        Assert.Throws<JournalWriteException>(() => bench.Restore(backup));
        DiskFaults.Arm(null);
        bench.Probe = null;
        Assert.Equal("FBJ-RESTORE", bench.State.DirtyJob("me8"));
        Assert.Null(bench.State.Chips.DirtyJob(Key(bench)));

        (_, JobResult result) = bench.Restore(how switch
        {
            "the restoration is named" => BackupToRestore.OfJob(bench.Directory)!,
            "the first job is named" => backup,
            _ => backup.Behind([bench.Directory]),
        }, job);

        Assert.False(result.Dirty, result.Judgement.Reason);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void A_mark_that_cannot_be_taken_away_keeps_the_bench_marked_until_the_job_goes_on()
    {
        using JobBench bench = FailingAtChipMark("clean");
        Assert.Throws<JournalWriteException>(() => bench.Run());
        DiskFaults.Arm(null);
        Assert.False(bench.HalfWritten); // its whole read-back is journaled
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));

        Assert.Equal(0, bench.Resume().ExitCode);

        Assert.Null(bench.State.DirtyJob("me8"));
        Assert.Null(bench.State.Chips.DirtyJob(Key(bench)));
    }

    private static JobBench FailingAtChipMark(string record) => new()
    {
        Image = Mine,
        Describe = OfSmallChip,
        Probe = RefusingChipMark(record),
    };

    // The disk refuses the mark of the chip, from a record on.
    private static Action<JournalMoment, string> RefusingChipMark(string record)
    {
        bool failed = false;
        var disk = new DiskFaults
        {
            Told = path =>
            {
                if (path.Contains(".dirty", StringComparison.Ordinal))
                    throw new IOException("Input/output error");
            },
        };
        return (moment, type) =>
        {
            if (failed || moment != JournalMoment.AfterSync || type != record)
                return;
            failed = true;
            DiskFaults.Arm(disk);
        };
    }

    private static JobBench Killed()
    {
        JobBench bench = Small(Mine, seed: 7);
        Assert.True(bench.RunUntilKilled("block.intent", 2, JournalMoment.AfterSync));
        return bench;
    }

    private static ChipKey Key(JobBench bench)
    {
        JournalData.Chip chip = bench.Records.Select(record => record.Data).OfType<JournalData.Chip>().Last();
        return new ChipKey(chip.JedecId, chip.UniqueId, chip.SizeBytes);
    }

    private static JobBench Small(byte[] image, int seed) => new()
    {
        Image = image,
        Seed = () => seed,
        Describe = OfSmallChip,
    };

    private static JobBench Board(
        byte[] image, int seed, JobBench state, string? bench, string job = "FBJ-TEST-2") => new()
        {
            Image = image,
            Seed = () => seed,
            Describe = OfSmallChip,
            StateOf = state,
            BenchId = bench,
            Dut = $"board-{seed}",
            Job = job,
        };

    private static DutProfile OfSmallChip(DutProfile profile) => profile with { Chips = [0xEF4014] };
}
