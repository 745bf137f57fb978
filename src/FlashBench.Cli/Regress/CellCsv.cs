using System.Globalization;
using FlashBench.Bench.Regress;
using FlashBench.Results.Export;

namespace FlashBench.Cli.Regress;

/// <summary>The cells of a regression as comma-separated values; as `export csv` writes jobs.</summary>
internal static class CellCsv
{
    private const string LineEnd = "\r\n";

    private static readonly (string Name, Func<CellResult, object?> Get)[] Columns =
    [
        ("file", cell => cell.File), ("image", cell => cell.Image), ("me", cell => cell.Me),
        ("policy", cell => cell.Policy), ("profile", cell => cell.Profile), ("bench", cell => cell.Bench),
        ("outcome", cell => cell.Outcome.Word()), ("stage", cell => cell.Stage), ("reason", cell => cell.Reason),
        ("level", cell => cell.Level), ("open_checks", cell => cell.OpenChecks),
        ("changed_bytes", cell => cell.ChangedBytes), ("result", cell => cell.Result),
        ("seconds", cell => cell.Seconds.ToString("0.000", CultureInfo.InvariantCulture)),
        ("simulated", cell => cell.IsSimulated ? 1 : 0), ("run", cell => cell.Run),
        ("jobs", cell => string.Join(' ', cell.Jobs)),
    ];

    /// <summary>Writes them under a line with the columns' names.</summary>
    public static void Write(TextWriter output, RegressTable table)
    {
        output.Write(string.Join(',', Columns.Select(column => column.Name)) + LineEnd);
        foreach (CellResult cell in table.Cells)
            output.Write(string.Join(',', Columns.Select(column => CsvExport.Cell(column.Get(cell)))) + LineEnd);
    }
}
