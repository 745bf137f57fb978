using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Tests.Simulation.Board;

namespace FlashBench.Tests.Jobs;

/// <summary>Rule I2 against sensors that do not tell the truth, and the chip's identity at every opening.</summary>
public sealed class PowerStrategyTests
{
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(-32768, -32768)]
    [InlineData(30_001, 100)]
    [InlineData(3300, 30_001)]
    public void A_sample_that_no_board_can_cause_is_a_broken_sensor_and_never_off(int millivolts, int milliamps)
    {
        using JobBench bench = WithSensor(_ => new PowerSample(millivolts, milliamps));

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Contains("power sensor is broken", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.Chip);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void A_sensor_that_always_reads_zero_is_told_before_the_first_access_and_ends_at_the_first_boot()
    {
        using JobBench bench = WithSensor(_ => default);

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Contains("has not moved", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Contains("not seen to move", Assert.Single(bench.Deviations), StringComparison.Ordinal);
        Assert.Equal(0, bench.Contentions); // the board was off, by luck alone
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void A_sensor_that_reads_zero_on_an_open_supply_and_follows_the_power_passes_with_a_remark()
    {
        using JobBench bench = WithSensor(sample => sample.SupplyMilliamps <= 5 && sample.RailMillivolts <= 300
            ? default : sample);

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        Assert.Contains("not seen to move", Assert.Single(bench.Deviations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sensor_with_noise_needs_no_remark()
    {
        using var bench = new JobBench { DryRun = true };

        bench.Run();

        Assert.Empty(bench.Deviations);
    }

    [Fact]
    public void A_running_board_with_a_welded_relay_and_a_dead_sensor_fights_on_the_bus_and_does_not_pass()
    {
        using JobBench bench = WithSensor(_ => default, RunningWithWeldedRelayAsync);

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.NotEqual(0, bench.Contentions); // no software can know it here; the chip does not answer
        Assert.Contains("not seen to move", Assert.Single(bench.Deviations), StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.Chip or JournalData.Dirty);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void A_running_board_with_a_welded_relay_and_a_sound_sensor_is_never_touched()
    {
        using var bench = new JobBench { Prepare = RunningWithWeldedRelayAsync };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Equal(0, bench.Contentions);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public void Another_chip_at_a_later_opening_of_the_programmer_is_refused(int opening)
    {
        int opened = 0;
        using var bench = new JobBench
        {
            Equip = (parts, _) => parts with
            {
                OpenProgrammer = async cancel => ++opened < opening
                    ? await parts.OpenProgrammer(cancel)
                    : new OtherChipBus(await parts.OpenProgrammer(cancel)),
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.NotEqual(0, code);
        Assert.NotEqual(Verdict.Pass, result.Judgement.Verdict);
        Assert.Contains(bench.Records, record =>
            record.Data is JournalData.PhaseEnd { Verdict: Verdict.Error } end
            && end.Reason.Contains("the chip changed during the job", StringComparison.Ordinal));
    }

    private static JobBench WithSensor(
        Func<PowerSample, PowerSample> alter, Func<VirtualBench, TimeProvider, Task>? prepare = null) => new()
        {
            Equip = (parts, _) => parts with { Sensor = new AlteredSensor(parts.Sensor!, alter) },
            Prepare = prepare ?? ((_, _) => Task.CompletedTask),
        };

    private static async Task RunningWithWeldedRelayAsync(VirtualBench bench, TimeProvider time)
    {
        bench.PowerRelay.Drive(true);
        await Task.Delay(TimeSpan.FromSeconds(5), time);
        bench.Faults.RelayStuckOn = true;
    }

    private sealed class AlteredSensor(IPowerSensor sensor, Func<PowerSample, PowerSample> alter) : IPowerSensor
    {
        public PartIdentity Identity => sensor.Identity;

        public async ValueTask<PowerSample> SampleAsync(CancellationToken cancel) =>
            alter(await sensor.SampleAsync(cancel));
    }

    // A chip of the same type with another unique id: only 4Bh tells them apart.
    private sealed class OtherChipBus(ISpiBus bus) : ISpiBus
    {
        private const byte ReadUniqueId = 0x4B;

        public PartIdentity Identity => bus.Identity;

        public int FrequencyHz => bus.FrequencyHz;

        public async ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
        {
            await bus.ExecuteAsync(batch, cancel);
            foreach (SpiTransaction one in batch)
            {
                if (one.Command.Span[0] == ReadUniqueId)
                    one.Response.Span[0] ^= 1;
            }
        }

        public ValueTask DisposeAsync() => bus.DisposeAsync();
    }
}
