using System.Globalization;
using FlashBench.Bench.Report;
using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Regress;

/// <summary>The matrix as a page: one HTML file, no scripts, printable; every cell says in words what its colour says.
/// </summary>
public static class RegressPage
{
    /// <summary>File name inside the folder of a run.</summary>
    public const string FileName = "matrix.html";

    // Colours that differ in lightness too (after Okabe and Ito), so that print and any eye tell them apart.
    private const string Css = """
        body { max-width: 1500px; }
        table.heat { table-layout: fixed; }
        table.heat th:first-child { width: 32%; } table.heat th:nth-child(2) { width: 15%; }
        table.heat th:nth-child(3) { width: 13%; }
        table.heat td:nth-child(2) { white-space: nowrap; overflow-wrap: normal; }
        table.behind { table-layout: fixed; }
        table.behind th:first-child { width: 16%; } table.behind th:nth-child(2) { width: 8%; }
        table.behind th:nth-child(3) { width: 8%; } table.behind th:nth-child(4) { width: 18%; }
        table.behind th:nth-child(6) { width: 14%; }
        table.heat td.cell { border: 1px solid #fff; text-align: center; font-weight: 700; font-size: 12px; }
        table.heat td.cell span { display: block; font-weight: 400; font-size: 10.5px; }
        table.heat td.changed { outline: 3px solid #000; outline-offset: -3px; }
        table.heat tr { break-inside: avoid; }
        td.cell a { color: inherit; }
        .o-pass { background: #0072b2; color: #fff; } .o-holds { background: #7fc4ec; color: #00283f; }
        .o-static { background: #e4e8ed; color: #333; }
        .o-refused { background: repeating-linear-gradient(135deg, #fff 0 6px, #d5d9df 6px 9px); color: #1c2430; }
        .o-unknown { background: #f0e442; color: #3a3500; } .o-fail { background: #d55e00; color: #fff; }
        .o-error { background: #4a1d4f; color: #fff; }
        .changes li { margin: 2px 0; }
        @media print {
          table.heat th, table.behind th { font-size: 7.5pt; padding: 1.5px 4px; }
          table.heat td, table.behind td { font-size: 7.5pt; padding: 1.5px 4px; line-height: 1.25; }
          table.heat td.cell { font-size: 7.5pt; } table.heat td.cell span { font-size: 6.5pt; }
          table.heat td.changed { outline-width: 1.5pt; outline-offset: -1.5pt; }
          table.behind td.small { font-size: 6.5pt; } table.behind td.mono { font-size: 6pt; }
        }

        """;

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where.</param>
    /// <param name="table">The run.</param>
    /// <param name="comparison">With the run before it, or a baseline; null for none.</param>
    public static void Write(TextWriter output, RegressTable table, RegressComparison? comparison)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(table);
        var page = new MarkupWriter(output);
        string title = $"Regression {table.Start.Run}";
        output.Write("<!DOCTYPE html>\n");
        using (page.In("html", ("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")))
        {
            WriteHead(page, title);
            using (page.In("body"))
            {
                if (table.Simulated is { } simulated)
                    page.Simulated(simulated);
                page.Element("h1", title);
                WriteFacts(page, table);
                WriteComparison(page, comparison);
                WriteLegend(page, table);
                WriteMatrix(page, table, comparison);
                WriteReasons(page, table);
                page.Element("p", $"end of matrix {table.Start.Run}", ("class", "end"));
            }
        }

