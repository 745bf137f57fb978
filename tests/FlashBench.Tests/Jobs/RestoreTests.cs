using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;

namespace FlashBench.Tests.Jobs;

/// <summary>A backup goes back onto its own chip, and nowhere else.</summary>
public sealed class RestoreTests
{
    private static readonly IReadOnlySet<uint> Whole = new HashSet<uint>();

    [Fact]
    public void A_board_that_was_left_half_written_gets_its_backup_back_and_loses_its_mark()
    {
        using JobBench bench = Killed();

        (int code, JobResult result) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.Equal((20, Verdict.Inconclusive, false), (code, result.Judgement.Verdict, result.Dirty));
        Assert.Contains("was put back and read back equal", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
        Assert.Equal(Verdict.Inconclusive, bench.Verify().Judgement.Verdict);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.PowerCommand { On: true });
    }

    [Fact]
    public void A_job_whose_backup_was_put_back_does_not_go_on_and_leaves_the_board_whole()
    {
        using JobBench bench = Killed();
        string job = bench.Directory;
        bench.Restore(BackupToRestore.OfJob(job)!);
        bench.Directory = job;

        var refused = Assert.Throws<ResumeRefusedException>(() => bench.Resume());

        Assert.True(refused.ChipIsWhole);
        Assert.Contains("put back", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void A_restoration_that_was_killed_can_be_named_for_the_next_one_and_a_refused_one_cannot()
    {
        using JobBench bench = Killed();
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)!;
        bench.Restore(backup);
        BackupToRestore again = BackupToRestore.OfJob(bench.Directory)!;
        Assert.Equal(backup with { Torn = Whole, MarkedBy = again.MarkedBy }, again with { Torn = Whole });
        bench.Swapped = true;

        bench.Restore(backup);

        Assert.Null(BackupToRestore.OfJob(bench.Directory));
    }

    [Fact]
    public void The_backup_of_a_board_is_the_last_one_that_was_found_stock()
    {
        using var first = new JobBench();
        Assert.Equal(0, first.Run().ExitCode);
        using var second = new JobBench { Image = first.FlashAfter, StateOf = first };
        Assert.Equal(0, second.Run().ExitCode);

        BackupToRestore backup = BackupToRestore.OfBoard(first.State, "board-1", (uint)first.FlashBefore.Length)!;

        Assert.Equal(BackupToRestore.OfJob(first.Directory)!.Sha256, backup.Sha256);
        Assert.NotEqual(BackupToRestore.OfJob(second.Directory)!.Sha256, backup.Sha256);
    }

    [Fact]
    public void A_block_that_was_under_way_is_written_anew_even_if_it_reads_as_it_should()
    {
        using JobBench bench = Killed();
        JournalData.BlockIntent torn = bench.Records.Select(record => record.Data).OfType<JournalData.BlockIntent>()
            .Last();
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)!;
        Assert.Equal([torn.Start], backup.Torn);
        bench.Restore(backup);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);

        (_, JobResult result) = bench.Restore(backup); // everything reads as it should now

        Assert.False(result.Dirty);
        Assert.Equal([torn.Start], bench.Records.Select(record => record.Data).OfType<JournalData.BlockIntent>()
            .Select(block => block.Start));
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void Another_chip_is_refused_untouched_and_the_mark_stays()
    {
        using JobBench bench = Killed();
        bench.Swapped = true;

        (int code, JobResult result) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.Equal((65, false), (code, result.Dirty));
        Assert.Contains("--to-new-chip if its chip was replaced", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.BlockIntent);
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
    }

    [Fact]
    public void A_replaced_chip_gets_the_backup_if_the_operator_says_so()
    {
        using JobBench bench = Killed();
        bench.Swapped = true;
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)! with
        {
            ToNewChip = true,
        };

        (_, JobResult result) = bench.Restore(backup);

        Assert.False(result.Dirty);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.True(bench.Records.Select(record => record.Data).OfType<JournalData.RestoreOf>().Single().ToNewChip);
    }

    [Fact]
    public void A_chip_of_which_the_vault_has_a_backup_is_never_a_new_one()
    {
        using JobBench bench = Killed();
        bench.Swapped = true;
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)! with
        {
            ToNewChip = true,
        };
        bench.Restore(backup with { ToNewChip = false });
        JournalData.Chip here = bench.Records.Select(record => record.Data).OfType<JournalData.Chip>().Single();
        bench.State.Chips.SaveBackup(
            new ChipKey(here.JedecId, here.UniqueId, here.SizeBytes), new string('a', 64));

        (int code, JobResult result) = bench.Restore(backup);

        Assert.Equal(65, code);
        Assert.Contains("another board's own data", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_backup_is_not_put_back()
    {
        using JobBench bench = Killed();
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)!;
        string path = bench.Vault.PathOf(backup.Sha256);
        byte[] image = File.ReadAllBytes(path);
        image[1000] ^= 1;
        File.WriteAllBytes(path, image);

        Assert.Equal(65, bench.Restore(backup).ExitCode);
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
    }

    private static JobBench Killed()
    {
        var bench = new JobBench();
        Assert.True(bench.RunUntilKilled("block.intent", 4, JournalMoment.AfterSync));
        return bench;
    }
}
