using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.Tests.Regress;

public sealed class RegressComparisonTests
{
    private static readonly CellResult Passed = RegressScript.Cell();

    [Fact]
    public void Runs_times_and_jobs_are_no_change()
    {
        CellResult later = Passed with
        {
            Run = "R-2",
            Jobs = ["other"],
            Seconds = 99,
            Key = "another build",
        };

        Assert.True(RegressComparison.Of("R-1", [Passed], [later]).IsSame);
    }

    [Theory]
    [InlineData(CellOutcome.Pass, CellOutcome.Fail, CellChangeKind.NewFailure)]
    [InlineData(CellOutcome.Pass, CellOutcome.Flaky, CellChangeKind.NewFailure)]
    [InlineData(CellOutcome.Static, CellOutcome.Error, CellChangeKind.NewFailure)]
    [InlineData(CellOutcome.Pass, CellOutcome.Refused, CellChangeKind.Worse)]
    [InlineData(CellOutcome.Holds, CellOutcome.Static, CellChangeKind.Worse)]
    [InlineData(CellOutcome.Inconclusive, CellOutcome.Fail, CellChangeKind.Worse)]
    [InlineData(CellOutcome.Fail, CellOutcome.Pass, CellChangeKind.Fixed)]
    [InlineData(CellOutcome.Flaky, CellOutcome.Pass, CellChangeKind.Fixed)]
    [InlineData(CellOutcome.Inconclusive, CellOutcome.Holds, CellChangeKind.Fixed)]
    [InlineData(CellOutcome.Fail, CellOutcome.Static, CellChangeKind.Changed)] // left out by a quarantine
    [InlineData(CellOutcome.Fail, CellOutcome.Refused, CellChangeKind.Changed)] // a damaged image in its place
    [InlineData(CellOutcome.Static, CellOutcome.Pass, CellChangeKind.Better)]
    [InlineData(CellOutcome.Error, CellOutcome.Fail, CellChangeKind.Better)]
    [InlineData(CellOutcome.Refused, CellOutcome.Static, CellChangeKind.Better)]
    [InlineData(CellOutcome.Static, CellOutcome.Refused, CellChangeKind.Worse)] // exit 20 before, 65 now
    [InlineData(CellOutcome.Pass, CellOutcome.Holds, CellChangeKind.Worse)] // certificate before, none now
    [InlineData(CellOutcome.Holds, CellOutcome.Pass, CellChangeKind.Better)]
    [InlineData(CellOutcome.Flaky, CellOutcome.Inconclusive, CellChangeKind.Worse)]
    public void Every_change_of_an_end_has_its_kind(CellOutcome was, CellOutcome now, CellChangeKind kind)
    {
        CellChange change = Assert.Single(RegressComparison.Of(
            "R-1", [Passed with { Outcome = was }], [Passed with { Outcome = now }]).Changes);

        Assert.Equal(kind, change.Kind);
        Assert.Equal(
            kind is CellChangeKind.NewFailure or CellChangeKind.Worse or CellChangeKind.Gone, change.IsWorse);
        Assert.Contains(
            new CellDifference("end", $"{was.Word()} at run", $"{now.Word()} at run"), change.Differences);
    }

    [Fact]
    public void A_chip_that_is_half_written_now_and_a_pass_that_shows_less_are_worse()
    {
        CellResult failed = Passed with { Outcome = CellOutcome.Fail };

        Assert.Equal(
            [CellChangeKind.Worse, CellChangeKind.Better, CellChangeKind.Worse, CellChangeKind.Better],
            new[]
            {
                (failed, failed with { Dirty = true }), (failed with { Dirty = true }, failed),
                (Passed, Passed with { Level = "L1" }), (Passed with { Level = "L1" }, Passed),
            }.Select(pair => Assert.Single(RegressComparison.Of("R-1", [pair.Item1], [pair.Item2]).Changes).Kind));
        Assert.Contains(
            new CellDifference("chip", "whole", "half-written"),
            RegressComparison.Of("R-1", [failed], [failed with { Dirty = true }]).Changes[0].Differences);
    }