        page.Line();
    }

    private static void WriteHead(MarkupWriter page, string title)
    {
        using (page.In("head"))
        {
            page.Void("meta", ("charset", "utf-8"));
            page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            page.Void(
                "meta", ("http-equiv", "Content-Security-Policy"),
                ("content", "default-src 'none'; style-src 'unsafe-inline'"));
            page.Element("title", title);
            page.Style(ReportStyle.Css + Css);
        }

        page.Line();
    }

    private static void WriteFacts(MarkupWriter page, RegressTable table)
    {
        RunEvent.Started start = table.Start;
        page.Pairs(
        [
            ("From", start.Utc.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            ("Folder", table.Order.Folder), ("Program", $"{start.Software}, build {table.Order.Build[..12]}"),
            ("Boards", table.Order.OnBenches ? "named benches" : "a virtual one for each cell"),
            ("PASS", RunWords.Required(start)),
            ("Policies", string.Join(", ", table.Order.Policies)),
            ("Board types", string.Join(", ", table.Order.Profiles)),
            ("Rounds", Figures.Count(table.Order.Repeat)), ("Operator", start.Operator ?? ""),
            ("Needs hands", string.Join("; ", table.NeedHands.Select(left => $"{left.Bench}: {left.Why}"))),
            ("Cells", string.Join(", ", table.Cells.GroupBy(cell => cell.Outcome).OrderBy(group => group.Key)
                .Select(group => $"{group.Count()} {group.Key.Word()}"))),
        ]);
    }

    private static void WriteComparison(MarkupWriter page, RegressComparison? comparison)
    {
        if (comparison is null)
            return;
        page.Heading($"Since {comparison.With}{(comparison.IsOtherBuild ? ", by another build of the program" : "")}");
        if (comparison.IsSame)
        {
            page.Element("p", "No change.");
            return;
        }

        using (page.In("ul", ("class", "changes")))
        {
            foreach (string line in ChangeWords.Lines(comparison))
                page.Element("li", line);
        }
    }

    private static void WriteLegend(MarkupWriter page, RegressTable table)
    {
        page.Heading("Matrix");
        using (page.In("p", ("class", "small")))
        {
            page.Text("PASS: the whole job. HOLDS: all that the policy claims, which is less than a PASS needs. "
                + "static: checked without a board. REFUSED: the image does not allow it. "
                + (table.HasEarlier ? "from ...: unchanged since that run, not run again. " : "")
                + "A frame: changed.");
        }
    }

    private static void WriteMatrix(MarkupWriter page, RegressTable table, RegressComparison? comparison)
    {
        var changed = (comparison?.Changes ?? []).Select(change => change.Cell.Place).ToHashSet();
        using (page.In("table", ("class", "heat")))
        {
            page.TableHead(["image", "ME", "board", .. table.Order.Policies]);
            using (page.In("tbody"))
            {
                foreach (var row in table.Cells.GroupBy(cell => (cell.File, cell.Profile, cell.Bench)))
                {
                    using (page.In("tr"))
                    {
                        CellResult first = row.First();
                        page.Element("td", first.File);
                        page.Element("td", first.Me.Length > 0 ? first.Me : "–");
                        page.Element("td", first.Bench.Length > 0 ? first.Bench
                            : first.Profile.Length > 0 ? first.Profile : "–");
                        if (first.Policy.Length == 0)
                            WriteCell(page, table, first, table.Order.Policies.Length, changed.Contains(first.Place));
                        else
                            WriteCells(page, table, [.. row], changed);
                    }
                }
            }
        }
    }

    private static void WriteCells(
        MarkupWriter page, RegressTable table, List<CellResult> row, HashSet<(string, string, string, string)> changed)
    {
        foreach (string policy in table.Order.Policies)
        {
            if (row.Find(cell => cell.Policy == policy) is { } cell)
                WriteCell(page, table, cell, 1, changed.Contains(cell.Place));
            else
                page.Element("td", "");
        }
    }

    private static void WriteCell(MarkupWriter page, RegressTable table, CellResult cell, int columns, bool isChanged)
    {
        string tone = $"cell {ToneOf(cell.Outcome)}{(isChanged ? " changed" : "")}";
        using (page.In("td", ("class", tone), ("colspan", Figures.Count(columns))))
        {
            if (cell.IsRun)
            {
                string folder = table.IsEarlier(cell) ? $"../{cell.Run}/" : "";
                page.Element("a", cell.Outcome.Word(), ("href", $"{folder}{cell.Jobs[^1]}/{HtmlReport.FileName}"));
            }
            else
            {
                page.Text(cell.Outcome.Word());
            }

            string more = cell.Outcome switch
            {
                CellOutcome.Pass => cell.Level,
                CellOutcome.Holds => $"no PASS: {cell.OpenChecks}",
                _ => $"at {cell.Stage}",
            };
            page.Element("span", isChanged ? $"{more}, changed" : more);
            if (table.IsEarlier(cell))
                page.Element("span", $"from {cell.Run}");
        }
    }

    private static void WriteReasons(MarkupWriter page, RegressTable table)
    {
        page.Heading("What stands behind each cell");
        using (page.In("table", ("class", "behind")))
        {
            page.TableHead("image", "policy", "end", "why", "stages", "jobs");
            using (page.In("tbody"))
            {
                foreach (CellResult cell in table.Cells)
                {
                    using (page.In("tr"))
                    {
                        page.Element("td", cell.File);
                        page.Element("td", cell.Policy);
                        page.Element("td", cell.Outcome.Word());
                        page.Element("td", cell.Reason);
                        page.Element(
                            "td", string.Join("; ", cell.Stages.Select(stage => $"{stage.Stage}: {stage.Text}")),
                            ("class", "small"));
                        page.Element("td", string.Join(", ", cell.Jobs), ("class", "mono")); // they begin with the run
                    }
                }
            }
        }
    }

    private static string ToneOf(CellOutcome outcome) => outcome switch
    {
        CellOutcome.Pass => "o-pass",
        CellOutcome.Holds => "o-holds",
        CellOutcome.Static or CellOutcome.Duplicate => "o-static",
        CellOutcome.Refused or CellOutcome.NoImage => "o-refused",
        CellOutcome.Fail or CellOutcome.Aborted => "o-fail",
        CellOutcome.Error => "o-error",
        _ => "o-unknown",
    };
}
