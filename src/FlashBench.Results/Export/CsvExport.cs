using System.Globalization;
using FlashBench.Bench.Report;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Results.Export;

/// <summary>Jobs as comma-separated values: RFC 4180, UTF-8, one line a job under a line with the columns' names.
/// </summary>
/// <remarks>A text that a spreadsheet would take for a formula has an apostrophe before it. Times are UTC in ISO 8601.
/// Source: S-84.</remarks>
public static class CsvExport
{
    private const string LineEnd = "\r\n";

    private const string FormulaStarts = "=+-@|\uFF1D\uFF0B\uFF0D\uFF20"; // the last four: their wide forms

    /// <summary>Writes them.</summary>
    public static void Write(TextWriter output, IEnumerable<JobRow> rows)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(rows);
        output.Write("outcome," + string.Join(',', JobColumns.All.Select(column => column.Name)) + LineEnd);
        foreach (JobRow row in rows)
        {
            output.Write(Cell(row.Outcome));
            foreach (JobColumn column in JobColumns.All)
            {
                output.Write(',');
                output.Write(Cell(column.Name switch
                {
                    "started" => Time(row.Started),
                    "ended" => Time(row.Ended),
                    _ => column.Get(row),
                }));
            }

            output.Write(LineEnd);
        }
    }

    /// <summary>One cell.</summary>
    /// <param name="value">Text from anywhere, a number of our own, or null.</param>
    public static string Cell(object? value)
    {
        if (value is not string text)
            return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        text = VisibleText.Line(text);
        if (text.TrimStart(' ') is [var first, ..] && FormulaStarts.Contains(first))
            text = "'" + text;
        return text.AsSpan().ContainsAny('"', ',', ' ') || text.Length == 0
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }

    private static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
