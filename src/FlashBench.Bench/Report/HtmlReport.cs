using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>The report that a person reads: one HTML file, well-formed XML too, no scripts, no references.</summary>
public static class HtmlReport
{
    /// <summary>File name inside a job directory.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the report of a job.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    /// <param name="record">Hashes of journal and console, printed in the report; null leaves them to the
    /// certificate.</param>
    /// <returns>The text; equal inputs give equal text.</returns>
    public static string Render(JobFacts facts, Judgement judgement, RecordDigest? record = null)
    {
        using var output = new StringWriter();
        Write(output, facts, judgement, record);
        return output.ToString();
    }

    /// <summary>Writes the same text piece by piece: the report of a long job has a row for each chunk of its console.
    /// </summary>
    /// <inheritdoc cref="Render"/>
    internal static void Write(TextWriter output, JobFacts facts, Judgement judgement, RecordDigest? record)
    {
        var page = new MarkupWriter(output);
        output.Write("<!DOCTYPE html>\n");
        using (page.In("html", ("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")))
        {
            WriteHead(page, facts, judgement);
            using (page.In("body"))
            {
                ReportBanner.Write(page, facts, judgement);
                LaboratorySection.Write(page, facts, judgement);
                ItemSection.Write(page, facts, judgement);
                ResultsSection.Write(page, judgement);
                FlashSection.Write(page, facts);
                MeSection.Write(page, facts);
                WatchSection.Write(page, facts);
                CourseSection.Write(page, facts);
                CommissioningSection.Write(page, facts);
                EvidenceSection.Write(page, facts, record);
                page.Element("p", $"end of report {facts.Start.Job}", ("class", "end"));
            }

            page.Line();
        }

        page.Line();
    }

    private static void WriteHead(MarkupWriter page, JobFacts facts, Judgement judgement)
    {
        using (page.In("head"))
        {
            page.Void("meta", ("charset", "utf-8"));
            page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            page.Void(
                "meta", ("http-equiv", "Content-Security-Policy"),
                ("content", "default-src 'none'; style-src 'unsafe-inline'"));
            string verdict = CertificateText.Name(judgement.Verdict) + (facts.IsSimulated ? " (simulated)" : "");
            page.Element("title", $"{verdict}: {facts.Start.Dut}, {facts.Start.Job}");
            page.Line();
            page.Style(ReportStyle.Css);
        }

        page.Line();
    }
}
