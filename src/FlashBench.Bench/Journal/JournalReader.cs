namespace FlashBench.Bench.Journal;

/// <summary>Reads journals: strictly for evidence, tolerantly for the state of an interrupted job.</summary>
public static class JournalReader
{
    /// <summary>Largest journal that is read, in bytes; a 130-minute watch of many boots stays far below.</summary>
    public const int BytesMax = 512 << 20;

    /// <summary>Longest line that is read, in bytes; the plan of a large image has some ten thousand.</summary>
    public const int LineBytesMax = 16 << 20;

    /// <summary>The fault of a last line that a crash has torn, or that is being written.</summary>
    public const string NoLineEnd = "has no line end";

    private const string NoRecord = "is not a journal record";

    /// <summary>Reads a whole journal and checks every link of its chain.</summary>
    /// <param name="journal">The file's bytes.</param>
    /// <exception cref="EvidenceException">A record is damaged, missing, out of order, or torn.</exception>
    public static IReadOnlyList<JournalRecord> ReadStrict(ReadOnlyMemory<byte> journal)
    {
        IReadOnlyList<JournalRecord> records = ReadPrefix(journal, out long end, out string fault);
        return end == journal.Length
            ? records
            : throw new EvidenceException(JournalWriter.FileName, end, $"record {records.Count} {fault}");
    }

    /// <summary>Reads the sound records at the start of a journal, which a crash may have cut.</summary>
    /// <param name="journal">The file's bytes.</param>
    /// <param name="end">Byte offset behind the last sound record.</param>
    /// <param name="fault">What is wrong at <paramref name="end"/>; empty if the file ends there.</param>
    public static IReadOnlyList<JournalRecord> ReadPrefix(
        ReadOnlyMemory<byte> journal, out long end, out string fault)
    {
        var records = new List<JournalRecord>();
        string head = JournalLine.NoHash;
        int at = 0;
        fault = "";
        while (at < journal.Length)
        {
            int length = journal.Span[at..].IndexOf((byte)'\n');
            fault = length >= 0 ? Link(journal.Slice(at, length + 1), head, records)
                : journal.Length - at > LineBytesMax ? NoRecord : NoLineEnd;
            if (fault.Length > 0)
                break;
            head = records[^1].Hash;
            at += length + 1;
        }

        end = at;
        return records;
    }

    private static string Link(ReadOnlyMemory<byte> line, string head, List<JournalRecord> records)
    {
        if (line.Length > LineBytesMax || JournalLine.Read(line) is not var (seq, prev, at, data))
            return NoRecord;
        if (seq != records.Count)
            return $"carries the sequence number {seq}";
        if (prev != head)
            return "does not follow the record before it (chain hash differs)";
        if (Misplaced(at, data, records) is { } fault)
            return fault;
        records.Add(new JournalRecord(seq, at, data, JournalLine.Hash(line.Span)));
        return "";
    }

    private static string? Misplaced(JournalTime at, JournalData data, List<JournalRecord> records)
    {
        if (data is JournalData.JobStart start && !JournalLimits.IsWatch(start))
            return "asks for a watch that no bench runs";
        if (records.Count == 0)
            return null;
        if (data is JournalData.JobStart)
            return "starts a second job";
        if (data is not JournalData.JobResume && records[^1].Data is JournalData.JobHalt)
            return "stands behind the end of a run";
        if (records[^1].Data is JournalData.Decision decided
            && (data is not JournalData.JobResume || decided.Verdict != Verdict.Aborted))
        {
            return "stands behind the decision"; // only a job that its operator stopped goes on after one
        }
        return at.MonoUs < records[^1].Time.MonoUs ? "goes back in time" : null;
    }
}
