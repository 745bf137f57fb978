using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>Restoring where the chip cannot say who it is: no board loses what only it has.</summary>
public sealed class RestoreWithoutIdTests
{
    private const uint OtherMac = 0x1003, InBios = 0x7F_0000, GbeEntry = 0x4C;

    [Fact]
    public void A_neutralized_board_gets_its_backup_back()
    {
        using JobBench bench = WithoutId();
        Assert.Equal(0, bench.Run().ExitCode);

        (_, JobResult result) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.Contains("was put back", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void Another_board_is_told_by_its_mac_address_and_left_alone()
    {
        bool other = false;
        using JobBench bench = WithoutId(board => Change(board, other, OtherMac));
        Assert.Equal(0, bench.Run().ExitCode);
        other = true;

        (int code, _) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.Equal(65, code);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.BlockIntent);
    }

    [Fact]
    public void Boards_without_a_region_of_their_own_are_told_by_their_bios()
    {
        byte[] image = ImageGenerator.Create("me8", 8u << 20);
        new byte[] { 0xFF, 0x7F, 0, 0 }.CopyTo(image, GbeEntry); // no GbE region
        bool other = false;
        using JobBench bench = WithoutId(board => Change(board, other, InBios), image);
        Assert.True(bench.RunUntilKilled("phase.end", 3, JournalMoment.AfterSync));
        BackupToRestore backup = BackupToRestore.OfJob(bench.Directory)!;
        other = true;

        (int code, JobResult result) = bench.Restore(backup);

        Assert.Equal(65, code);
        Assert.Contains("0x7F0000", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.BlockIntent);
    }

    [Fact]
    public void What_a_chip_held_that_was_called_new_is_in_the_vault_before_it_is_erased()
    {
        bool other = false;
        byte[] held = [];
        JobBench? running = null;
        var kept = new List<bool>();
        using JobBench bench = running = new JobBench
        {
            Chip = SpiNorChips.ByName("MX25L64xx"),
            Describe = OfChip,
            Arrange = board =>
            {
                Change(board, other, OtherMac);
                held = board.Chip.Cells.ToArray();
            },
            Probe = (moment, type) =>
            {
                if (other && moment == JournalMoment.BeforeWrite && type == "dirty")
                    kept.Add(running!.Vault.Holds(FlashHash(held)));
            },
        };
        Assert.Equal(0, bench.Run().ExitCode);
        other = true;

        bench.Restore(BackupToRestore.OfJob(bench.Directory)! with { ToNewChip = true });

        Assert.Equal([true], kept);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Contains(bench.Deviations, text => text.EndsWith(FlashHash(held), StringComparison.Ordinal));
    }

    [Fact]
    public void A_control_that_was_killed_while_its_backup_went_back_goes_on()
    {
        using JobBench bench = WithoutId(control: NegativeControl.WrongStrap);
        Assert.True(bench.RunUntilKilled("block.done", 2, JournalMoment.AfterSync));
        Assert.Equal("restore", InterruptedJob.Read(bench.Directory).Phase);

        (int code, JobResult result) = bench.Resume();

        Assert.Equal((30, false), (code, result.Dirty));
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    private static string FlashHash(byte[] image) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image));

    private static void Change(VirtualBench board, bool other, uint address)
    {
        if (other)
            board.Chip.FlipBit(address, 1);
    }

    private static JobBench WithoutId(
        Action<VirtualBench>? arrange = null, byte[]? image = null, NegativeControl? control = null) => new()
        {
            Chip = SpiNorChips.ByName("MX25L64xx"),
            Image = image,
            Control = control,
            Describe = OfChip,
            Arrange = arrange ?? (_ => { }),
        };

    private static DutProfile OfChip(DutProfile profile) => profile with { Chips = [0xC22017] };
}
