using System.Globalization;
using System.Text;
using FlashBench.Bench.Report;
using FlashBench.Bench;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Export;

/// <summary>Jobs as the Test Anything Protocol, version 13: one test a job, only a PASS is ok.</summary>
/// <remarks>A job that is not ok has a YAML block with verdict, reason and checks; so has a flaky one. Source: S-83.
/// </remarks>
public static class TapExport
{
    /// <summary>Writes them.</summary>
    public static void Write(TextWriter output, IReadOnlyList<JobRow> rows)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(rows);
        output.Write("TAP version 13\n");
        output.Write(string.Create(CultureInfo.InvariantCulture, $"1..{rows.Count}\n"));
        for (int i = 0; i < rows.Count; i++)
        {
            JobRow row = rows[i];
            string result = row.Verdict == Verdict.Pass ? "ok" : "not ok";
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{result} {i + 1} - {Description(row)}\n"));
            if (row.Verdict != Verdict.Pass || row.IsFlaky)
                WriteBlock(output, row);
        }
    }

    private static void WriteBlock(TextWriter output, JobRow row)
    {
        output.Write("  ---\n");
        foreach ((string name, string? value) in new[]
        {
            ("outcome", row.Outcome), ("reason", row.Reason), ("checks", row.OpenChecks), ("level", row.Level),
            ("required", row.Required), ("class", row.ErrorClass?.ToString()), ("image", row.Image),
            ("run", row.Place?.Run),
        })
        {
            if (!string.IsNullOrEmpty(value))
                output.Write($"  {name}: {Quoted(value)}\n");
        }

        output.Write("  ...\n");
    }

    // '#' would begin a directive, which can make a failure harmless; a backslash escapes it.
    private static string Description(JobRow row) => VisibleText.Line(
        $"{row.Directory} {row.Dut ?? "-"} {row.MeVersion ?? "-"} {row.Policy ?? "-"}")
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("#", "\\#", StringComparison.Ordinal);

    // YAML's double-quoted form.
    private static string Quoted(string text) => new StringBuilder("\"").Append(VisibleText.Line(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"')
        .ToString();
}
