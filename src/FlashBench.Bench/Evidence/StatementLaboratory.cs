using System.Text.Json;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>The part of a statement about laboratory and customer; null for what nobody stated.</summary>
internal static class StatementLaboratory
{
    public static void Write(Utf8JsonWriter json, JobFacts facts)
    {
        JournalData.Laboratory lab = facts.Laboratory;
        json.WriteStartObject("laboratory");
        WriteStated(json, "name", lab.Name);
        WriteStated(json, "address", lab.Address);
        WriteStated(json, "location", lab.Location);
        WriteStated(json, "accreditation", lab.Accreditation);
        WriteStated(json, "customer", lab.Customer);
        WriteStated(json, "received", lab.Received);
        WriteStated(json, "condition", lab.Condition);
        WriteStated(json, "approvedBy", lab.ApprovedBy);
        json.WriteString("issued", CertificateText.Utc(facts.EndedUtc));
        json.WriteString("notExamined", CertificateText.Exclusions);
        json.WriteEndObject();
    }

    private static void WriteStated(Utf8JsonWriter json, string name, string text) =>
        json.WriteString(name, text.Length > 0 ? text : null);
}
