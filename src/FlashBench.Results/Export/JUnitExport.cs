using System.Globalization;
using System.Text;
using System.Xml;
using FlashBench.Bench.Report;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Export;

/// <summary>Results as JUnit XML: a suite for each run, or bench outside of runs, and in it a case for each job or
/// cell.</summary>
/// <remarks>FAIL is a failure; INCONCLUSIVE, ABORTED, ERROR, a flaky PASS and a job without a verdict are errors; a
/// restore is skipped. Whatever stands here is what the schemas of Ant (S-81) and Jenkins (S-82)
/// have in common.</remarks>
public static class JUnitExport
{
    /// <summary>Writes jobs.</summary>
    /// <param name="output">UTF-8.</param>
    /// <param name="rows">Jobs, in the order in which they shall stand.</param>
    public static void Write(Stream output, IReadOnlyList<JobRow> rows) =>
        Write(output, [.. rows.Select(ExportedCase.Of)]);

    /// <summary>Writes them.</summary>
    /// <param name="output">UTF-8.</param>
    /// <param name="cases">In the order in which they shall stand.</param>
    public static void Write(Stream output, IReadOnlyList<ExportedCase> cases)
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
        foreach (IGrouping<string, ExportedCase> suite in cases.GroupBy(one => one.Suite).OrderBy(
            suite => suite.Key, StringComparer.Ordinal))
        {
            Suite(xml, suite.Key, id++, [.. suite]);
        }

        xml.WriteEndElement();
    }

    private static void Suite(XmlWriter xml, string name, int id, List<ExportedCase> cases)
    {
        xml.WriteStartElement("testsuite");
        Attribute(xml, "name", name);
        Attribute(xml, "package", "flashbench");
        Attribute(xml, "id", Number(id));
        DateTimeOffset began = cases.Min(one => one.Started) ?? DateTimeOffset.UnixEpoch;
        Attribute(xml, "timestamp", began.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        Attribute(
            xml, "hostname", cases.Select(one => one.Host).FirstOrDefault(host => host?.Trim().Length > 0) ?? "-");
        Counts(xml, cases);
        xml.WriteStartElement("properties");
        xml.WriteStartElement("property");
        Attribute(xml, "name", "simulated");
        Attribute(xml, "value", $"{cases.Count(one => one.IsSimulated)} of {cases.Count}");
        xml.WriteEndElement();
        xml.WriteEndElement();
        foreach (ExportedCase one in cases)
            Case(xml, one);
        xml.WriteElementString("system-out", string.Concat(cases.Where(one => one.Flaky is not null).Select(one =>
            $"FLAKY: {VisibleText.Line(one.Flaky!)}\n")));
        xml.WriteElementString("system-err", "");
        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, List<ExportedCase> cases)
    {
        Attribute(xml, "tests", Number(cases.Count));
        Attribute(xml, "failures", Number(cases.Count(one => one.End == ExportedEnd.Failed)));
        Attribute(xml, "errors", Number(cases.Count(one => one.End == ExportedEnd.Error)));
        Attribute(xml, "time", Seconds(cases.Sum(one => one.DurationUs)));
    }

    private static void Case(XmlWriter xml, ExportedCase one)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", one.Class);
        Attribute(xml, "name", one.Name);
        Attribute(xml, "time", Seconds(one.DurationUs));
        if (one.End == ExportedEnd.Skipped)
        {
            xml.WriteStartElement("skipped");
            Attribute(xml, "message", one.Reason);
            xml.WriteEndElement();
        }
        else if (one.End != ExportedEnd.Passed)
        {
            xml.WriteStartElement(one.End == ExportedEnd.Failed ? "failure" : "error");
            Attribute(xml, "message", one.Reason);
            Attribute(xml, "type", one.Outcome);
            xml.WriteString(VisibleText.Line(one.Detail));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string value) =>
        xml.WriteAttributeString(name, VisibleText.Line(value));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long us) => (us / 1e6).ToString("0.000", CultureInfo.InvariantCulture);
}
