using System.Globalization;
using System.Text;
using FlashBench.Bench.Report;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Export;

/// <summary>Results as the Test Anything Protocol, version 13: one test for a job or a cell; only a PASS is ok, and
/// what was not to be run is skipped.</summary>
/// <remarks>A job that is not ok has a YAML block with verdict, reason and checks; so has a flaky one. Source: S-83.
/// </remarks>
public static class TapExport
{
    /// <summary>Writes jobs.</summary>
    public static void Write(TextWriter output, IReadOnlyList<JobRow> rows) =>
        Write(output, [.. rows.Select(ExportedCase.Of)]);

    /// <summary>Writes them.</summary>
    public static void Write(TextWriter output, IReadOnlyList<ExportedCase> cases)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cases);
        output.Write("TAP version 13\n");
        output.Write(string.Create(CultureInfo.InvariantCulture, $"1..{cases.Count}\n"));
        for (int i = 0; i < cases.Count; i++)
        {
            ExportedCase one = cases[i];
            string result = one.End is ExportedEnd.Passed or ExportedEnd.Skipped ? "ok" : "not ok";
            string directive = one.End == ExportedEnd.Skipped ? $" # SKIP {Escaped(one.Reason)}" : "";
            output.Write(string.Create(
                CultureInfo.InvariantCulture, $"{result} {i + 1} - {Escaped(one.Description)}{directive}\n"));
            if (result != "ok" || one.Flaky is not null)
                WriteBlock(output, one);
        }
    }

    private static void WriteBlock(TextWriter output, ExportedCase one)
    {
        output.Write("  ---\n");
        foreach ((string name, string? value) in one.Facts)
        {
            if (!string.IsNullOrEmpty(value))
                output.Write($"  {name}: {Quoted(value)}\n");
        }

        output.Write("  ...\n");
    }

    // '#' would begin a directive, which can make a failure harmless; a backslash escapes it.
    private static string Escaped(string text) => VisibleText.Line(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("#", "\\#", StringComparison.Ordinal);

    // YAML's double-quoted form.
    private static string Quoted(string text) => new StringBuilder("\"").Append(VisibleText.Line(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"')
        .ToString();
}
