using System.Globalization;
using System.Text;
using System.Xml;
using FlashBench.Bench.Report;
using FlashBench.Bench;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Export;

/// <summary>Jobs as JUnit XML: a suite for each run, or bench outside of runs, and in it a case for each job.</summary>
/// <remarks>FAIL is a failure; INCONCLUSIVE, ABORTED, ERROR and a job without a verdict are errors; a flaky PASS is a
/// pass that the output of its suite names. Whatever stands here is what the schemas of Ant (S-81) and Jenkins (S-82)
/// have in common.</remarks>
public static class JUnitExport
{
    /// <summary>Writes them.</summary>
    /// <param name="output">UTF-8.</param>
    /// <param name="rows">Jobs, in the order in which they shall stand.</param>
    public static void Write(Stream output, IReadOnlyList<JobRow> rows)
    {
        var settings = new XmlWriterSettings
        {
            Indent = true,
            NewLineChars = "\n",
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using var xml = XmlWriter.Create(output, settings);
        xml.WriteStartElement("testsuites");
        int id = 0;
        foreach (IGrouping<string, JobRow> suite in rows.GroupBy(SuiteOf).OrderBy(
            suite => suite.Key, StringComparer.Ordinal))
        {
            Suite(xml, suite.Key, id++, [.. suite]);
        }

        xml.WriteEndElement();
    }

    private static string SuiteOf(JobRow row) => row.Place is { } place ? $"run {place.Run}"
        : row.Bench is { } bench ? $"bench {bench}" : "without a bench";

    private static void Suite(XmlWriter xml, string name, int id, List<JobRow> rows)
    {
        xml.WriteStartElement("testsuite");
        Attribute(xml, "name", name);
        Attribute(xml, "package", "flashbench");
        Attribute(xml, "id", Number(id));
        DateTimeOffset began = rows.Min(row => row.Started) ?? DateTimeOffset.UnixEpoch;
        Attribute(xml, "timestamp", began.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        Attribute(xml, "hostname", rows.Select(row => row.Host).FirstOrDefault(host => host?.Trim().Length > 0) ?? "-");
        Counts(xml, rows);
        xml.WriteStartElement("properties");
        xml.WriteStartElement("property");
        Attribute(xml, "name", "simulated");
        Attribute(xml, "value", $"{rows.Count(row => row.Simulated == true)} of {rows.Count}");
        xml.WriteEndElement();
        xml.WriteEndElement();
        foreach (JobRow row in rows)
            Case(xml, row);
        xml.WriteElementString("system-out", string.Concat(rows.Where(row => row.IsFlaky).Select(row =>
            $"FLAKY: {VisibleText.Line(row.Directory)}: PASS at attempt {Number(row.Place!.Attempt)}\n")));
        xml.WriteElementString("system-err", "");
        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, List<JobRow> rows)
    {
        Attribute(xml, "tests", Number(rows.Count));
        Attribute(xml, "failures", Number(rows.Count(row => row.Verdict == Verdict.Fail)));
        Attribute(xml, "errors", Number(rows.Count(row => row.Verdict is not (Verdict.Pass or Verdict.Fail))));
        Attribute(xml, "time", Seconds(rows.Sum(row => row.DurationUs ?? 0)));
    }

    private static void Case(XmlWriter xml, JobRow row)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", $"{row.Profile ?? "unknown"}.{row.Policy ?? "unknown"}");
        Attribute(xml, "name", $"{row.Directory} {row.Dut ?? "-"} {row.MeVersion ?? "-"}");
        Attribute(xml, "time", Seconds(row.DurationUs ?? 0));
        if (row.Verdict != Verdict.Pass)
        {
            xml.WriteStartElement(row.Verdict == Verdict.Fail ? "failure" : "error");
            Attribute(xml, "message", row.Reason);
            Attribute(xml, "type", row.Outcome);
            xml.WriteString(VisibleText.Line(
                $"level {row.Level ?? "none"}, required {row.Required ?? "-"}; open checks: "
                + $"{(row.OpenChecks.Length == 0 ? "none" : row.OpenChecks)}; image {row.Image ?? "-"}"));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string value) =>
        xml.WriteAttributeString(name, VisibleText.Line(value));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long us) => (us / 1e6).ToString("0.000", CultureInfo.InvariantCulture);
}
