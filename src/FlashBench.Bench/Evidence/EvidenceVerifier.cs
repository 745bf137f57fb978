using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Report;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>What a verified record says.</summary>
/// <param name="Judgement">The decision, recomputed from journal and console.</param>
/// <param name="Facts">The job's facts, recomputed.</param>
/// <param name="KeyId">Who signed.</param>
/// <param name="Trusted">True if that station is trusted here; false means "authentic to an unknown key".</param>
public sealed record VerifiedRecord(Judgement Judgement, JobFacts Facts, string KeyId, bool Trusted);

/// <summary>Checks a job directory by recomputation: signature, hashes, every number, report and JUnit;
/// offline.</summary>
/// <param name="directory">The job directory.</param>
/// <param name="stations">Whose signatures count.</param>
public sealed class EvidenceVerifier(string directory, TrustedStations stations)
{
    /// <summary>Verifies.</summary>
    /// <exception cref="EvidenceException">Something in the directory is not as it was signed; the message names
    /// it.</exception>
    public VerifiedRecord Verify()
    {
        try
        {
            return Recompute();
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentException or InvalidOperationException
            or FormatException or NotSupportedException or IndexOutOfRangeException)
        {
            // The second line: the reader's bounds should leave nothing to compute with that cannot be computed with.
            // Should one be missing, a stranger's record is still a bad record, and not a bug of whoever checks it.
            throw new EvidenceException(
                JournalWriter.FileName, 0, $"the journal holds impossible values ({e.GetType().Name})");
        }
    }

    private VerifiedRecord Recompute()
    {
        DsseEnvelope envelope = Dsse.Parse(Read(DsseEnvelope.FileName));
        DsseEnvelope result = Dsse.Parse(Read(TestResultStatement.FileName), TestResultStatement.FileName);
        bool trusted = CheckSignatures(envelope, result);
        string signed = Encoding.UTF8.GetString(envelope.Payload.Span);
        FileDigest junit = CheckSigned(signed, EvidenceFolder.JUnitName);
        FileDigest report = CheckSigned(signed, EvidenceFolder.ReportName);
        CheckSigned(signed, ConsoleLog.IndexName);

        (IReadOnlyList<JournalRecord> records, FileDigest journal) = ReadJournal();
        CheckDigest(signed, journal, JournalWriter.FileName);
        if (records is not [.., { Data: JournalData.Decision decision } last])
            throw new EvidenceException(JournalWriter.FileName, journal.Bytes, "the journal ends without a decision");

        using ConsoleRecording console = ConsoleRecording.Open(directory, records);
        JobFacts facts = JobFold.Fold(records, console.Arrivals());
        (FileDigest raw, FileDigest index) = console.Digests();
        Judgement judgement = Decision.Decide(facts);
        if (!DecisionRecord.Matches(decision, judgement))
        {
            throw new EvidenceException(JournalWriter.FileName, 0,
                "the decision does not follow from the records before it");
        }

        var digest = new RecordDigest(journal, records.Count, last.Hash, raw, index);
        CheckSame(report, text => HtmlReport.Write(text, facts, judgement, digest), EvidenceFolder.ReportName);
        CheckSame(junit, text => text.Write(JUnitReport.Render(facts, judgement)), EvidenceFolder.JUnitName);
        var evidence = new EvidenceDigest(digest, report, junit);
        byte[] statement = CertificateStatement.Build(facts, judgement, evidence);
        CheckStatement(envelope, statement);
        CheckStatement(result, TestResultStatement.Build(facts, judgement, evidence, statement));
        return new VerifiedRecord(judgement, facts, envelope.KeyId, trusted);
    }

    private (IReadOnlyList<JournalRecord> Records, FileDigest Digest) ReadJournal()
    {
        using FileStream file = EvidenceFolder.Open(directory, JournalWriter.FileName);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        IReadOnlyList<JournalRecord> records = JournalReader.ReadStrict(file, line =>
        {
            hash.AppendData(line);
            length += line.Length;
        });
        return (records, new FileDigest(Convert.ToHexStringLower(hash.GetHashAndReset()), length));
    }

    private bool CheckSignatures(DsseEnvelope certificate, DsseEnvelope result)
    {
        string pem = Encoding.UTF8.GetString(Read(StationPublicKey.FileName));
        StationPublicKey shipped = Parse(pem);
        bool trusted = stations.TryFind(certificate.KeyId, out TrustedStation? station);
        certificate.Verify(station?.Key ?? shipped);
        result.Verify(station?.Key ?? shipped);
        if (shipped.KeyId != certificate.KeyId || shipped.Pem != pem)
            throw new EvidenceException(StationPublicKey.FileName, 0, "it is not the key that signed the record");
        return trusted;
    }

    private static StationPublicKey Parse(string pem)
    {
        try
        {
            return StationPublicKey.Parse(pem, StationPublicKey.FileName);
        }
        catch (StationKeyException e)
        {
            throw new EvidenceException(StationPublicKey.FileName, 0, e.Message);
        }
    }

    // Names the file before the costly recomputation; that the hash stands in the right place is shown by the latter.
    private static void CheckDigest(string signed, FileDigest content, string name)
    {
        if (!signed.Contains(content.Sha256, StringComparison.Ordinal))
            throw new EvidenceException(name, 0, "its SHA-256 is not the one that was signed");
    }

    private static void CheckStatement(DsseEnvelope envelope, ReadOnlySpan<byte> recomputed)
    {
        if (!envelope.Payload.Span.SequenceEqual(recomputed))
        {
            throw new EvidenceException(envelope.File, 0,
                "the statement does not follow from journal and console");
        }
    }

    private static void CheckSame(FileDigest found, Action<TextWriter> render, string name)
    {
        if (found != EvidenceDigests.OfText(render))
            throw new EvidenceException(name, 0, "it does not follow from journal and console");
    }

    private FileDigest CheckSigned(string signed, string name)
    {
        FileDigest content = EvidenceDigests.OfFile(directory, name);
        CheckDigest(signed, content, name);
        return content;
    }

    private byte[] Read(string name) => EvidenceFolder.ReadFile(directory, name);
}
