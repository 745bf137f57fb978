using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>A part that never answers ends the job in a signed ERROR at the limit of its phase, and the board is made
/// safe; whether the part listens when it is told to stop, or does not even do that.</summary>
public sealed class HangTests
{
    [Theory]
    [InlineData(1, "identify", true)]
    [InlineData(1, "identify", false)]
    [InlineData(2, "backup", true)]
    [InlineData(2, "backup", false)]
    [InlineData(4, "write", true)]
    [InlineData(4, "write", false)]
    public void A_programmer_that_never_answers_ends_its_phase_at_the_limit(int opening, string phase, bool listens)
    {
        int opened = 0;
        using var bench = new JobBench
        {
            Image = ImageGenerator.CreateSmall("me8", 1 << 20, board: 1),
            Describe = profile => profile with
            {
                Chips = [.. SpiNorChips.All.Select(chip => chip.JedecId)],
            },
            Equip = (parts, time) => parts with
            {
                OpenProgrammer = async cancel =>
                {
                    ISpiBus bus = await parts.OpenProgrammer(cancel);
                    return ++opened < opening ? bus : new DeafBus(bus, time, listens);
                },
            },
        };

        (int code, JobResult result) = bench.Run();

        AssertHung(bench, (code, result), phase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sensor_that_never_answers_ends_the_boot_at_the_limit(bool listens)
    {
        using var bench = new JobBench
        {
            Equip = (parts, time) => parts with { Sensor = new DeafSensor(parts.Sensor!, time, listens) },
        };

        (int code, JobResult result) = bench.Run();

        AssertHung(bench, (code, result), "baseline");
    }

    private static void AssertHung(JobBench bench, (int Code, JobResult Result) end, string phase)
    {
        Assert.Equal((50, Verdict.Error), (end.Code, end.Result.Judgement.Verdict));
        Assert.Contains("it hangs: not done after", end.Result.Judgement.Reason, StringComparison.Ordinal);
        JournalData.PhaseEnd hung = bench.Records.Select(record => record.Data).OfType<JournalData.PhaseEnd>()
            .First(phaseEnd => phaseEnd.Verdict != Verdict.Pass);
        Assert.Equal((phase, ErrorClass.Infrastructure), (hung.Name, hung.Class));
        Assert.Equal(Verdict.Error, bench.Verify().Judgement.Verdict);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me8"));
    }

    private static Task NeverAsync(TimeProvider time, bool listens, CancellationToken cancel) =>
        Task.Delay(TimeSpan.FromDays(40), time, listens ? cancel : CancellationToken.None);

    private sealed class DeafBus(ISpiBus bus, TimeProvider time, bool listens) : ISpiBus
    {
        public PartIdentity Identity => bus.Identity;

        public int FrequencyHz => bus.FrequencyHz;

        public SpiClock Clock => bus.Clock;

        public IReadOnlyList<SpiClock> Clocks => bus.Clocks;

        public int CommandBytesMax => bus.CommandBytesMax;

        public int ResponseBytesMax => bus.ResponseBytesMax;

        public ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel) => bus.SetClockAsync(clock, cancel);

        public async ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel) =>
            await NeverAsync(time, listens, cancel);

        public ValueTask DisposeAsync() => bus.DisposeAsync();
    }

    // Until the board has been switched on it answers.
    private sealed class DeafSensor(IPowerSensor sensor, TimeProvider time, bool listens) : IPowerSensor
    {
        private bool _deaf;

        public PartIdentity Identity => sensor.Identity;

        public async ValueTask<PowerSample> SampleAsync(CancellationToken cancel)
        {
            if (_deaf)
                await NeverAsync(time, listens, cancel);
            PowerSample sample = await sensor.SampleAsync(cancel);
            _deaf = sample.RailMillivolts > 1000;
            return sample;
        }
    }
}
