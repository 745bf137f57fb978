using System.Text.Json;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>The artifact that a statement is about.</summary>
/// <param name="Name">"dut:SERIAL/flash-readback", "dut:SERIAL/flash-backup" or "job:ID/journal.jsonl".</param>
/// <param name="Sha256">Its digest, lower-case hex.</param>
/// <remarks>
/// What was judged, not what the board holds afterwards: a restore does not change the subject. A job that never read
/// the chip after the write speaks of the content it found; one that never read the chip reliably has only its own
/// journal to speak of.
/// </remarks>
internal sealed record StatementSubject(string Name, string Sha256)
{
    public static StatementSubject Of(JobFacts facts, EvidenceDigest evidence)
    {
        string dut = $"dut:{facts.Start.Dut}";
        foreach (string purpose in (string[])["re-read", "verify"])
        {
            if (facts.ReadBacks.TryGetValue(purpose, out JournalData.ReadBack? read))
                return new StatementSubject($"{dut}/flash-readback", read.Sha256);
        }

        return facts.Backup is { Agree: true } backup
            ? new StatementSubject($"{dut}/flash-backup", backup.Sha256)
            : new StatementSubject($"job:{facts.Start.Job}/{JournalWriter.FileName}", evidence.Record.Journal.Sha256);
    }

    /// <summary>Writes the member `subject` of a statement.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("subject");
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteStartObject("digest");
        json.WriteString("sha256", Sha256);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
