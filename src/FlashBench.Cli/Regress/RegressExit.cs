using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.Cli.Regress;

/// <summary>The exit code of a regression that has ended.</summary>
/// <remarks>Without a baseline the worst cell counts. With one, what it knows counts only if it got worse; a cell
/// that is new counts as without, and one that is gone is evidence that is lost. How a bench was left, and a chip that
/// is half-written, count always.</remarks>
internal static class RegressExit
{
    private static readonly int[] FromWorst =
    [
        ExitCodes.Dirty, ExitCodes.BadInput, ExitCodes.BenchError, ExitCodes.Fail, ExitCodes.Aborted,
        ExitCodes.Inconclusive, ExitCodes.Ok,
    ];

    /// <summary>The code.</summary>
    /// <param name="cells">All cells.</param>
    /// <param name="baseline">The comparison with a baseline; null without one.</param>
    /// <param name="course">How the benches were left; null for a run that has none.</param>
    public static int CodeOf(IReadOnlyList<CellResult> cells, RegressComparison? baseline, RunCourse? course)
    {
        IEnumerable<int> codes = baseline is null ? cells.Select(OfCell) : baseline.Changes
            .Where(change => change.IsWorse || change.Kind == CellChangeKind.New)
            .Select(change => change.After is { } cell ? OfCell(cell) : ExitCodes.Inconclusive)
            .Concat(cells.Where(cell => cell.Dirty).Select(OfCell)); // known or not, that board needs a person
        return codes.Concat(course?.Benches.Select(OfBench) ?? []).Append(ExitCodes.Ok)
            .MinBy(code => Array.IndexOf(FromWorst, code));
    }

    private static int OfBench(BenchCourse bench) => bench switch
    {
        { IsDirty: true } => ExitCodes.Dirty,
        { HasLeft.NeedsHands: true } => ExitCodes.BenchError,
        _ => ExitCodes.Ok,
    };

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
