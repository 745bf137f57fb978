using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>A negative control that is an event (NC4 to NC8) is killed and resumed: the event is in the first watched
/// boot all the same, the verdict is the same, and the board has its own image back.</summary>
public sealed class InterruptedControlTests
{
    private const int SamplesOfBaseline = 33; // records, one a minute

    [Theory]
    [InlineData("soft-disable", "FAIL, Alive, ME SoftDisabled")]
    [InlineData("console-unplugged", "INCONCLUSIVE, SignsOfLifeLost")]
    [InlineData("power-off", "INCONCLUSIVE, DeliberateShutdown")]
    [InlineData("ac-cut", "INCONCLUSIVE, LabPower")]
    public void A_control_that_is_an_event_ends_after_a_kill_as_without_one(string control, string wanted)
    {
        (string Type, int Occurrence, JournalMoment Moment)[] kills =
        [
            ("power.samples", 5, JournalMoment.AfterSync),                      // amid the baseline
            ("boot.end", 1, JournalMoment.AfterSync),                           // behind it
            ("phase.begin", 7, JournalMoment.AfterSync),                        // before the watch
            ("power.samples", SamplesOfBaseline + 5, JournalMoment.AfterSync),  // before the event
            ("power.samples", SamplesOfBaseline + 14, JournalMoment.AfterSync), // after that of the console
            ("boot.end", 2, JournalMoment.BeforeWrite),                         // after any event
            ("phase.begin", 9, JournalMoment.AfterSync),                        // putting the backup back
        ];

        foreach ((string type, int occurrence, JournalMoment moment) in kills)
        {
            using var bench = new JobBench { Control = NegativeControls.Find(control) };
            Assert.True(bench.RunUntilKilled(type, occurrence, moment));

            (int code, JobResult result) = bench.Resume();

            Check check = bench.Verify().Judgement.Checks.Single(check => check.Id == "N1");
            string where = $"{type} {occurrence}";
            Assert.Equal((where, wanted), (where, check.Measured));
            Assert.Equal((where, wanted[0] == 'F' ? 30 : 20, false), (where, code, result.Dirty));
            Assert.True(bench.FlashBefore.AsSpan().SequenceEqual(bench.FlashAfter), where);
            Assert.Null(bench.State.DirtyJob("me8"));
            Assert.True(bench.IsSafe, where);
        }
    }
}
