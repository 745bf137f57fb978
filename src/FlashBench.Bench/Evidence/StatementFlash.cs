using System.Text.Json;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>The parts of a statement about board, flash and ME; what the job did not reach is left out.</summary>
internal static class StatementFlash
{
    public static void Write(Utf8JsonWriter json, JobFacts facts)
    {
        WriteDut(json, facts);
        StatementImage.Write(json, facts);
        WriteFlash(json, facts);
        WriteMe(json, facts);
    }

    private static void WriteDut(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartObject("dut");
        json.WriteString("serial", facts.Start.Dut);
        json.WriteString("board", facts.Start.Profile.Board);
        if (facts.Audit is { } audit)
        {
            json.WriteString("meFamily", audit.Family);
            json.WriteNumber("meGeneration", audit.Generation);
            json.WriteString("meVersion", audit.Version);
            json.WriteString("meSku", audit.Sku);
            json.WriteBoolean("stock", audit.Stock);
        }

        json.WriteEndObject();
    }

    private static void WriteFlash(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartObject("flash");
        if (facts.Chip is { } chip)
        {
            json.WriteString("jedecId", chip.JedecId);
            json.WriteString("name", chip.Name);
            json.WriteNumber("sizeBytes", chip.SizeBytes);
            json.WriteString("uniqueId", chip.UniqueId);
            json.WriteString("busHealth", chip.Health);
        }

        if (facts.Backup is { } backup)
            WriteBackup(json, backup);
        if (facts.Plan is { } plan)
            WritePlan(json, plan);
        json.WriteNumber("blocksWritten", facts.BlocksWritten);
        json.WriteBoolean("dirty", facts.IsDirty);
        json.WriteStartArray("readBacks");
        foreach (string purpose in CertificateText.InOrder(facts.ReadBacks.Keys))
            WriteReadBack(json, facts.ReadBacks[purpose]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBackup(Utf8JsonWriter json, JournalData.Backup backup)
    {
        json.WriteStartObject("backup");
        json.WriteString("sha256", backup.Sha256);
        json.WriteNumber("sizeBytes", backup.SizeBytes);
        json.WriteNumber("reads", backup.Passes);
        json.WriteBoolean("agree", backup.Agree);
        json.WriteBoolean("stored", backup.Stored);
        json.WriteEndObject();
    }

    private static void WritePlan(Utf8JsonWriter json, JournalData.Plan plan)
    {
        json.WriteStartObject("planned");
        json.WriteString("policy", plan.Policy);
        json.WriteString("sha256", plan.PlannedSha256);
        json.WriteNumber("changedBytes", plan.ChangedBytes);
        json.WriteNumber("unattributedBytes", plan.UnattributedBytes);
        json.WriteEndObject();
        json.WriteStartArray("changedRanges");
        foreach (JournalData.PlanChange change in plan.Changes)
        {
            WriteRangeStart(json, change.Start, change.End);
            json.WriteString("rule", change.Rule);
            json.WriteString("reason", change.Text);
            json.WriteString("oldSha256", change.OldSha256);
            json.WriteString("newSha256", change.NewSha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("keptRanges");
        foreach (JournalData.HashedRange kept in plan.Kept)
        {
            WriteRangeStart(json, kept.Start, kept.End);
            json.WriteString("name", kept.Name);
            json.WriteString("sha256", kept.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteReadBack(Utf8JsonWriter json, JournalData.ReadBack read)
    {
        json.WriteStartObject();
        json.WriteString("purpose", read.Purpose);
        json.WriteString("sha256", read.Sha256);
        json.WriteString("expectedSha256", read.ExpectedSha256);
        json.WriteNumber("differingBytes", read.DifferingBytes);
        if (read.DifferingBytes > 0)
            json.WriteNumber("firstDifference", read.FirstDifference);
        json.WriteBoolean("afterReopen", read.Reopened);
        json.WriteStartArray("drift");
        foreach (JournalData.NamedRange drift in read.Drift)
            WriteNamed(json, drift);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMe(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartObject("me");
        if (facts.Audit is { } audit)
        {
            json.WriteStartObject("before");
            json.WriteNumber("contentBytes", audit.ContentBytes);
            json.WriteBoolean("signatureValid", audit.SignatureValid);
            json.WriteString("key", audit.Key);
            json.WriteBoolean("testKey", audit.TestKey);
            WriteBit(json, audit.DisableBit);
            json.WriteStartArray("partitions");
            foreach (JournalData.NamedRange partition in audit.Partitions)
                WriteNamed(json, partition);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("after");
        foreach (string purpose in CertificateText.InOrder(facts.FlashChecks.Keys))
            WriteFlashCheck(json, facts.FlashChecks[purpose]);
        json.WriteEndArray();
        StatementStates.Write(json, facts);
        json.WriteEndObject();
    }

    private static void WriteFlashCheck(Utf8JsonWriter json, JournalData.FlashCheck check)
    {
        json.WriteStartObject();
        json.WriteString("purpose", check.Purpose);
        json.WriteNumber("contentBytes", check.ContentBytes);
        if (check.ContentLimit is long limit)
            json.WriteNumber("contentLimit", limit);
        else
            json.WriteNull("contentLimit");
        json.WriteBoolean("signatureValid", check.SignatureValid);
        json.WriteBoolean("onlyPinnedBitChanged", check.OnlyPinnedBitChanged);
        WriteBit(json, check.DisableBit);
        json.WriteStartArray("left");
        foreach (string name in check.Left)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("kept");
        foreach (JournalData.KeptState kept in check.Kept)
        {
            WriteRangeStart(json, kept.Start, kept.End);
            json.WriteString("name", kept.Name);
            json.WriteBoolean("equal", kept.Equal);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (string problem in check.Problems)
            json.WriteStringValue(problem);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void WriteBit(Utf8JsonWriter json, JournalData.DisableBitState bit)
    {
        json.WriteStartObject("disableBit");
        json.WriteString("name", bit.Name);
        json.WriteString("offset", CertificateText.Address(bit.Offset));
        json.WriteNumber("bit", bit.Bit);
        json.WriteBoolean("set", bit.Set);
        json.WriteString("dword", CertificateText.Register(bit.Dword));
        json.WriteEndObject();
    }

    internal static void WriteNamed(Utf8JsonWriter json, JournalData.NamedRange range)
    {
        WriteRangeStart(json, range.Start, range.End);
        json.WriteString("name", range.Name);
        json.WriteEndObject();
    }

    internal static void WriteRangeStart(Utf8JsonWriter json, uint start, uint end)
    {
        json.WriteStartObject();
        json.WriteString("start", CertificateText.Address(start));
        json.WriteString("end", CertificateText.Address(end));
    }
}
