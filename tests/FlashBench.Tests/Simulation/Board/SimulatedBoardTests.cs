using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Me;

namespace FlashBench.Tests.Simulation.Board;

public sealed class SimulatedBoardTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Kinds => ["me8", "me10", "me11"];

    private static BoardStage On(string kind, TimeSpan span, Action<Images.GeneratedImage>? edit = null) =>
        BoardStage.Play(kind, async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(span);
        }, edit);

    [Theory, MemberData(nameof(Kinds))]
    public void A_stock_board_boots_and_its_agent_reports_a_running_ME(string kind)
    {
        BoardStage stage = On(kind, 2 * Minute);

        Assert.Matches(@"^\r\n(\[NOTE \]  )?coreboot-\S+ .*bootblock starting", stage.Text);
        int boot = Array.FindIndex(stage.Lines, line => line.StartsWith("heartbeat 1 ", StringComparison.Ordinal));
        Assert.InRange(boot, 60, 140);
        Assert.Contains(stage.Lines, line => line.Contains("SeaBIOS (version", StringComparison.Ordinal));
        Assert.Contains(stage.Lines, line => line.Contains("Linux version", StringComparison.Ordinal));
        Assert.InRange(stage.FB1.Length, 3, 4);
        string registers = string.Join(
            ' ', stage.Bench.MeOutcome!.Registers.Select(value => value.ToString("x8", CultureInfo.InvariantCulture)));
        Assert.All(stage.FB1, line => Assert.Contains($" {registers} ", line, StringComparison.Ordinal));
        Assert.Equal(MeState.Normal, stage.Bench.MeOutcome!.State);
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    public void A_broken_ME_6_to_10_loses_power_exactly_30_minutes_after_power_good(string kind)
    {
        BoardStage stage = On(kind, 33 * Minute, image => image.Flip(image.Manifest + 0x190));

        TimeSpan up = stage.Samples.First(sample => sample.Sample.RailMillivolts > 3000).At;
        TimeSpan down = stage.Samples.First(sample => sample.At > up && sample.Sample.RailMillivolts < 3000).At;
        Assert.InRange((down - up).TotalSeconds, 1799, 1801);
        Assert.InRange(stage.LastByte.TotalSeconds, 1790, 1800.5);
        Assert.DoesNotContain("Power down", stage.Text, StringComparison.Ordinal);
        PowerSample[] after =
            [.. stage.Samples.Where(sample => sample.At > down + 2 * Second).Select(sample => sample.Sample)];
        Assert.All(after, sample => Assert.InRange(sample.RailMillivolts, 0, 200));
        Assert.All(after, sample => Assert.InRange(sample.SupplyMilliamps, 25, 50)); // standby stays
        Assert.All(stage.FB1, line => Assert.Contains(" 00003006 80040000 ", line, StringComparison.Ordinal));
        Assert.False(stage.Bench.Chip.BoardDrivesBus);
    }

    [Fact]
    public void After_the_cut_only_the_relay_brings_the_board_back()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(40 * Minute);
            Assert.Equal(1, stage.Bench.Boots);
            await stage.CycleAsync();
            await stage.WaitAsync(Minute);
        }, image => image.Flip(image.Manifest + 0x190));

        Assert.Equal(2, stage.Bench.Boots);
        Assert.Equal(2, Regex.Count(stage.Text, "bootblock starting"));
    }

    [Fact]
    public void An_ME_11_with_a_broken_FTPR_never_raises_the_main_rail()
    {
        BoardStage stage = On("me11", 10 * Minute, image => image.Flip(image.Manifest + 0x190));

        Assert.Empty(stage.Received);
        Assert.Equal(0, stage.Bench.Boots);
        Assert.All(stage.Samples.Skip(2), sample =>
        {
            Assert.InRange(sample.Sample.RailMillivolts, 0, 20);
            Assert.InRange(sample.Sample.SupplyMilliamps, 25, 50);
        });
    }

    [Fact]
    public void The_rails_discharge_and_the_sensor_never_repeats_itself_for_long()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            await stage.WaitAsync(Minute);
            stage.Power(true);
            await stage.WaitAsync(5 * Minute);
            await stage.CycleAsync();
            await stage.WaitAsync(30 * Minute);
        });

        Assert.All(stage.Samples.TakeWhile(sample => sample.At < Minute), sample =>
        {
            Assert.InRange(sample.Sample.RailMillivolts, 0, 20);
            Assert.InRange(sample.Sample.SupplyMilliamps, 0, 4);
        });
        PowerSample[] off = [.. stage.Samples.Where(sample => sample.At > 6 * Minute && sample.At < 6.25 * Minute)
            .Select(sample => sample.Sample)];
        Assert.InRange(off[0].RailMillivolts, 800, 2500); // half a second: not there yet
        Assert.All(off[5..], sample => Assert.InRange(sample.RailMillivolts, 0, 300));
        int same = 0, longest = 0;
        for (int i = 1; i < stage.Samples.Count; i++)
        {
            same = stage.Samples[i].Sample == stage.Samples[i - 1].Sample ? same + 1 : 0;
            longest = Math.Max(longest, same);
        }

        Assert.InRange(longest, 0, 4);
    }

    [Fact]
    public void Booting_takes_more_current_than_the_system_at_rest()
    {
        BoardStage stage = On("me8", 2 * Minute);

        int booting = stage.Samples.First(sample => sample.At > TimeSpan.FromSeconds(3)).Sample.SupplyMilliamps;
        int resting = stage.Samples[^1].Sample.SupplyMilliamps;
        Assert.True(booting > resting * 3 / 2, $"{booting} mA against {resting} mA");
    }

    [Fact]
    public void The_board_holds_the_bus_while_its_rail_is_up()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            Assert.False(stage.Bench.Chip.BoardDrivesBus);
            stage.Power(true);
            await stage.WaitAsync(TimeSpan.FromSeconds(2));
            Assert.True(stage.Bench.Chip.BoardDrivesBus);
            stage.Power(false);
            await stage.WaitAsync(TimeSpan.FromSeconds(1));
        });

        Assert.False(stage.Bench.Chip.BoardDrivesBus);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Two_runs_with_one_seed_are_the_same_and_another_seed_differs(string kind)
    {
        BoardStage Once(int seed) => BoardStage.Play(kind, async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(3 * Minute);
            await stage.CycleAsync();
            await stage.SendAsync("FBQ 00000001\n");
            await stage.WaitAsync(2 * Minute);
        }, with: options => options with { Seed = seed });

        BoardStage one = Once(5), two = Once(5), other = Once(6);

        Assert.Equal(one.Text, two.Text);
        Assert.Equal(one.Received.Select(part => part.At), two.Received.Select(part => part.At));
        Assert.Equal(one.Samples, two.Samples);
        Assert.NotEqual(one.Samples, other.Samples);
        Assert.NotEqual(one.FB1[^1], other.FB1[^1]);
    }
}
