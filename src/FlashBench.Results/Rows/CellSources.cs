using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Results.Store;

namespace FlashBench.Results.Rows;

/// <summary>Lines of a journal, 1-based, both ends included.</summary>
public readonly record struct JournalSpan(long First, long Last)
{
    /// <inheritdoc/>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>Which lines of the journal stand behind which cell of a job's row.</summary>
/// <remarks>What a cell says of the console stands in the bytes that the named `console.chunk` lines vouch for.
/// </remarks>
public static class CellSources
{
    private static readonly string[] OfStart =
        ["job", "kind", "bench", "host", "dut", "board", "profile", "policy", "control", "required", "software",
            "simulated", "started"];

    private static readonly string[] OfAudit =
        ["me_family", "me_generation", "me_version", "me_sku"];

    private static readonly string[] OfDecision = ["verdict", "level", "reason", "error_class", "open_checks"];

    /// <summary>Finds them.</summary>
    /// <param name="directory">A job directory, absolute.</param>
    /// <returns>By the name of the column (<see cref="JobColumns"/>); a cell that no line stands behind is missing, and
    /// of a job without a decision only what single records say is there.</returns>
    /// <exception cref="EvidenceException">The journal cannot be read.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>> Of(string directory)
    {
        RecordedJob recorded = RecordedJob.Read(directory);
        var found = new Dictionary<string, IReadOnlyList<JournalSpan>>(StringComparer.Ordinal);
        if (recorded.Start is null)
            return found;
        IReadOnlyList<JournalRecord> counting = JobFold.Counting(recorded.Records);
        (JournalRecord first, JournalRecord last) = (recorded.Records[0], recorded.Records[^1]);
        Name(found, OfStart, first);
        JournalRecord? backup = Last<JournalData.Backup>(counting) ?? Last<JournalData.RestoreOf>(counting);
        JournalRecord? audit = Last<JournalData.Audit>(counting);
        Name(found, OfAudit, Last<JournalData.ImageAudit>(counting) ?? audit);
        Name(found, ["stock"], audit);
        Name(found, ["backup"], backup);
        Name(found, ["image"], Last<JournalData.Image>(counting) ?? backup);
        Name(found, ["written"], Last<JournalData.Plan>(counting));
        Name(found, ["programmer"], Last<JournalData.Chip>(counting));
        Name(found, ["chain_head"], last);
        found["records"] = found["journal_bytes"] = found["journal_sha256"] = [new JournalSpan(1, last.Seq + 1)];
        if (recorded.Decision is null)
            return found;
        Name(found, OfDecision, last);
        JournalRecord ended = recorded.Records[^2];
        Name(found, ["ended"], ended);
        found["duration_us"] = [LineOf(first), LineOf(ended)];
        new BootSources(recorded.Records, JobFold.OfFolder(directory, recorded.Records)).AddTo(found);
        return found;
    }

    internal static JournalSpan LineOf(JournalRecord record) => new(record.Seq + 1, record.Seq + 1);

    private static JournalRecord? Last<T>(IReadOnlyList<JournalRecord> records)
        where T : JournalData => records.LastOrDefault(record => record.Data is T);

    private static void Name(
        Dictionary<string, IReadOnlyList<JournalSpan>> found, string[] columns, JournalRecord? record)
    {
        foreach (string column in record is null ? [] : columns)
            found[column] = [LineOf(record!)];
    }
}
