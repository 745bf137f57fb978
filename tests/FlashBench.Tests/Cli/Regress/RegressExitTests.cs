using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli;
using FlashBench.Cli.Regress;
using FlashBench.Tests.Regress;
using FlashBench.Tests.Runs;

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
        Assert.Equal(code, CodeOf([RegressScript.Cell(outcome: outcome)], null));
        Assert.Equal(
            code, CodeOf([RegressScript.Cell(), RegressScript.Cell("b.bin", outcome: outcome)], null));
    }

    [Fact]
    public void The_worst_cell_counts_as_the_design_orders_them()
    {
        CellResult[] cells = [.. Enum.GetValues<CellOutcome>().Select(outcome => RegressScript.Cell(outcome: outcome))];

        Assert.Equal(ExitCodes.BadInput, CodeOf(cells, null));
        Assert.Equal(ExitCodes.BenchError, CodeOf(
            cells.Where(cell => cell.Outcome.Severity() is 0 or > 2), null));
        Assert.Equal(ExitCodes.Dirty, CodeOf([.. cells, RegressScript.Cell() with { Dirty = true }], null));
        Assert.Equal(ExitCodes.Ok, CodeOf([], null));
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

        Assert.Equal(code, CodeOf(
            after, RegressComparison.Of("known", [RegressScript.Cell(outcome: known)], after)));
    }

    [Fact]
    public void With_a_baseline_what_is_new_counts_as_without_and_what_is_gone_is_evidence_that_is_lost()
    {
        CellResult[] now = [RegressScript.Cell(), RegressScript.Cell("new.bin", outcome: CellOutcome.Fail)];

        Assert.Equal(ExitCodes.Fail, CodeOf(
            now, RegressComparison.Of("known", [RegressScript.Cell()], now)));
        Assert.Equal(ExitCodes.Inconclusive, CodeOf(
            now[..1], RegressComparison.Of("known", [now[0], RegressScript.Cell("gone.bin")], now[..1])));
    }

    [Fact]
    public void How_a_bench_was_left_counts_whatever_the_baseline_knows()
    {
        CellResult[] now = [RegressScript.Cell()];
        var same = RegressComparison.Of("known", now, now);
        RunEvent.Done half = RunScript.End("a", 1);

        Assert.Equal(ExitCodes.Ok, RegressExit.CodeOf(now, same, Course(RunScript.End("a", 1))));
        Assert.Equal(ExitCodes.BenchError, RegressExit.CodeOf(
            now, same, Course(new RunEvent.Left("a", "its own image could not be put back", true, RunScript.Evening))));
        Assert.Equal(ExitCodes.Ok, RegressExit.CodeOf(
            now, same, Course(new RunEvent.Left("a", "it has done all", false, RunScript.Evening))));
        Assert.Equal(ExitCodes.Dirty, RegressExit.CodeOf(
            now, null, Course(half with { Digest = half.Digest with { Dirty = true } })));
    }

    [Fact]
    public void A_half_written_chip_counts_also_when_the_baseline_knows_it()
    {
        CellResult[] torn = [RegressScript.Cell(outcome: CellOutcome.Error) with { Dirty = true }];

        Assert.Equal(ExitCodes.Dirty, CodeOf(torn, RegressComparison.Of("known", torn, torn)));
    }

    private static RunCourse Course(RunEvent last) =>
        RunCourse.Of([RunScript.Start(), RunScript.Begin("a", 1, 1), last]);

    private static int CodeOf(IEnumerable<CellResult> cells, RegressComparison? baseline) =>
        RegressExit.CodeOf([.. cells], baseline, course: null);
}
