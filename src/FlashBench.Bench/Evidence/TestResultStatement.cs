using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FlashBench.Bench.Evidence;

/// <summary>The same decision as the standard in-toto predicate for test results, for tools that know no other.
/// </summary>
/// <remarks>
/// Source: in-toto attestation framework, predicate test-result v0.1. Nothing is rounded up for a tool that asks for
/// nothing but `result`: PASSED is a PASS of hardware, WARNED a PASS of a simulated bench, FAILED everything else.
/// </remarks>
public static class TestResultStatement
{
    /// <summary>File name of its envelope inside a job directory.</summary>
    public const string FileName = "test-result.dsse.json";

    /// <summary>Type of what it says.</summary>
    public const string PredicateType = "https://in-toto.io/attestation/test-result/v0.1";

    /// <summary>Writes the statement on a job.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    /// <param name="evidence">Hashes of the files that it rests on.</param>
    /// <param name="certificate">The certificate's statement.</param>
    /// <returns>JSON in UTF-8; equal inputs give equal bytes.</returns>
    public static byte[] Build(
        JobFacts facts, Judgement judgement, EvidenceDigest evidence, ReadOnlySpan<byte> certificate)
    {
        var buffer = new ArrayBufferWriter<byte>(4 << 10);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("_type", CertificateStatement.StatementType);
            StatementSubject.Of(facts, evidence).Write(json);
            json.WriteString("predicateType", PredicateType);
            json.WriteStartObject("predicate");
            json.WriteString("result", Result(facts, judgement));
            json.WriteStartArray("configuration");
            WriteDigest(json, $"profile/{facts.Start.Profile.Id}", facts.Start.Profile.Sha256);
            WriteText(json, "method", $"{CertificateText.Method}, policy {facts.Start.Policy}");
            WriteText(json, "software", facts.Start.Software);
            WriteText(json, "bench", facts.IsSimulated ? "simulated" : "hardware");
            WriteText(json, "level", $"{CertificateText.Name(judgement.Level)} of "
                + CertificateText.Name(judgement.Required));
            WriteDigest(json, "journal.jsonl", evidence.Record.Journal.Sha256);
            WriteDigest(json, "certificate", EvidenceDigests.Of(certificate).Sha256);
            json.WriteEndArray();
            WriteNames(json, "passedTests", judgement.Checks.Where(check => check.Outcome == Verdict.Pass));
            WriteNames(json, "warnedTests", judgement.Checks.Where(
                check => check.Outcome is not (Verdict.Pass or Verdict.Fail)));
            WriteNames(json, "failedTests", judgement.Checks.Where(check => check.Outcome == Verdict.Fail));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Result(JobFacts facts, Judgement judgement) => judgement.Verdict switch
    {
        Verdict.Pass when facts.IsSimulated => "WARNED",
        Verdict.Pass => "PASSED",
        _ => "FAILED",
    };

    private static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<Check> checks)
    {
        json.WriteStartArray(name);
        foreach (Check check in checks)
            json.WriteStringValue(check.Id);
        json.WriteEndArray();
    }

    private static void WriteDigest(Utf8JsonWriter json, string name, string sha256)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteStartObject("digest");
        json.WriteString("sha256", sha256);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // A resource descriptor's content is base64.
    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteBase64String("content", Encoding.UTF8.GetBytes(text));
        json.WriteString("mediaType", "text/plain");
        json.WriteEndObject();
    }
}
