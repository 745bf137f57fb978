using FlashBench.Bench.Regress;
using FlashBench.Cli.Regress;
using FlashBench.Tests.Regress;

namespace FlashBench.Tests.Cli.Regress;

public sealed class KnownCellsTests : IDisposable
{
    private readonly TemporaryFolder _evidence = new();

    public void Dispose() => _evidence.Dispose();

    [Theory]
    [InlineData(CellOutcome.Static)]
    [InlineData(CellOutcome.Refused)]
    [InlineData(CellOutcome.Fail)]
    public void What_static_checks_found_needs_no_job(CellOutcome outcome)
    {
        CellResult cell = WithoutJob(outcome, "audit");

        Assert.Equal(outcome, Found(cell)?.Outcome);
    }

    [Theory]
    [InlineData(CellOutcome.Pass, CellJudge.Run)]
    [InlineData(CellOutcome.Holds, CellJudge.Run)]
    [InlineData(CellOutcome.Inconclusive, CellJudge.Run)]
    [InlineData(CellOutcome.Pass, "audit")]
    [InlineData(CellOutcome.Holds, "audit")]
    public void A_result_that_no_job_shows_is_not_taken_over_whatever_the_log_says(CellOutcome outcome, string stage) =>
        Assert.Null(Found(WithoutJob(outcome, stage)));

    [Fact]
    public void A_result_whose_job_is_not_there_is_not_taken_over() => Assert.Null(Found(RegressScript.Cell()));

    private static CellResult WithoutJob(CellOutcome outcome, string stage) =>
        RegressScript.Cell(outcome: outcome) with
        {
            Stage = stage,
            Jobs = [],
        };

    private CellResult? Found(CellResult cell) =>
        new KnownCells(RegressScript.Table(cell), _evidence.Path).Find(cell);
}
