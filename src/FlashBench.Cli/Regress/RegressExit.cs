using FlashBench.Bench.Regress;

namespace FlashBench.Cli.Regress;

/// <summary>The exit code of a regression that has ended.</summary>
/// <remarks>Without a baseline the worst cell counts. With one, what it knows counts only if it got worse; a cell that
/// is new counts as without, and one that is gone is evidence that is lost.</remarks>
internal static class RegressExit
{
    private static readonly int[] FromWorst =
    [
        ExitCodes.Dirty, ExitCodes.Permission, ExitCodes.BadInput, ExitCodes.BenchError, ExitCodes.Fail,
        ExitCodes.Aborted, ExitCodes.Inconclusive, ExitCodes.Ok,
    ];

    /// <summary>The code of a run.</summary>
    /// <param name="table">The run.</param>
    /// <param name="baseline">The comparison with a baseline; null without one.</param>
    /// <remarks>On named benches their own end counts too: the board of one that needs hands may not have got its own
    /// image back.</remarks>
    public static int CodeOf(RegressTable table, RegressComparison? baseline) => Worst(
    [
        CodeOf(table.Cells, baseline),
        .. table.Benches.Where(bench => bench.IsDirty).Select(_ => ExitCodes.Dirty),
        .. table.Benches.Where(bench => bench.HasLeft is { NeedsHands: true }).Select(_ => ExitCodes.BenchError),
    ]);

    /// <summary>The code of the cells alone.</summary>
    /// <param name="cells">All cells.</param>
    /// <param name="baseline">The comparison with a baseline; null without one.</param>
    public static int CodeOf(IReadOnlyList<CellResult> cells, RegressComparison? baseline) => Worst(
        baseline is null ? cells.Select(OfCell) : baseline.Changes
            .Where(change => change.IsWorse || change.Kind == CellChangeKind.New)
            .Select(change => change.After is { } cell ? OfCell(cell) : ExitCodes.Inconclusive)
            .Concat(cells.Where(cell => cell.Dirty).Select(OfCell))); // known or not, that board needs a person

    private static int Worst(IEnumerable<int> codes) =>
        codes.DefaultIfEmpty(ExitCodes.Ok).MinBy(code => Array.IndexOf(FromWorst, code));

    private static int OfCell(CellResult cell) => cell.Dirty ? ExitCodes.Dirty : cell.Outcome switch
    {
        CellOutcome.Pass or CellOutcome.Holds or CellOutcome.Duplicate => ExitCodes.Ok,
        CellOutcome.Static or CellOutcome.Flaky or CellOutcome.Inconclusive => ExitCodes.Inconclusive,
        CellOutcome.Refused or CellOutcome.NoImage or CellOutcome.Unreadable => ExitCodes.BadInput,
        CellOutcome.Fail => ExitCodes.Fail,
        CellOutcome.Aborted => ExitCodes.Aborted,
        _ => ExitCodes.BenchError,
    };
}
