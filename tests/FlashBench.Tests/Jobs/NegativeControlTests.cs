using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Jobs;

/// <summary>NC1 to NC9: each ends in exactly its class and verdict, by the journal alone, and the board has its own
/// image back.</summary>
public sealed class NegativeControlTests
{
    [Theory]
    [InlineData("me8", "damaged-manifest", "FAIL, WatchdogConsistent, ME WatchdogArmed")] // NC1
    [InlineData("me10", "damaged-manifest", "FAIL, WatchdogConsistent, ME WatchdogArmed")]
    [InlineData("me8", "stock", "FAIL, Alive, ME Running")] // NC2
    [InlineData("me11", "stock", "FAIL, Alive, ME Running")]
    [InlineData("me8", "wrong-strap", "FAIL, Alive, ME Running")] // NC3
    [InlineData("me11", "wrong-strap", "FAIL, Alive, ME Running")]
    [InlineData("me8", "soft-disable", "FAIL, Alive, ME SoftDisabled")] // NC4
    [InlineData("me11", "soft-disable", "FAIL, Alive, ME SoftDisabled")]
    [InlineData("me8", "console-unplugged", "INCONCLUSIVE, SignsOfLifeLost")] // NC5
    [InlineData("me10", "power-off", "INCONCLUSIVE, DeliberateShutdown")] // NC6
    [InlineData("me8", "ac-cut", "INCONCLUSIVE, LabPower")] // NC7
    [InlineData("me8", "panic", "INCONCLUSIVE, Hang")] // NC8
    [InlineData("me10", "hang", "INCONCLUSIVE, Hang")]
    [InlineData("me11", "damaged-manifest", "FAIL, NeverBooted")] // NC9
    public void A_control_ends_as_it_must_by_its_journal(string kind, string control, string wanted)
    {
        using var bench = new JobBench { Kind = kind, Control = NegativeControls.Find(control) };

        (int code, _) = bench.Run();

        VerifiedRecord record = bench.Verify(); // recomputed from journal and console
        Check check = record.Judgement.Checks.Single(check => check.Id == "N1");
        Assert.Equal((wanted, wanted, Verdict.Pass), (check.Measured, check.Limit, check.Outcome));
        Assert.Equal(wanted.StartsWith("FAIL", StringComparison.Ordinal) ? 30 : 20, code);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.False(bench.HalfWritten);
    }

    [Fact]
    public void A_control_that_a_board_survives_is_told_as_one_that_shows_nothing()
    {
        using var bench = new JobBench { Control = NegativeControl.Hang, Arrange = b => b.Faults.Hang = null };

        (int code, _) = bench.Run();

        VerifiedRecord record = bench.Verify();
        Check check = record.Judgement.Checks.Single(check => check.Id == "N1");
        Assert.Equal((20, Verdict.Inconclusive), (code, check.Outcome));
        Assert.StartsWith($"INCONCLUSIVE, {BootClass.Alive}", check.Measured, StringComparison.Ordinal);
        Assert.Contains("did not fail", record.Judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_job_has_no_check_of_a_control()
    {
        using var bench = new JobBench { DryRun = true };

        bench.Run();

        Assert.DoesNotContain(bench.Verify().Judgement.Checks, check => check.Id == "N1");
    }

    [Fact]
    public void Every_control_has_a_name_and_a_row_for_either_generation()
    {
        Assert.Equal(
            Enum.GetValues<NegativeControl>().Order(),
            NegativeControls.Names.Select(name => NegativeControls.Find(name)!.Value).Order());
        foreach (string name in NegativeControls.Names)
        {
            Assert.NotNull(ControlExpectation.For(name, 2));
            Assert.NotNull(ControlExpectation.For(name, 3));
        }

        Assert.Null(NegativeControls.Find("no-such-control"));
        Assert.Null(ControlExpectation.For("no-such-control", 2));
    }
}
