using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Results.Rows;

namespace FlashBench.Tests.Regress;

public sealed class CellJudgeTests
{
    private static readonly CellResult Named = new("a.bin", "me-cleaner", "virtual-me8", CellOutcome.Error, "read", "");

    [Fact]
    public void What_cannot_run_is_never_a_pass_and_says_why()
    {
        CellResult cell = CellJudge.OfStatic(Named, RegressScript.Sound, "no board profile is for ME 12");

        Assert.Equal(
            (CellOutcome.Static, "static only: no board profile is for ME 12"), (cell.Outcome, cell.Reason));
    }

    [Theory]
    [InlineData(StageEnd.Refused, CellOutcome.Refused)]
    [InlineData(StageEnd.Failed, CellOutcome.Fail)]
    public void The_stage_that_did_not_pass_decides(StageEnd end, CellOutcome outcome)
    {
        CellResult cell = CellJudge.OfStatic(
            Named, new StaticResult([new("audit", StageEnd.Passed, ""), new("plan", end, "it is so")]), "");

        Assert.Equal((outcome, "plan", "it is so"), (cell.Outcome, cell.Stage, cell.Reason));
    }

    [Theory]
    [InlineData(Verdict.Pass, false, CellOutcome.Pass)]
    [InlineData(Verdict.Inconclusive, false, CellOutcome.Inconclusive)]
    [InlineData(Verdict.Inconclusive, true, CellOutcome.Holds)]
    [InlineData(Verdict.Fail, false, CellOutcome.Fail)]
    [InlineData(Verdict.Fail, true, CellOutcome.Holds)]
    [InlineData(Verdict.Aborted, true, CellOutcome.Aborted)]
    [InlineData(Verdict.Error, true, CellOutcome.Error)]
    public void One_job_decides_by_its_verdict(Verdict verdict, bool holds, CellOutcome outcome) =>
        Assert.Equal(outcome, CellJudge.OfRun(
            Named, RegressScript.Sound, [[RegressScript.Job(verdict, "why", holds)]]).Outcome);

    [Fact]
    public void Rounds_with_different_ends_are_flaky_and_the_worst_is_named()
    {
        CellResult cell = CellJudge.OfRun(
            Named, RegressScript.Sound,
            [
                [RegressScript.Job(Verdict.Pass, job: "j1")],
                [RegressScript.Job(Verdict.Fail, "it died", job: "j2")],
                [RegressScript.Job(Verdict.Pass, job: "j3")],
            ]);

        Assert.Equal(
            (CellOutcome.Flaky, "2 of 3 PASS, 1 of 3 FAIL; round 2: it died"), (cell.Outcome, cell.Reason));
        Assert.Equal(["j1", "j2", "j3"], cell.Jobs);
    }

    [Theory]
    [InlineData(Verdict.Pass, false, "PASS only when it was repeated")]
    [InlineData(Verdict.Inconclusive, true, "HOLDS only when it was repeated")]
    [InlineData(Verdict.Fail, true, "HOLDS only when it was repeated")]
    public void What_is_good_only_after_a_repetition_is_flaky(Verdict second, bool holds, string why)
    {
        CellResult cell = CellJudge.OfRun(
            Named, RegressScript.Sound,
            [
                [
                    RegressScript.Job(Verdict.Error, "usb", job: "j1"),
                    RegressScript.Job(second, "less", holds, job: "j2"),
                ],
            ]);

        Assert.Equal((CellOutcome.Flaky, why), (cell.Outcome, cell.Reason));
        Assert.Equal(["j1", "j2"], cell.Jobs);
    }

    [Fact]
    public void What_was_repeated_though_it_held_is_not_flaky() => Assert.Equal(
        CellOutcome.Holds, CellJudge.OfRun(
            Named, RegressScript.Sound,
            [
                [
                    RegressScript.Job(Verdict.Inconclusive, "A5", holds: true),
                    RegressScript.Job(Verdict.Inconclusive, "A5", holds: true),
                ],
            ]).Outcome);

