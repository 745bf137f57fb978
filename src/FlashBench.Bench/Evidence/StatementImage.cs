using System.Text.Json;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>The part of a statement about the image of which the board got something; a job without one has none.
/// </summary>
internal static class StatementImage
{
    public static void Write(Utf8JsonWriter json, JobFacts facts)
    {
        if (facts.Image is not { } image)
            return;
        json.WriteStartObject("image");
        json.WriteString("sha256", image.Sha256);
        json.WriteNumber("sizeBytes", image.SizeBytes);
        json.WriteStartArray("regions");
        foreach (string region in image.Regions)
            json.WriteStringValue(region);
        json.WriteEndArray();
        json.WriteBoolean("wholeChip", image.WholeChip);
        if (facts.ImageAudit is { } audit)
            WriteAudit(json, audit);
        json.WriteEndObject();
    }

    private static void WriteAudit(Utf8JsonWriter json, JournalData.ImageAudit image)
    {
        JournalData.Audit content = image.Content;
        json.WriteString("kind", image.Kind);
        json.WriteString("meFamily", content.Family);
        json.WriteNumber("meGeneration", content.Generation);
        json.WriteString("meVersion", content.Version);
        json.WriteString("meSku", content.Sku);
        json.WriteBoolean("stock", image.Stock);
        json.WriteBoolean("signatureValid", content.SignatureValid);
        json.WriteString("key", content.Key);
        json.WriteBoolean("testKey", content.TestKey);
        json.WriteString("composedSha256", image.ComposedSha256.Length > 0 ? image.ComposedSha256 : null);
        json.WriteNumber("contentBytes", content.ContentBytes);
        StatementFlash.WriteBit(json, content.DisableBit);
        json.WriteStartArray("brought");
        foreach (JournalData.NamedRange range in image.Brought)
            StatementFlash.WriteNamed(json, range);
        json.WriteEndArray();
        json.WriteStartArray("own");
        foreach (JournalData.MovedRange own in image.Own)
        {
            StatementFlash.WriteRangeStart(json, own.Start, own.End);
            json.WriteString("name", own.Name);
            json.WriteString("from", CertificateText.Address(own.FromStart));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("partitions");
        foreach (JournalData.NamedRange partition in content.Partitions)
            StatementFlash.WriteNamed(json, partition);
        json.WriteEndArray();
    }
}
