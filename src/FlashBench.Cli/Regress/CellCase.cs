using FlashBench.Bench.Regress;
using FlashBench.Results.Export;

namespace FlashBench.Cli.Regress;

/// <summary>A cell of a regression as other programs know tests.</summary>
internal static class CellCase
{
    private const double UsPerSecond = 1e6;

    /// <summary>What a cell is to them: what was not to be run is skipped, and never a pass.</summary>
    public static ExportedCase Of(RegressTable table, CellResult cell)
    {
        string board = cell.Bench.Length > 0 ? cell.Bench : cell.Profile.Length > 0 ? cell.Profile : "no-board";
        string policy = cell.Policy.Length > 0 ? cell.Policy : "no-policy";
        return new ExportedCase($"run {table.Start.Run}", $"{board}.{policy}", $"{cell.File} {cell.Me}".TrimEnd(),
            EndOf(cell.Outcome))
        {
            Outcome = cell.Outcome.Word(),
            Reason = cell.Reason,
            Detail = $"stage {cell.Stage}; image {(cell.Image.Length > 0 ? cell.Image : "-")}; "
                + $"jobs {(cell.IsRun ? string.Join(" ", cell.Jobs) : "none")} of run {cell.Run}",
            Description = $"{cell.File} {policy} {board}: {cell.Outcome.Word()}",
            Facts =
            [
                ("outcome", cell.Outcome.Word()), ("stage", cell.Stage), ("reason", cell.Reason),
                ("checks", cell.OpenChecks), ("level", cell.Level), ("image", cell.Image), ("run", cell.Run),
                ("jobs", string.Join(' ', cell.Jobs)),
            ],
            Started = table.Start.Utc,
            DurationUs = (long)(cell.Seconds * UsPerSecond),
            IsSimulated = cell.IsSimulated,
            Flaky = cell.Outcome == CellOutcome.Flaky ? $"{cell.File} {policy} {board}: {cell.Reason}" : null,
        };
    }

    private static ExportedEnd EndOf(CellOutcome outcome) => outcome switch
    {
        CellOutcome.Pass or CellOutcome.Holds => ExportedEnd.Passed,
        CellOutcome.Static or CellOutcome.Duplicate or CellOutcome.Refused or CellOutcome.NoImage =>
            ExportedEnd.Skipped,
        CellOutcome.Fail => ExportedEnd.Failed,
        _ => ExportedEnd.Error,
    };
}
