using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Board;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Simulation.Board;

/// <summary>Ways in which a simulated board ends, as somebody with a meter and a terminal sees them.</summary>
public sealed class BoardAccidentsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Second = TimeSpan.FromSeconds(1);

    private static BoardStage With(
        Action<BoardFaults> faults, TimeSpan span, string kind = "me8", Action<GeneratedImage>? edit = null) =>
        BoardStage.Play(kind, async stage =>
        {
            faults(stage.Bench.Faults);
            stage.Power(true);
            await stage.WaitAsync(span);
        }, edit);

    [Theory]
    [InlineData(1)]
    [InlineData(600)]
    [InlineData(1799.25)]
    [InlineData(1861)]
    public void A_board_dies_at_the_given_second_and_not_before(double second)
    {
        BoardStage stage = With(
            faults => faults.PowerOff = new BoardPowerOff(new BootMoment(1, second * Second), false),
            (second + 5) * Second);

        TimeSpan good = stage.Samples.First(sample => sample.Sample.RailMillivolts > 3200).At;
        TimeSpan low = stage.Samples.First(sample => sample.At > good && sample.Sample.RailMillivolts < 3000).At;
        Assert.InRange((low - good).TotalSeconds, second - 0.5, second + 0.75);
    }

    [Fact]
    public void Without_the_labs_power_nothing_flows_and_with_it_the_board_starts_anew()
    {
        BoardStage gone = With(faults => faults.SupplyCut = new SupplyCut(new BootMoment(1, Minute), null), 2 * Minute);
        BoardStage back = With(
            faults => faults.SupplyCut = new SupplyCut(new BootMoment(1, Minute), 3 * Second), 3 * Minute);

        Assert.InRange(gone.Samples[^1].Sample.SupplyMilliamps, 0, 3);
        Assert.InRange(gone.Samples[^1].Sample.RailMillivolts, 0, 20);
        Assert.Equal(2, back.Bench.Boots);
        Assert.Contains(back.Samples, sample => sample.At > Minute && sample.Sample.SupplyMilliamps <= 3);
        Assert.InRange(back.Samples[^1].Sample.RailMillivolts, 3200, 3400);
    }

    [Fact]
    public void A_supply_that_comes_back_leaves_a_board_off_whose_relay_is_open()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.SupplyCut = new SupplyCut(new BootMoment(1, Minute), 30 * Second);
            stage.Power(true);
            await stage.WaitAsync(Minute + 10 * Second);
            stage.Power(false);
            await stage.WaitAsync(Minute);
            Assert.Equal(1, stage.Bench.Boots);
            stage.Power(true);
            await stage.WaitAsync(Minute);
        });

        Assert.Equal(2, stage.Bench.Boots);
    }

    [Theory]
    [InlineData(CrashKind.Panic, "Kernel panic - not syncing: Attempted to kill init!")]
    [InlineData(CrashKind.MachineCheck, "mce: [Hardware Error]: CPU 0: Machine Check Exception")]
    public void After_a_panic_the_processor_spins_and_nothing_answers(CrashKind kind, string words)
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.Crash = new SystemCrash(kind, new BootMoment(1, 5 * Minute));
            stage.Power(true);
            await stage.WaitAsync(6 * Minute);
            await stage.SendAsync("FBQ 00000abc\n");
            await stage.WaitAsync(Minute);
        });

        Assert.Contains(words, stage.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("00000abc", stage.Text, StringComparison.Ordinal);
        Assert.InRange(stage.LastByte.TotalSeconds, 300, 301);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 3200, 3400);
        Assert.InRange(stage.Samples[^1].Sample.SupplyMilliamps, 880, 1010);
    }

    [Fact]
    public void A_kernel_may_restart_the_board_after_its_panic()
    {
        BoardStage stage = With(
            faults => faults.Crash =
                new SystemCrash(CrashKind.Panic, new BootMoment(1, 5 * Minute)) { RestartsAfter = 10 * Second },
            7 * Minute);

        Assert.Equal(2, stage.Bench.Boots);
        Assert.Equal(2, Regex.Count(stage.Text, "bootblock starting"));
    }

    [Fact]
    public void A_thermal_trip_cuts_the_rails_right_after_its_words()
    {
        BoardStage stage = With(
            faults => faults.Crash = new SystemCrash(CrashKind.ThermalTrip, new BootMoment(1, 5 * Minute)), 6 * Minute);

        Assert.EndsWith(
            "critical temperature reached", stage.Lines.Last(line => line.Length > 0), StringComparison.Ordinal);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 0, 20);
        Assert.InRange(stage.Samples[^1].Sample.SupplyMilliamps, 25, 50);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_hung_system_says_nothing_new_and_stays_powered(bool repeats, bool drawsAsBefore)
    {
        BoardStage stage = With(
            faults => faults.Hang = new SystemHang(new BootMoment(1, 5 * Minute), repeats)
            {
                DrawsAsBefore = drawsAsBefore
            },
            7 * Minute);

        string[] late = [.. stage.Received.Where(part => part.At > 5.05 * Minute)
            .Select(part => System.Text.Encoding.ASCII.GetString(part.Bytes))];
        Assert.Equal(repeats ? 1 : 0, late.Distinct().Count());
        Assert.InRange(late.Length, repeats ? 20 : 0, repeats ? 25 : 0);
        (int from, int to) = drawsAsBefore ? (600, 720) : (880, 1010);
        Assert.InRange(stage.Samples[^1].Sample.SupplyMilliamps, from, to);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 3200, 3400);
    }

    [Theory]
    [InlineData(true, 80, 95)]
    [InlineData(false, 90, 110)]
    public void An_asleep_board_draws_little_and_in_S3_its_rails_are_off(bool deep, int from, int to)
    {
        BoardStage stage = With(
            faults => faults.Sleep = new BoardSleep(new BootMoment(1, 5 * Minute), deep, Announced: true), 7 * Minute);

        Assert.Contains(
            deep ? "PM: suspend entry (deep)" : "PM: suspend entry (s2idle)", stage.Text, StringComparison.Ordinal);
        Assert.InRange(stage.Samples[^1].Sample.SupplyMilliamps, from, to);
        Assert.Equal(deep, stage.Samples[^1].Sample.RailMillivolts < 100);
        Assert.InRange(stage.LastByte.TotalSeconds, 299, 302);
    }

    [Fact]
    public void A_board_may_start_by_itself_after_it_went_off()
    {
        BoardStage stage = With(
            faults => faults.PowerOff =
                new BoardPowerOff(new BootMoment(1, 5 * Minute), Announced: true) { BackAfter = 4 * Second },
            6 * Minute);

        Assert.Equal(2, stage.Bench.Boots);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 3200, 3400);
    }

    [Fact]
    public void A_loop_of_resets_begins_with_the_named_boot()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.ResetLoop = new BootMoment(2, 5 * Second);
            stage.Power(true);
            await stage.WaitAsync(Minute);
            Assert.Equal(1, stage.Bench.Boots);
            await stage.CycleAsync();
            await stage.WaitAsync(Minute);
        });

        Assert.InRange(stage.Bench.Boots, 12, 14);
    }

    [Fact]
    public void Boot_Guard_cuts_power_after_thirty_minutes_of_a_healthy_ME()
    {
        BoardStage stage = With(faults => faults.BootGuardEnforces = 1, 35 * Minute, "me10");

        Assert.All(stage.FB1, line => Assert.Equal("1e000255", line.Split(' ')[4]));
        Assert.All(stage.FB1, line => Assert.StartsWith("8", line.Split(' ')[8], StringComparison.Ordinal));
        Assert.InRange(stage.LastByte.TotalSeconds, 1790, 1801);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 0, 20);
    }

    [Fact]
    public void A_chipset_of_the_7_series_knows_no_Boot_Guard()
    {
        BoardStage stage = With(faults => faults.BootGuardEnforces = 1, 31 * Minute);

        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 3200, 3400);
        Assert.All(stage.FB1, line => Assert.Equal("00000000", line.Split(' ')[8]));
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    public void An_invalid_processor_is_named_and_cut_off_after_thirty_minutes(string kind)
    {
        BoardStage stage = With(faults => faults.InvalidProcessor = 1, 35 * Minute, kind);

        Assert.Contains("INVALID CPU AND PCH COMBINATION", stage.Text, StringComparison.Ordinal);
        Assert.All(stage.FB1, line => Assert.Equal(
            8u, uint.Parse(line.Split(' ')[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0xF));
        Assert.InRange(stage.LastByte.TotalSeconds, 1790, 1801);
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me11")]
    public void A_soft_disabled_ME_says_so_and_lets_the_board_live(string kind)
    {
        BoardStage stage = With(faults => faults.MeSoftDisabled = 1, 31 * Minute, kind);

        Assert.All(stage.FB1, line => Assert.Equal('3', line.Split(' ')[4][3]));
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 3200, 3400);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(120)]
    public void A_makers_timer_cuts_power_only_where_the_ME_does_not_run(int minutes)
    {
        void Timer(BoardFaults faults) => faults.VendorTimer = minutes * Minute;
        BoardStage running = With(Timer, (minutes + 1) * Minute);
        BoardStage disabled = With(Timer, (minutes + 1) * Minute, "me8", image => image.SetDisableBit(third: false));

        Assert.InRange(running.Samples[^1].Sample.RailMillivolts, 3200, 3400);
        Assert.InRange(disabled.Samples[^1].Sample.RailMillivolts, 0, 20);
        Assert.InRange(disabled.LastByte.TotalSeconds, minutes * 60 - 10, minutes * 60 + 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pulled_cable_carries_nothing_either_way_until_it_is_back(bool hangsUp)
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.ConsoleUnplugged =
                new ConsoleUnplug(new BootMoment(1, 2 * Minute), hangsUp) { BackAfter = Minute };
            stage.Power(true);
            await stage.WaitAsync(2.5 * Minute);
            if (hangsUp)
            {
                ConsoleException gone = await Assert.ThrowsAsync<ConsoleException>(
                    () => stage.SendAsync("FBQ 00000abc\n"));
                Assert.Equal(PartCause.Unavailable, gone.Cause);
            }
            else
            {
                await stage.SendAsync("FBQ 00000abc\n");
            }

            await stage.WaitAsync(2 * Minute);
            await stage.SendAsync("FBQ 00000def\n");
            await stage.WaitAsync(Minute);
        });

        Assert.DoesNotContain(stage.Received, part => part.At > 2.05 * Minute && part.At < 3 * Minute);
        Assert.DoesNotContain("00000abc", stage.Text, StringComparison.Ordinal);
        Assert.Contains("00000def", stage.Text, StringComparison.Ordinal);
        Assert.Equal(hangsUp ? 1 : 0, stage.HangUps);
        PowerSample late = stage.Samples[^1].Sample;
        Assert.InRange(late.SupplyMilliamps, 600, 720);
    }
}
