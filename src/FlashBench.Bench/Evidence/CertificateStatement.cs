using System.Buffers;
using System.Text.Json;

namespace FlashBench.Bench.Evidence;

/// <summary>The in-toto statement that a certificate signs.</summary>
/// <remarks>Source: in-toto attestation framework, Statement v1; the predicate is docs/certificate.md. It holds no
/// path, no image byte, no signature and no other time than the job's own.</remarks>
public static class CertificateStatement
{
    /// <summary>Type of the statement.</summary>
    public const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>Type of what it says.</summary>
    public const string PredicateType = "https://flashbench.example/attestation/me-certificate/v1";

    /// <summary>Writes the statement on a job.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    /// <param name="evidence">Hashes of the files that it rests on.</param>
    /// <returns>JSON in UTF-8; equal inputs give equal bytes.</returns>
    public static byte[] Build(JobFacts facts, Judgement judgement, EvidenceDigest evidence)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("_type", StatementType);
            StatementSubject.Of(facts, evidence).Write(json);
            json.WriteString("predicateType", PredicateType);
            json.WriteStartObject("predicate");
            WriteDecision(json, facts, judgement);
            StatementLaboratory.Write(json, facts);
            StatementFlash.Write(json, facts);
            StatementWatch.Write(json, facts);
            StatementBench.Write(json, facts);
            WriteEvidence(json, evidence);
            json.WriteString("statement", CertificateText.Identified);
            json.WriteString("limits", CertificateText.Limits);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteDecision(Utf8JsonWriter json, JobFacts facts, Judgement judgement)
    {
        json.WriteString("title", CertificateText.Title(judgement));
        json.WriteString("job", facts.Start.Job);
        json.WriteString("verdict", CertificateText.Name(judgement.Verdict));
        json.WriteString("level", CertificateText.Name(judgement.Level));
        json.WriteString("required", CertificateText.Name(judgement.Required));
        json.WriteString("requiredByProfile", CertificateText.Name(CertificateText.ProfileLevel(facts, judgement)));
        json.WriteString("reason", judgement.Reason);
        json.WriteString("errorClass", judgement.Class.ToString());
        json.WriteBoolean("simulated", facts.IsSimulated);
        json.WriteStartArray("performed");
        json.WriteStringValue(CertificateText.Utc(facts.StartedUtc));
        json.WriteStringValue(CertificateText.Utc(facts.EndedUtc));
        json.WriteEndArray();
        json.WriteStartArray("checks");
        foreach (Check check in judgement.Checks)
            WriteCheck(json, check);
        json.WriteEndArray();
    }

    private static void WriteCheck(Utf8JsonWriter json, Check check)
    {
        json.WriteStartObject();
        json.WriteString("id", check.Id);
        json.WriteString("title", check.Title);
        json.WriteString("outcome", CertificateText.Name(check.Outcome));
        json.WriteBoolean("mandatory", check.Mandatory);
        json.WriteString("measured", check.Measured);
        json.WriteString("limit", check.Limit);
        json.WriteString("text", check.Text);
        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, EvidenceDigest evidence)
    {
        json.WriteStartObject("evidence");
        WriteFile(json, "journal", evidence.Record.Journal);
        json.WriteNumber("journalRecords", evidence.Record.Records);
        json.WriteString("chainHead", evidence.Record.ChainHead);
        WriteFile(json, "console", evidence.Record.Console);
        WriteFile(json, "consoleIndex", evidence.Record.Index);
        WriteFile(json, "report", evidence.Report);
        WriteFile(json, "junit", evidence.JUnit);
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, string name, FileDigest file)
    {
        json.WriteStartObject(name);
        json.WriteString("sha256", file.Sha256);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteEndObject();
    }
}
