using FlashBench.Bench.Regress;
using FlashBench.Cli.Regress;
using FlashBench.Results.Export;
using FlashBench.Tests.Regress;

namespace FlashBench.Tests.Cli.Regress;

public sealed class CellCaseTests
{
    [Theory]
    [InlineData(CellOutcome.Pass, ExportedEnd.Passed)]
    [InlineData(CellOutcome.Holds, ExportedEnd.Passed)]
    [InlineData(CellOutcome.Static, ExportedEnd.Skipped)]
    [InlineData(CellOutcome.Duplicate, ExportedEnd.Skipped)]
    [InlineData(CellOutcome.Refused, ExportedEnd.Skipped)]
    [InlineData(CellOutcome.NoImage, ExportedEnd.Skipped)]
    [InlineData(CellOutcome.Unreadable, ExportedEnd.Error)]
    [InlineData(CellOutcome.Flaky, ExportedEnd.Error)]
    [InlineData(CellOutcome.Inconclusive, ExportedEnd.Error)]
    [InlineData(CellOutcome.Fail, ExportedEnd.Failed)]
    [InlineData(CellOutcome.Aborted, ExportedEnd.Error)]
    [InlineData(CellOutcome.Error, ExportedEnd.Error)]
    public void What_is_not_known_is_no_pass_for_other_programs(CellOutcome outcome, ExportedEnd end)
    {
        CellResult cell = RegressScript.Cell(outcome: outcome);

        Assert.Equal(end, CellCase.Of(RegressScript.Table(cell), cell).End);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("v1", true)] // a named bench can be a virtual one
    [InlineData("desk1", false)]
    public void A_case_says_whether_its_board_was_simulated(string bench, bool simulated)
    {
        CellResult cell = RegressScript.Cell() with { Bench = bench, IsSimulated = simulated };

        Assert.Equal(simulated, CellCase.Of(RegressScript.Table(cell), cell).IsSimulated);
    }
}