    [Fact]
    public void Another_content_with_the_same_end_is_a_change_that_names_both()
    {
        CellChange change = Assert.Single(RegressComparison.Of(
            "R-1", [Passed], [Passed with { Image = "new", Me = "ME 8.2" }]).Changes);

        Assert.Equal(CellChangeKind.Changed, change.Kind);
        Assert.Equal(
            [new("image", new string('1', 64), "new"), new("ME", "ME 8.1.0.1", "ME 8.2")], change.Differences);
    }

    [Fact]
    public void A_stage_that_says_something_else_is_named_and_what_follows_from_it_is_not()
    {
        CellResult refused = Passed with
        {
            Outcome = CellOutcome.Refused,
            Stage = "audit",
            Reason = "broken",
            Stages = [new("audit", StageEnd.Refused, "broken")],
            Result = "",
            Level = "",
            Jobs = [],
        };

        CellChange change = Assert.Single(RegressComparison.Of("R-1", [Passed], [refused]).Changes);

        Assert.Equal(
            [
                new("stage audit", "passed: ME 8.1.0.1", "refused: broken"),
                new("end", "PASS at run", "REFUSED at audit"),
            ],
            change.Differences);
    }

    [Fact]
    public void New_and_gone_cells_are_named()
    {
        CellResult other = RegressScript.Cell("b.bin") with { Image = "other" };
        RegressComparison comparison = RegressComparison.Of("R-1", [Passed], [other]);

        Assert.Equal(
            [(CellChangeKind.New, "b.bin"), (CellChangeKind.Gone, "a.bin")],
            comparison.Changes.Select(change => (change.Kind, change.Cell.File)));
        Assert.Equal(
            ["b.bin: new: purism PASS", "a.bin: gone; it was purism PASS"], ChangeWords.Lines(comparison));
    }

    [Fact]
    public void A_file_with_another_name_is_told_as_one() => Assert.Equal(
        ["b.bin: new (it was a.bin): purism PASS", "a.bin: gone (it is b.bin now); it was purism PASS"],
        ChangeWords.Lines(RegressComparison.Of("R-1", [Passed], [RegressScript.Cell("b.bin")])));

    [Fact]
    public void What_all_cells_of_a_file_have_in_common_is_said_once()
    {
        CellResult[] before = [RegressScript.Cell(), RegressScript.Cell(policy: "hap-only")];
        CellResult[] after =
        [
            before[0] with { Image = new string('9', 64) },
            before[1] with { Image = new string('9', 64), Outcome = CellOutcome.Fail, Reason = "it died" },
        ];

        Assert.Equal(
            [
                "a.bin: image: 111111111111... -> 999999999999...",
                "a.bin purism virtual-me8: changed: still PASS",
                "a.bin hap-only virtual-me8: new failure: end: PASS at run -> FAIL at run; reason: nothing -> it died",
            ],
            ChangeWords.Lines(RegressComparison.Of("R-1", before, after)));
    }

    [Fact]
    public void What_only_the_run_before_was_asked_for_is_not_gone_and_another_build_is_named()
    {
        RegressTable before = RegressScript.Table(Passed, RegressScript.Cell(policy: "hap-only"));
        RegressTable now = RegressTable.Of(
        [
            RegressScript.Start("R-2", "purism") with
            {
                Regress = RegressScript.Order(1, "purism") with { Build = new string('c', 64) },
            },
            new RunEvent.Settled(Passed), new RunEvent.Ended(RegressScript.Noon),
        ]);

        RegressComparison comparison = RegressComparison.Of(before, now)!;

        Assert.True(comparison.IsSame);
        Assert.Equal(("R-1, over another matrix", true), (comparison.With, comparison.IsOtherBuild));
        Assert.Equal("R-1", RegressComparison.Of(before, before)!.With);
        Assert.Equal(
            [CellChangeKind.New], RegressComparison.Of(now, before)!.Changes.Select(change => change.Kind));
    }
}
