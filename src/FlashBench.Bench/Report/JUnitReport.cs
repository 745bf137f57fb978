using System.Globalization;
using System.Text;
using System.Xml;
using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>The job as JUnit XML, for the test pages of build servers.</summary>
/// <remarks>
/// One suite per job: a case for every phase (with its time), for every check, and for the verdict, so that only a
/// PASS is green. FAIL is a failure; INCONCLUSIVE, ABORTED and ERROR are errors; a check that was reported only and
/// stayed inconclusive is skipped. Source: the schema that Jenkins and GitLab read.
/// </remarks>
public static class JUnitReport
{
    /// <summary>File name inside a job directory.</summary>
    public const string FileName = "junit.xml";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes one test suite with a test case for every check.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    /// <returns>The text; equal inputs give equal text.</returns>
    public static string Render(JobFacts facts, Judgement judgement)
    {
        List<JUnitCase> cases = [.. JUnitCase.Of(facts, judgement)];
        using var bytes = new MemoryStream();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = Utf8 };
        using (var xml = XmlWriter.Create(bytes, settings))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            WriteCounts(xml, facts, cases);
            WriteProperties(xml, facts, judgement);
            foreach (JUnitCase item in cases)
                WriteCase(xml, item);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return Utf8.GetString(bytes.ToArray()) + "\n";
    }

    private static void WriteCounts(XmlWriter xml, JobFacts facts, List<JUnitCase> cases)
    {
        Attribute(xml, "name", $"certify {facts.Start.Dut}");
        Attribute(xml, "tests", Count(cases.Count));
        Attribute(xml, "failures", Count(cases.Count(item => item.End == JUnitEnd.Failure)));
        Attribute(xml, "errors", Count(cases.Count(item => item.End == JUnitEnd.Error)));
        Attribute(xml, "skipped", Count(cases.Count(item => item.End == JUnitEnd.Skipped)));
        Attribute(xml, "time", Seconds(facts.EndedUs));
        Attribute(xml, "timestamp", CertificateText.Utc(facts.StartedUtc).TrimEnd('Z'));
        Attribute(xml, "hostname", facts.Start.Host);
    }

    private static void WriteProperties(XmlWriter xml, JobFacts facts, Judgement judgement)
    {
        xml.WriteStartElement("properties");
        List<(string Name, string Value)> properties =
        [
            ("job", facts.Start.Job), ("bench", facts.Start.Bench), ("dut", facts.Start.Dut),
            ("profile", facts.Start.Profile.Id), ("policy", facts.Start.Policy),
            ("control", facts.Start.Control ?? "none"), ("verdict", CertificateText.Name(judgement.Verdict)),
            ("level", CertificateText.Name(judgement.Level)), ("required", CertificateText.Name(judgement.Required)),
            ("simulated", facts.IsSimulated ? "true" : "false"), ("software", facts.Start.Software),
        ];
        if (facts.Image is { } image)
        {
            properties.Add(("image", image.Sha256));
            properties.Add(("imageRegions", image.WholeChip ? "whole chip" : string.Join(',', image.Regions)));
            if (facts.ImageAudit is { Content: { } content })
                properties.Add(("imageFirmware", $"{content.Family} {content.Version}"));
        }

        foreach ((string name, string value) in properties)
        {
            xml.WriteStartElement("property");
            Attribute(xml, "name", name);
            Attribute(xml, "value", value);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, JUnitCase item)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", $"flashbench.{item.Group}");
        Attribute(xml, "name", item.Name);
        Attribute(xml, "time", Seconds(item.DurationUs));
        if (item.End != JUnitEnd.Passed)
        {
            xml.WriteStartElement(item.End.ToString().ToLowerInvariant());
            Attribute(xml, "message", item.Message);
            if (item.End != JUnitEnd.Skipped)
                Attribute(xml, "type", CertificateText.Name(item.Outcome));
            xml.WriteString(VisibleText.Of(item.Detail));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string value) =>
        xml.WriteAttributeString(name, VisibleText.Of(value));

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long us) => (us / 1e6).ToString("0.000", CultureInfo.InvariantCulture);
}
