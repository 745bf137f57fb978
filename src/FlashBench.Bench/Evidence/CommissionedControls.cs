using System.Text.Json;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>What the controls of a commissioning showed, as JSON.</summary>
public static class CommissionedControls
{
    /// <summary>Writes the members `runs` and `notRun`.</summary>
    public static void Write(Utf8JsonWriter json, JournalData.Commissioned record)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(record);
        json.WriteStartArray("runs");
        foreach (JournalData.CommissionedRun run in record.Runs)
        {
            json.WriteStartObject();
            json.WriteString("name", run.Name);
            json.WriteString("job", run.Job);
            json.WriteString("journalSha256", run.JournalSha256);
            json.WriteString("expected", run.Expected);
            json.WriteString("seen", run.Seen);
            json.WriteBoolean("ok", run.Seen == run.Expected);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notRun");
        foreach (JournalData.ControlNotRun one in record.NotRun)
        {
            json.WriteStartObject();
            json.WriteString("name", one.Name);
            json.WriteString("why", one.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
