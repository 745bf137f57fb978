using FlashBench.Bench;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli;
using FlashBench.Cli.Regress;
using FlashBench.Tests.Regress;

namespace FlashBench.Tests.Cli.Regress;

public sealed class RegressExitTests
{
    [Theory]
    [InlineData(CellOutcome.Pass, ExitCodes.Ok)]
    [InlineData(CellOutcome.Holds, ExitCodes.Ok)]
    [InlineData(CellOutcome.Duplicate, ExitCodes.Ok)]
    [InlineData(CellOutcome.Static, ExitCodes.Inconclusive)]
    [InlineData(CellOutcome.Flaky, ExitCodes.Inconclusive)]
    [InlineData(CellOutcome.Inconclusive, ExitCodes.Inconclusive)]
    [InlineData(CellOutcome.Refused, ExitCodes.BadInput)]
    [InlineData(CellOutcome.NoImage, ExitCodes.BadInput)]
    [InlineData(CellOutcome.Unreadable, ExitCodes.BadInput)]
    [InlineData(CellOutcome.Fail, ExitCodes.Fail)]
    [InlineData(CellOutcome.Aborted, ExitCodes.Aborted)]
    [InlineData(CellOutcome.Error, ExitCodes.BenchError)]
    public void Without_a_baseline_every_end_has_its_code(CellOutcome outcome, int code)
    {
        Assert.Equal(code, RegressExit.CodeOf([RegressScript.Cell(outcome: outcome)], null));
        Assert.Equal(
            code, RegressExit.CodeOf([RegressScript.Cell(), RegressScript.Cell("b.bin", outcome: outcome)], null));
    }

    [Fact]
    public void The_worst_cell_counts_as_the_design_orders_them()
    {
        CellResult[] cells = [.. Enum.GetValues<CellOutcome>().Select(outcome => RegressScript.Cell(outcome: outcome))];

        Assert.Equal(ExitCodes.BadInput, RegressExit.CodeOf(cells, null));
        Assert.Equal(ExitCodes.BenchError, RegressExit.CodeOf(
            [.. cells.Where(cell => cell.Outcome.Severity() is 0 or > 2)], null));
        Assert.Equal(ExitCodes.Dirty, RegressExit.CodeOf([.. cells, RegressScript.Cell() with { Dirty = true }], null));
        Assert.Equal(ExitCodes.Ok, RegressExit.CodeOf([], null));
    }

    [Theory]
    [InlineData(CellOutcome.Fail, CellOutcome.Fail, ExitCodes.Ok)] // known
    [InlineData(CellOutcome.Fail, CellOutcome.Pass, ExitCodes.Ok)] // fixed
    [InlineData(CellOutcome.Error, CellOutcome.Fail, ExitCodes.Ok)] // better
    [InlineData(CellOutcome.Pass, CellOutcome.Fail, ExitCodes.Fail)]
    [InlineData(CellOutcome.Pass, CellOutcome.Refused, ExitCodes.BadInput)]
    [InlineData(CellOutcome.Inconclusive, CellOutcome.Fail, ExitCodes.Fail)]
    public void With_a_baseline_only_what_got_worse_counts(CellOutcome known, CellOutcome now, int code)
    {
        CellResult[] after = [RegressScript.Cell(outcome: now)];

        Assert.Equal(code, RegressExit.CodeOf(
            after, RegressComparison.Of("known", [RegressScript.Cell(outcome: known)], after)));
    }

    [Fact]
    public void With_a_baseline_what_is_new_counts_as_without_and_what_is_gone_is_evidence_that_is_lost()
    {
        CellResult[] now = [RegressScript.Cell(), RegressScript.Cell("new.bin", outcome: CellOutcome.Fail)];

        Assert.Equal(ExitCodes.Fail, RegressExit.CodeOf(
            now, RegressComparison.Of("known", [RegressScript.Cell()], now)));
        Assert.Equal(ExitCodes.Inconclusive, RegressExit.CodeOf(
            now[..1], RegressComparison.Of("known", [now[0], RegressScript.Cell("gone.bin")], now[..1])));
    }

    [Fact]
    public void A_half_written_chip_counts_also_when_the_baseline_knows_it()
    {
        CellResult[] torn = [RegressScript.Cell(outcome: CellOutcome.Error) with { Dirty = true }];

        Assert.Equal(ExitCodes.Dirty, RegressExit.CodeOf(torn, RegressComparison.Of("known", torn, torn)));
    }

    [Theory]
    [InlineData(false, false, ExitCodes.Ok)]
    [InlineData(true, false, ExitCodes.BenchError)]
    [InlineData(true, true, ExitCodes.Dirty)]
    public void A_named_bench_that_needs_hands_at_the_end_is_no_success_though_every_cell_passed(
        bool left, bool dirty, int code)
    {
        CellResult passed = RegressScript.Cell() with { Bench = "desk1" };
        RegressTable table = RegressTable.Of(
        [
            RegressScript.Start() with
            {
                Benches = [new RunBench("desk1", "virtual-me8", null, [0])],
                Regress = RegressScript.Order() with { Benches = ["desk1"] },
            },
            new RunEvent.Assigned("desk1", 1, 1, 0, 1, "j1"),
            new RunEvent.Done("desk1", 1, 1, RegressScript.Job(Verdict.Pass)),
            new RunEvent.Assigned("desk1", 1, 0, null, 1, "j1-restore"),
            new RunEvent.Done("desk1", 1, 1, RegressScript.Job(dirty ? Verdict.Error : Verdict.Pass) with
            {
                Dirty = dirty,
            }),
            .. left ? (RunEvent[])[new RunEvent.Left("desk1", "its own image is not back", true, RegressScript.Noon)]
                : [],
            new RunEvent.Settled(passed), new RunEvent.Ended(RegressScript.Noon),
        ]);

        Assert.Equal(code, RegressExit.CodeOf(table, null));
        Assert.Equal(code, RegressExit.CodeOf(table, RegressComparison.Of("known", [passed], table.Cells)));
        Assert.Equal(left, table.NeedHands.Any());
    }
}
