using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;
using FlashBench.Simulation.Board;

namespace FlashBench.Tests.Jobs;

/// <summary>What goes wrong on a bench, and the exit code that it must end in. Boot 1 is the baseline.</summary>
public sealed class MutationTests
{
    private const int FirstWatched = 2, SecondWatched = 3;

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(40)]
    [InlineData(88)]
    public void A_sample_damaged_in_some_byte_does_not_matter_while_another_in_its_window_is_intact(int index)
    {
        Ends(0, bench => bench.Faults.DamagedSamples.Add(new SampleDamage(FirstWatched, 3, index, 0x20)));
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(11, 21)]
    [InlineData(30, 40)]
    public void A_window_without_an_intact_sample_is_inconclusive(int fromMinute, int untilMinute)
    {
        Ends(20, bench => bench.Faults.MissingSamples.Add(
            new BootWindow(SecondWatched, Minutes(fromMinute), Minutes(untilMinute))));
    }

    [Fact]
    public void Agent_and_heartbeat_that_stop_at_30_59_are_inconclusive()
    {
        Ends(20, bench => bench.Faults.AgentStops = new BootMoment(FirstWatched, TimeSpan.FromSeconds(1859)));
    }

    [Fact]
    public void A_silent_console_on_a_powered_board_is_inconclusive()
    {
        Ends(20, bench => bench.Faults.ConsoleSilent = new BootMoment(FirstWatched, TimeSpan.Zero));
    }

    [Fact]
    public void A_console_that_was_silent_from_the_start_stops_before_anything_is_written()
    {
        using JobBench bench = Ends(20, b => b.Faults.ConsoleSilent = new BootMoment(0, TimeSpan.Zero));

        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void A_console_that_repeats_an_older_boot_is_inconclusive()
    {
        Ends(20, bench => bench.Faults.Replay = new ConsoleReplay(SecondWatched, FirstWatched));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_board_that_resets_at_minute_20_fails(bool railBlip)
    {
        Ends(30, bench => bench.Faults.Reset = new BoardReset(new BootMoment(FirstWatched, Minutes(20)), railBlip));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void A_frozen_power_sensor_is_inconclusive(int minute)
    {
        Ends(20, bench => bench.Faults.SensorFrozen = new BootMoment(FirstWatched, Minutes(minute)));
    }

    [Fact]
    public void A_power_relay_that_is_stuck_on_is_an_error_of_the_bench()
    {
        using JobBench bench = Ends(50, b => b.Faults.RelayStuckOn = true);

        Assert.Equal(0, bench.Contentions);
    }

    [Fact]
    public void A_power_relay_that_is_stuck_off_is_an_error_of_the_bench()
    {
        Ends(50, bench => bench.Faults.RelayStuckOff = true);
    }

    [Fact]
    public void Two_backup_passes_that_differ_once_are_inconclusive_and_nothing_is_written()
    {
        using JobBench bench = Ends(20, b =>
            b.Chip.ReadFlipOnce = new FlashBench.Simulation.Flash.ReadFlip(0x123456, 3));

        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.Dirty);
    }

    [Fact]
    public void A_kept_bit_that_flips_in_the_chip_after_the_write_fails_and_the_board_is_not_booted()
    {
        using var stock = new JobBench { DryRun = true };
        stock.Run();
        JournalData.HashedRange kept = stock.Records.Select(record => record.Data).OfType<JournalData.Plan>().Single()
            .Kept.First(range => range.Name.Contains("BUP", StringComparison.Ordinal));

        using JobBench bench = Ends(30, b => b.Faults.FlipAfterWrite = new CellFlip(kept.Start + 5, 2));

        Assert.Equal(1, bench.Records.Count(record => record.Data is JournalData.BootBegin));
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    [InlineData("me11")]
    public void A_disable_bit_that_the_BIOS_clears_after_boot_fails(string kind)
    {
        Ends(30, bench => bench.Faults.DisableBitCleared = new BootMoment(SecondWatched, Minutes(3)), kind);
    }

    [Fact]
    public void A_shutdown_that_the_system_announces_is_inconclusive()
    {
        Ends(20, bench => bench.Faults.PowerOff = new BoardPowerOff(
            new BootMoment(FirstWatched, TimeSpan.FromSeconds(1790)), Announced: true));
    }

    [Fact]
    public void A_power_loss_that_nothing_explains_fails()
    {
        Ends(30, bench => bench.Faults.PowerOff = new BoardPowerOff(
            new BootMoment(FirstWatched, Minutes(17)), Announced: false));
    }

    [Theory]
    [InlineData("me8", "EFFS")]
    [InlineData("me10", "EFFS")]
    [InlineData("me11", "MFS")]
    public void A_running_ME_that_writes_its_own_data_during_the_baseline_does_not_matter(string kind, string partition)
    {
        uint at = 0;
        using var bench = new JobBench
        {
            Kind = kind,
            Watch = (happened, virtualBench, _) =>
            {
                if (happened is not JobEvent.PhaseStarted { Name: "plan" })
                    return;
                virtualBench.Chip.WriteAsBoard(at, [0x00]);
            },
        };
        using var stock = new JobBench { Kind = kind, DryRun = true };
        stock.Run();
        at = stock.Records.Select(record => record.Data).OfType<JournalData.Audit>().Single()
            .Partitions.Single(range => range.Name == partition).Start + 0x140;

        (int code, JobResult result) = bench.Run();

        Assert.True(code == 0, $"exit {code}: {result.Judgement.Reason}");
        Assert.NotEmpty(bench.Verify().Facts.Deviations);
    }

    [Fact]
    public void A_global_reset_during_early_boot_starts_the_count_anew_and_passes()
    {
        Ends(0, bench => bench.Faults.Reset = new BoardReset(
            new BootMoment(FirstWatched, TimeSpan.FromSeconds(5)), RailBlip: true));
    }

    private static JobBench Ends(int code, Action<VirtualBench> arrange, string kind = "me8")
    {
        var bench = new JobBench { Kind = kind, Arrange = arrange };
        (int actual, JobResult result) = bench.Run();
        Assert.True(code == actual, $"exit {actual}: {result.Judgement.Reason}");
        return bench;
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}
