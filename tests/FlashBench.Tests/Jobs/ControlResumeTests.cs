using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>A negative control that is killed while its board is put back ends like one that was not.</summary>
public sealed class ControlResumeTests
{
    [Theory]
    [InlineData(NegativeControl.Stock)]
    [InlineData(NegativeControl.DamagedManifest)]
    public void A_control_that_is_killed_in_its_last_write_ends_as_if_nothing_had_happened(NegativeControl control)
    {
        using JobBench undisturbed = Control(control), killed = Control(control);
        Judgement expected = undisturbed.Run().Result.Judgement;
        Assert.True(killed.RunUntilKilled("phase.begin", 9, JournalMoment.AfterSync));
        Assert.Equal("restore", InterruptedJob.Read(killed.Directory).Phase);

        Judgement judgement = killed.Resume().Result.Judgement;

        Assert.Equal((expected.Verdict, expected.Level), (judgement.Verdict, judgement.Level));
        Assert.Equal(
            expected.Checks.Select(check => (check.Id, check.Outcome)),
            judgement.Checks.Select(check => (check.Id, check.Outcome)));
        Assert.Equal(killed.FlashBefore, killed.FlashAfter);
        Assert.Null(killed.State.DirtyJob("me8"));
    }

    private static JobBench Control(NegativeControl control) => new()
    {
        Control = control,
        Image = ImageGenerator.CreateSmall("me8", 1 << 20, board: 1),
        Describe = profile => profile with
        {
            Chips = [.. SpiNorChips.All.Select(chip => chip.JedecId)],
        },
    };
}
