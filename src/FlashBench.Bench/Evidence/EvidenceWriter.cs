using System.Text;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Report;

namespace FlashBench.Bench.Evidence;

/// <summary>Writes what is derived from a finished journal: report, JUnit, public key, test result and, last, the
/// signed record.</summary>
internal static class EvidenceWriter
{
    // The certificate goes first: the others mean nothing without it.
    private static readonly string[] Derived =
    [
        DsseEnvelope.FileName, TestResultStatement.FileName, EvidenceFolder.ReportName, EvidenceFolder.JUnitName,
    ];

    /// <exception cref="JournalWriteException">A file could not be written; no certificate was made.</exception>
    /// <param name="folders">Where the job keeps things.</param>
    /// <param name="records">The journal, the decision included.</param>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    public static void Write(
        JobFolders folders, IReadOnlyList<JournalRecord> records, JobFacts facts, Judgement judgement)
    {
        try
        {
            RecordDigest record = EvidenceDigests.OfRecord(folders.Directory, records);
            byte[] report = Encoding.UTF8.GetBytes(HtmlReport.Render(facts, judgement, record));
            byte[] junit = Encoding.UTF8.GetBytes(JUnitReport.Render(facts, judgement));
            var evidence = new EvidenceDigest(record, EvidenceDigests.Of(report), EvidenceDigests.Of(junit));
            byte[] statement = CertificateStatement.Build(facts, judgement, evidence);
            byte[] result = TestResultStatement.Build(facts, judgement, evidence, statement);
            DurableFile.Write(Path.Combine(folders.Directory, EvidenceFolder.ReportName), report);
            DurableFile.Write(Path.Combine(folders.Directory, EvidenceFolder.JUnitName), junit);
            DurableFile.WriteText(Path.Combine(folders.Directory, StationPublicKey.FileName), folders.Key.PublicPem);
            DurableFile.Write(Path.Combine(folders.Directory, TestResultStatement.FileName),
                Dsse.Sign(result, folders.Key));
            DurableFile.Write(Path.Combine(folders.Directory, DsseEnvelope.FileName),
                Dsse.Sign(statement, folders.Key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EvidenceException)
        {
            // A report that says PASS must not stay behind without the certificate that backs it, and a certificate
            // whose name was not synced not without the report: `resume` makes them all anew.
            RemoveAll(folders.Directory);
            throw new JournalWriteException($"the evidence cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Takes away what was derived from a journal that now goes on.</summary>
    /// <exception cref="JournalWriteException">It could not be taken away.</exception>
    public static void RemoveOutdated(string directory)
    {
        try
        {
            foreach (string name in Derived)
                DurableFile.Delete(Path.Combine(directory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"the outdated record cannot be taken away: {e.Message}", e);
        }
    }

    private static void RemoveAll(string directory)
    {
        try
        {
            foreach (string name in Derived)
                DurableFile.Delete(Path.Combine(directory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; `status` says that the certificate is missing.
        }
    }
}
