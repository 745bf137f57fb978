using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class ClockCalibrationTests : IAsyncDisposable
{
    private const int Mega = 1_000_000;

    private static readonly SpiNorChip Chip = SpiNorChips.ByName("W25Q128")!;

    private static readonly SpiClock[] Clocks =
    [
        new(30 * Mega), new(30 * Mega, LateSample: true), new(15 * Mega), new(15 * Mega, LateSample: true),
        new(10 * Mega), new(10 * Mega, LateSample: true),
    ];

    private readonly VirtualTime _time = new();
    private readonly ScriptedSpiNor _bus;

    public ClockCalibrationTests()
    {
        _bus = new ScriptedSpiNor(Chip, _time) { Clocks = Clocks };
        new Random(11).NextBytes(_bus.Cells.AsSpan(0, 65536));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public void On_a_good_bus_one_step_below_the_highest_clock_is_set()
    {
        ClockReport report = Run();

        Assert.Equal((Clocks[0], Clocks[2]), (report.Highest, report.Chosen));
        Assert.Equal(report.Chosen, _bus.Clock);
        Assert.Equal([Clocks[0], Clocks[2]], report.Trials.Select(trial => trial.Clock));
        Assert.Equal("15 MHz, highest good 30 MHz, 2 tried", report.ToString());
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] is 0x02 or 0x20 or 0x52 or 0xD8 or 0x01);
    }

    [Fact]
    public void The_highest_clock_itself_can_be_asked_for()
    {
        ClockReport report = _time.Run(
            () => new ClockCalibration(_bus, Chip, _time) { StepsBelow = 0 }.RunAsync(Cancel));

        Assert.Equal((Clocks[0], Clocks[0]), (report.Highest, report.Chosen));
        Assert.Equal(Clocks[0], _bus.Clock);
    }

    [Fact]
    public void A_limit_is_kept_and_a_clock_below_it_is_taken_where_it_is_not_good()
    {
        Spoil(0x9F, clock => clock.Hz == 15 * Mega, Shifted);

        ClockReport report = _time.Run(
            () => new ClockCalibration(_bus, Chip, _time) { HzMax = 20 * Mega, StepsBelow = 0 }.RunAsync(Cancel));

        Assert.Equal(Clocks[4], report.Chosen);
        Assert.All(report.Trials, trial => Assert.True(trial.Clock.Hz <= 20 * Mega));
    }

    [Fact]
    public void The_only_clock_that_will_do_is_refused_if_it_is_not_good()
    {
        Spoil(0x9F, clock => clock.Hz == 30 * Mega, Shifted);

        ClockReport report = RunAtFastest();

        Assert.False(report.IsHealthy);
        Assert.Contains("at 30 MHz", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_only_clock_that_will_do_is_refused_if_a_slower_one_reads_other_bytes()
    {
        Spoil(0x03, clock => clock.Hz == 30 * Mega, answer => [(byte)(answer[0] ^ 1), .. answer[1..]]);

        ClockReport report = RunAtFastest();

        Assert.False(report.IsHealthy);
        Assert.Contains("the next slower clock", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_only_clock_that_will_do_is_set_if_a_slower_one_agrees()
    {
        ClockReport report = RunAtFastest();

        Assert.True(report.IsHealthy);
        Assert.Equal(Clocks[0], _bus.Clock);
    }

    [Fact]
    public void The_late_sample_is_tried_where_the_usual_one_fails()
    {
        Spoil(0x9F, clock => clock.Hz > 10 * Mega && !clock.LateSample, Shifted);

        ClockReport report = Run();

        Assert.Equal((Clocks[1], Clocks[3]), (report.Highest, report.Chosen));
        Assert.Contains("clock edge", report.Trials[0].Health.LikelyCause, StringComparison.Ordinal);
        Assert.Equal("15 MHz sampled late, highest good 30 MHz sampled late, 4 tried", report.ToString());
    }

    [Fact]
    public void A_flaky_bit_at_the_highest_clock_costs_one_step_more()
    {
        int reads = 0;
        Spoil(0x03, clock => clock.Hz == 30 * Mega, answer =>
        {
            answer[reads * 7] ^= (byte)(reads++ % 2);
            return answer;
        });

        ClockReport report = Run();

        Assert.Equal((Clocks[2], Clocks[4]), (report.Highest, report.Chosen));
        Assert.Contains("clip contact", report.Trials[0].Health.LikelyCause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_that_is_the_same_twice_is_found_by_the_slower_clock()
    {
        Spoil(0x03, clock => clock.Hz == 30 * Mega, answer =>
        {
            answer[100] ^= 0x08;
            return answer;
        });

        ClockReport report = Run();

        Assert.True(report.Trials[0].Health.IsHealthy); // by itself it looked good
        Assert.Equal((Clocks[2], Clocks[4]), (report.Highest, report.Chosen));
    }

    [Fact]
    public void Where_only_the_slowest_clock_is_good_it_is_used()
    {
        Spoil(0x9F, clock => clock.Hz > 10 * Mega, Shifted);

        ClockReport report = Run();

        Assert.Equal((Clocks[4], Clocks[4]), (report.Highest, report.Chosen));
        Assert.True(report.IsHealthy);
    }

    [Fact]
    public void Where_no_clock_is_good_the_cause_is_named()
    {
        Spoil(0x9F, _ => true, answer => [.. answer.Select(_ => (byte)0)]);

        ClockReport report = Run();

        Assert.Equal((null, false), (report.Highest, report.IsHealthy));
        Assert.Equal(6, report.Trials.Count);
        Assert.Contains("no clock is good: at 10 MHz sampled late", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("MISO is shorted", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_one_clock_it_is_a_report_only()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time);

        ClockReport report = _time.Run(() => new ClockCalibration(bus, Chip, _time).RunAsync(Cancel));

        Assert.Equal((new SpiClock(1_500_000), new SpiClock(1_500_000)), (report.Highest, report.Chosen));
        Assert.Single(report.Trials);
    }

    [Fact]
    public async Task A_large_chip_is_calibrated_without_changing_its_addressing()
    {
        SpiNorChip chip = SpiNorChips.ByName("W25Q256")!;
        await using var bus = new ScriptedSpiNor(chip, _time) { Clocks = Clocks };

        Assert.True(_time.Run(() => new ClockCalibration(bus, chip, _time).RunAsync(Cancel)).IsHealthy);

        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0xB7 or 0xE9 or 0x13);
    }

    private ClockReport RunAtFastest() => _time.Run(
        () => new ClockCalibration(_bus, Chip, _time) { FastestOnly = true, StepsBelow = 0 }.RunAsync(Cancel));

    private ClockReport Run() => _time.Run(() => new ClockCalibration(_bus, Chip, _time).RunAsync(Cancel));

    private void Spoil(byte spoiled, Func<SpiClock, bool> at, Func<byte[], byte[]> change) =>
        _bus.Hear = (opcode, _, answer) => opcode == spoiled && at(_bus.Clock) ? change(answer) : answer;

    private static byte[] Shifted(byte[] answer) => Convert.FromHexString("77A00C");
}
