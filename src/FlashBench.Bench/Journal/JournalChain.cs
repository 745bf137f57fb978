namespace FlashBench.Bench.Journal;

/// <summary>Takes a journal's lines in order, as long as each follows from the one before.</summary>
internal sealed class JournalChain
{
    /// <summary>The fault of bytes that are no line of a journal.</summary>
    public const string NoRecord = "is not a journal record";

    private readonly List<JournalRecord> _records = [];

    /// <summary>The records so far.</summary>
    public IReadOnlyList<JournalRecord> Records => _records;

    private string Head => _records is [.., var last] ? last.Hash : JournalLine.NoHash;

    /// <summary>Takes the next line, line end included.</summary>
    /// <returns>What is wrong with it, and it is not taken; empty for a sound one.</returns>
    public string Add(ReadOnlyMemory<byte> line)
    {
        if (line.Length > JournalReader.LineBytesMax || JournalLine.Read(line) is not var (seq, prev, at, data))
            return NoRecord;
        if (seq != _records.Count)
            return $"carries the sequence number {seq}";
        if (prev != Head)
            return "does not follow the record before it (chain hash differs)";
        if (Misplaced(at, data) is { } fault)
            return fault;
        if (_records is [.., var before] && before.Time.BootId == at.BootId)
            at = at with { BootId = before.Time.BootId }; // one string for all of them
        _records.Add(new JournalRecord(seq, at, data, JournalLine.Hash(line.Span)));
        return "";
    }

    private string? Misplaced(JournalTime at, JournalData data)
    {
        if (data is JournalData.JobStart start && !JournalLimits.IsWatch(start))
            return "asks for a watch that no bench runs";
        if (data is JournalData.Commissioning cited && (_records.Count != 1 || !JournalLimits.IsCommissioning(cited)))
            return "is no commissioning record in its place";
        if (_records.Count == 0)
            return null;
        if (data is JournalData.JobStart)
            return "starts a second job";
        if (data is not JournalData.JobResume && _records[^1].Data is JournalData.JobHalt)
            return "stands behind the end of a run";
        if (_records[^1].Data is JournalData.Decision decided
            && (data is not JournalData.JobResume || decided.Verdict != Verdict.Aborted))
        {
            return "stands behind the decision"; // only a job that its operator stopped goes on after one
        }

        return at.MonoUs < _records[^1].Time.MonoUs ? "goes back in time" : null;
    }
}
