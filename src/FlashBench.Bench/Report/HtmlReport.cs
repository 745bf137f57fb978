using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>The report that a person reads: one HTML file, also well-formed XML, without scripts or references.</summary>
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
    public static string Render(JobFacts facts, Judgement judgement, RecordDigest? record = null) =>
        throw new NotImplementedException();
}