    [Theory]
    [InlineData(Verdict.Fail, Verdict.Error, CellOutcome.Error)]
    [InlineData(Verdict.Fail, Verdict.Inconclusive, CellOutcome.Fail)]
    [InlineData(Verdict.Inconclusive, Verdict.Aborted, CellOutcome.Aborted)]
    [InlineData(Verdict.Pass, Verdict.Error, CellOutcome.Flaky)]
    public void Rounds_of_which_none_passed_are_what_the_worst_is(Verdict one, Verdict other, CellOutcome outcome)
    {
        foreach ((Verdict first, Verdict second) in new[] { (one, other), (other, one) })
        {
            CellResult cell = CellJudge.OfRun(
                Named, RegressScript.Sound,
                [[RegressScript.Job(first, "first")], [RegressScript.Job(second, "second")]]);

            Assert.Equal(outcome, cell.Outcome);
            Assert.StartsWith("1 of 2 ", cell.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rounds_that_are_lacking_are_an_error_and_what_the_others_left_is_not_lost()
    {
        JobDigest torn = RegressScript.Job(Verdict.Fail, "write failed", job: "j1") with { Dirty = true };

        CellResult cell = CellJudge.OfPart(Named, RegressScript.Sound, [[torn]], 2, "its chip is half-written");

        Assert.Equal(
            (CellOutcome.Error, true, "only 1 of 2 rounds were run: its chip is half-written; FAIL: write failed"),
            (cell.Outcome, cell.Dirty, cell.Reason));
        Assert.Equal(["j1"], cell.Jobs);
    }

    [Theory]
    [InlineData("purism", "A6", Verdict.Fail, false)]
    [InlineData("me-cleaner", "A6", Verdict.Fail, true)]
    [InlineData("me-cleaner", "C2", Verdict.Fail, false)] // by its words: PolicyClaimsTests
    [InlineData("me-cleaner", "C1", Verdict.Inconclusive, true)]
    [InlineData("me-cleaner", "C1", Verdict.Fail, false)] // the ME runs
    [InlineData("me-cleaner", "A5", Verdict.Fail, false)]
    [InlineData("hap-only", "A5", Verdict.Inconclusive, true)]
    [InlineData("hap-only", "A5", Verdict.Fail, false)]
    [InlineData("hap-only", "A6", Verdict.Fail, false)]
    [InlineData("hap-only", "C1", Verdict.Inconclusive, false)]
    [InlineData("none", "C1", Verdict.Fail, true)]
    [InlineData("none", "D1", Verdict.Fail, false)]
    [InlineData("none", "E1", Verdict.Fail, false)]
    public void A_policy_is_excused_from_what_it_does_not_claim_and_from_nothing_else(
        string policy, string check, Verdict outcome, bool holds)
    {
        Check[] checks =
        [
            new("A1", "", Verdict.Pass, Mandatory: true, "", "", ""),
            new(check, "", outcome, Mandatory: true, "", "", ""),
            new("Z9", "", Verdict.Inconclusive, Mandatory: false, "", "", ""),
        ];

        Assert.Equal(holds, PolicyClaims.Hold(policy, checks, []));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("purism", true)]
    [InlineData("me-cleaner", false)]
    [InlineData("hap-only", false)]
    [InlineData("none", false)]
    public void A_job_by_a_policy_that_cannot_pass_lowers_no_rate(string? policy, bool counted) => Assert.Equal(
        counted, new JobRow
        {
            Directory = "d",
            State = RowState.Decided,
            Job = "d",
            Reason = "",
            Kind = "certify",
            Policy = policy,
        }.IsCounted);

    [Fact]
    public void A_phase_that_did_not_pass_is_never_excused() => Assert.False(PolicyClaims.Hold(
        "none", [], [new PhaseFacts("watch", 0, 1, Verdict.Fail, "", ErrorClass.Dut)]));
}
