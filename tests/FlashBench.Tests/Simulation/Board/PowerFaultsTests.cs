using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Simulation.Board;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Simulation.Board;

/// <summary>Relays that are late or bounce and sensors that are dead or read too much: what the board does, and how a
/// job ends.</summary>
public sealed class PowerFaultsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_late_contact_follows_its_coil_later_both_ways()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.RelayLate = 2 * Second;
            stage.Power(true);
            await stage.WaitAsync(1.9 * Second);
            Assert.InRange((await stage.Bench.Sensor.SampleAsync(default)).SupplyMilliamps, 0, 4);
            await stage.WaitAsync(Second);
            Assert.InRange((await stage.Bench.Sensor.SampleAsync(default)).RailMillivolts, 3200, 3400);
            stage.Power(false);
            await stage.WaitAsync(1.9 * Second);
            Assert.InRange((await stage.Bench.Sensor.SampleAsync(default)).RailMillivolts, 3200, 3400);
        });

        Assert.Equal(1, stage.Bench.Boots);
    }

    [Fact]
    public void A_coil_that_is_released_before_a_late_contact_closes_never_closes_it()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.RelayLate = 2 * Second;
            stage.Power(true);
            await stage.WaitAsync(Second);
            stage.Power(false);
            await stage.WaitAsync(10 * Second);
        });

        Assert.Equal(0, stage.Bench.Boots);
    }

    [Fact]
    public void A_contact_that_bounces_for_milliseconds_boots_once_and_one_that_chatters_for_seconds_boots_again()
    {
        Assert.Equal(1, BootsWith(new ContactBounce(5, TimeSpan.FromMilliseconds(2))));
        Assert.Equal(3, BootsWith(new ContactBounce(2, 2 * Second)));
    }

    [Fact]
    public void A_dead_sensor_says_nothing_and_an_offset_is_on_every_reading()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.SensorOffset = new PowerSample(400, 40);
            PowerSample off = await stage.Bench.Sensor.SampleAsync(default);
            Assert.InRange(off.RailMillivolts, 400, 410);
            Assert.InRange(off.SupplyMilliamps, 40, 43);
            stage.Bench.Faults.SensorDead = new BootMoment(1, 5 * Second);
            stage.Power(true);
            await stage.WaitAsync(4 * Second);
            Assert.InRange((await stage.Bench.Sensor.SampleAsync(default)).RailMillivolts, 3600, 3800);
            await stage.WaitAsync(2 * Second);
            await Assert.ThrowsAsync<PowerException>(() => stage.Bench.Sensor.SampleAsync(cancel).AsTask());
        });
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 0)]
    [InlineData(50, 12)]
    public void A_relay_that_is_late_costs_time_and_one_later_than_the_limit_is_an_error(int code, int seconds) =>
        Ends(code, bench => bench.Faults.RelayLate = seconds * Second);

    [Fact]
    public void A_relay_that_bounces_certifies_its_board() =>
        Ends(0, bench => bench.Faults.RelayBounce = new ContactBounce(7, TimeSpan.FromMilliseconds(1)));

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(31)]
    public void A_sensor_that_dies_during_a_watch_never_ends_in_a_pass(int minute)
    {
        using JobBench bench = Job(b => b.Faults.SensorDead = new BootMoment(2, TimeSpan.FromMinutes(minute)));

        (int code, JobResult result) = bench.Run();

        Assert.True(code is 20 or 50, $"{code}: {result.Judgement.Reason}");
        Assert.Equal(0, bench.Contentions);
    }

    [Theory]
    [InlineData(400, 0)]
    [InlineData(0, 40)]
    public void An_offset_at_off_keeps_the_programmer_away_from_the_chip(int millivolts, int milliamps)
    {
        using JobBench bench = Job(b => b.Faults.SensorOffset = new PowerSample(millivolts, milliamps));

        (int code, _) = bench.Run();

        Assert.Equal(50, code);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.Chip);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    private static int BootsWith(ContactBounce bounce) => BoardStage.Play("me8", async stage =>
    {
        stage.Bench.Faults.RelayBounce = bounce;
        stage.Power(true);
        await stage.WaitAsync(20 * Second);
    }).Bench.Boots;

    private static JobBench Job(Action<VirtualBench> arrange) => new() { Arrange = arrange };

    private static void Ends(int code, Action<VirtualBench> arrange)
    {
        using JobBench bench = Job(arrange);
        (int actual, JobResult result) = bench.Run();
        Assert.True(code == actual, $"exit {actual}: {result.Judgement.Reason}");
        Assert.Equal(0, bench.Contentions);
    }
}
