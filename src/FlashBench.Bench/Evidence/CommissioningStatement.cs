using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>The in-toto statement that a commissioning signs.</summary>
/// <remarks>Exactly one byte form: what <see cref="Build"/> writes. docs/commissioning.md describes it.</remarks>
public static class CommissioningStatement
{
    /// <summary>Type of what it says.</summary>
    public const string PredicateType = "https://flashbench.example/attestation/commissioning/v1";

    /// <summary>Writes the statement.</summary>
    /// <returns>JSON in UTF-8; equal records give equal bytes.</returns>
    public static byte[] Build(JournalData.Commissioned record)
    {
        var buffer = new ArrayBufferWriter<byte>(4 << 10);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("_type", CertificateStatement.StatementType);
            json.WriteStartArray("subject");
            json.WriteStartObject();
            json.WriteString("name", $"bench:{record.Bench}/profile:{record.Profile}");
            json.WriteStartObject("digest");
            json.WriteString("sha256", record.ProfileSha256);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("predicateType", PredicateType);
            json.WritePropertyName("predicate");
            JsonSerializer.Serialize(json, record, CommissioningContext.Default.Commissioned);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>SHA-256 of the statement, lower-case hex: the name by which a certificate cites it.</summary>
    public static string HashOf(JournalData.Commissioned record) =>
        Convert.ToHexStringLower(SHA256.HashData(Build(record)));

    /// <summary>A short name for people: "FBC-" and the first digits of the hash.</summary>
    public static string IdOf(string sha256) => $"FBC-{sha256[..8].ToUpperInvariant()}";

    /// <summary>Reads a statement.</summary>
    /// <exception cref="EvidenceException">The bytes are not those that <see cref="Build"/> makes of any record.
    /// </exception>
    public static JournalData.Commissioned Read(ReadOnlyMemory<byte> payload, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            if (JournalLimits.IsData(document.RootElement)
                && document.RootElement.GetProperty("predicate").Deserialize(CommissioningContext.Default.Commissioned)
                    is { } record
                && Build(record).AsSpan().SequenceEqual(payload.Span)
                && JournalLimits.IsCommissioning(new JournalData.Commissioning(HashOf(record), NoKey, record)))
            {
                return record;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            // Damaged, as the line below says.
        }

        throw new EvidenceException(file, 0, "it holds no commissioning record");
    }

    private const string NoKey = JournalLine.NoHash;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalData.Commissioned))]
internal sealed partial class CommissioningContext : JsonSerializerContext;
