using System.Text;
using System.Xml.Linq;
using FlashBench.Bench;
using FlashBench.Results.Export;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

public sealed class ExportTests
{
    private static readonly JobRow[] Mixed =
    [
        SampleRows.Row(1), SampleRows.Row(2, Verdict.Fail), SampleRows.Row(3, Verdict.Inconclusive),
        SampleRows.Row(4) with { State = RowState.Unfinished, Verdict = null, Reason = "no verdict" },
        SampleRows.Row(5) with { Place = new RunPlace("night", 1, 2) }, SampleRows.HostileRow(),
    ];

    [Fact]
    public void JUnit_has_a_case_for_each_job_and_counts_that_agree()
    {
        XElement root = JUnit(Mixed);

        Assert.Equal(6, root.Descendants("testcase").Count());
        Assert.All(root.Elements("testsuite"), suite =>
        {
            Assert.Equal(suite.Attribute("tests")!.Value, $"{suite.Elements("testcase").Count()}");
            Assert.Equal(suite.Attribute("failures")!.Value, $"{suite.Descendants("failure").Count()}");
            Assert.Equal(suite.Attribute("errors")!.Value, $"{suite.Descendants("error").Count()}");
        });
        Assert.Equal("FLAKY: job-5: PASS at attempt 2\n", root.Elements("testsuite").Single(
            suite => suite.Attribute("name")!.Value == "run night").Element("system-out")!.Value);
    }

    [Fact]
    public void A_soak_in_which_everything_passed_is_green_although_its_boards_got_their_images_back()
    {
        JobRow restore = SampleRows.Row(2, Verdict.Inconclusive) with { Kind = "restore" };
        JobRow[] night = [SampleRows.Row(1), restore];

        XElement root = JUnit(night);

        Assert.Single(root.Descendants("skipped"));
        Assert.Empty(root.Descendants("error"));
        Assert.Empty(root.Descendants("failure"));
        Assert.DoesNotContain("not ok", Tap(night), StringComparison.Ordinal);
        Assert.Contains("ok 2 - ", Tap(night), StringComparison.Ordinal);
        Assert.Single(JUnit([restore with { Dirty = true }]).Descendants("error"));
    }

    [Fact]
    public void Hostile_text_stays_text_in_XML()
    {
        XElement root = JUnit([SampleRows.HostileRow()]);

        string message = root.Descendants("failure").Single().Attribute("message")!.Value;
        Assert.Contains("<b>&\"'</b> ]]>", message, StringComparison.Ordinal);
        Assert.Contains("\\x1B[2J\\u{202E}", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void TAP_numbers_its_tests_and_hostile_text_makes_no_directive()
    {
        string[] lines = Tap(Mixed).Split('\n');

        Assert.Equal(["TAP version 13", "1..6"], lines[..2]);
        string[] tests = [.. lines.Where(line => line.StartsWith("ok", StringComparison.Ordinal)
            || line.StartsWith("not ok", StringComparison.Ordinal))];
        Assert.Equal(["ok 1", "not ok 2", "not ok 3", "not ok 4", "not ok 5", "not ok 6"],
            tests.Select(line => line.Split(" - ")[0]));
        Assert.DoesNotMatch("(^|[^\\\\])#", tests[5]);
        Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("  @SUM(A1)", "\"'  @SUM(A1)\"")]
    [InlineData("-2", "'-2")]
    [InlineData("+49", "'+49")]
    [InlineData("\t=1", "\\x09=1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("two\r\nlines", "two\\x0D\\x0Alines")]
    [InlineData("", "\"\"")]
    [InlineData("plain", "plain")]
    public void A_cell_is_quoted_and_is_no_formula(string text, string cell) =>
        Assert.Equal(cell, CsvExport.Cell(text));

    [Fact]
    public void CSV_has_as_many_cells_in_every_line_and_numbers_are_bare()
    {
        using var text = new StringWriter();
        CsvExport.Write(text, [.. Mixed, SampleRows.Row(9) with { ClockPpm = -12.5 }]);

        List<string[]> table = Cells(text.ToString());

        Assert.Equal(Mixed.Length + 2, table.Count);
        Assert.All(table, line => Assert.Equal(JobColumns.All.Count + 1, line.Length));
        Assert.Equal("-12.5", table[^1][Array.IndexOf(table[0], "clock_ppm")]);
        Assert.Equal("2026-03-01T01:00:00Z", table[1][Array.IndexOf(table[0], "started")]);
        Assert.Equal("", table[1][Array.IndexOf(table[0], "run")]);
        Assert.Equal('\'', table[6][Array.IndexOf(table[0], "dut")][0]);
    }

    [Fact]
    public void Hostile_text_is_found_again_and_drops_no_table()
    {
        using var folder = new TemporaryFolder();
        using ResultsStore store = SampleRows.Store(folder, SampleRows.HostileRow() with
        {
            Dut = "'; DROP TABLE job; --",
        });

        Assert.Single(JobList.Read(store, new ResultsFilter { Board = "'; DROP TABLE job; --" }, null));
        Assert.Empty(JobList.Read(store, new ResultsFilter { Bench = "' OR 1=1 --" }, null));
        Assert.Equal(1, store.Count);
    }

    private static XElement JUnit(IReadOnlyList<JobRow> rows)
    {
        using var bytes = new MemoryStream();
        JUnitExport.Write(bytes, rows);
        return XDocument.Parse(Encoding.UTF8.GetString(bytes.ToArray())).Root!;
    }

    private static string Tap(IReadOnlyList<JobRow> rows)
    {
        using var text = new StringWriter();
        TapExport.Write(text, rows);
        return text.ToString();
    }

    // Another reading of RFC 4180 than the one that wrote it.
    private static List<string[]> Cells(string text)
    {
        var (table, line, cell, quoted) = (new List<string[]>(), new List<string>(), new StringBuilder(), false);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                line.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\r' && !quoted)
            {
                Assert.Equal('\n', text[++i]);
                table.Add([.. line, cell.ToString()]);
                line.Clear();
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        return table;
    }
}
