using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>What of a journal counts when its job was interrupted and resumed: as if it had run in one go.</summary>
/// <remarks>
/// <para>An interrupted phase is made anew, and what it had recorded does not count. Not so: a write after its first
/// erase, which goes on; boots, which <see cref="BootFold"/> judges each for itself; and a phase that had shown a
/// failure, which stays. No resumption takes a verdict away.</para>
/// <para>Whatever no program can have written is a fault, and a job with a fault cannot pass.</para>
/// </remarks>
internal sealed class ResumedJournal
{
    private readonly List<JournalRecord> _records = [];
    private readonly List<ResumeFacts> _resumes = [];
    private readonly List<string> _faults = [];
    private readonly HashSet<uint> _torn = []; // blocks that were begun and must be written again
    private string? _goesOn;                   // the phase whose next begin is not another one
    private bool _asksChip;

    private ResumedJournal()
    {
    }

    /// <summary>The records that count, in order.</summary>
    public IReadOnlyList<JournalRecord> Records => _records;

    /// <summary>Every resumption.</summary>
    public IReadOnlyList<ResumeFacts> Resumes => _resumes;

    /// <summary>What speaks against the resumptions, a sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads a journal's records.</summary>
    public static ResumedJournal Of(IReadOnlyList<JournalRecord> records)
    {
        var journal = new ResumedJournal();
        foreach (JournalRecord record in records)
            journal.Take(record);
        journal.CheckEnd(records);
        return journal;
    }

    private void Take(JournalRecord record)
    {
        switch (record.Data)
        {
            case JournalData.JobResume resume:
                Interrupt(record, resume);
                return;
            case JournalData.ChipAgain chip:
                Ask(chip);
                return;
            case JournalData.PhaseBegin begin when begin.Name == _goesOn:
                _goesOn = null;
                return;
            case JournalData.BlockDone done:
                _torn.Remove(done.Start);
                break;
        }

        if (_asksChip && TouchesChip(record.Data))
        {
            _faults.Add("the job went on without asking the chip again");
            _asksChip = false;
        }

        _records.Add(record);
    }

    private void Interrupt(JournalRecord record, JournalData.JobResume resume)
    {
        Interruption at = Interruption.Of(_records);
        if (resume.Number != _resumes.Count + 1)
            _faults.Add($"resumption {resume.Number} is out of order");
        if (resume.Phase != at.Phase)
            _faults.Add($"resumption {resume.Number} names another phase than the one that was interrupted");
        bool sameHost = _records.Count > 0 && _records[^1].Time.BootId == record.Time.BootId;
        _resumes.Add(new ResumeFacts(resume.Number, at.Phase, record.Time.MonoUs, sameHost, resume.Parts));
        RemoveConclusion();
        if (at.Phase.Length > 0)
            Reopen(at);
        _asksChip = _records.Exists(one => one.Data is JournalData.Chip);
    }

    private void Reopen(Interruption at)
    {
        int begin = _records.FindIndex(at.Begin, one => one.Data is JournalData.PhaseBegin);
        _goesOn = at.GoesOn ? at.Phase : null;
        if (!at.GoesOn)
        {
            Remove(begin, data => data is not (JournalData.Deviation or JournalData.ConsoleChunk));
            return;
        }

        Remove(begin, data => data is JournalData.PhaseEnd { Verdict: Verdict.Aborted });
        if (at.Phase != "write" || at.Failure is not null)
            return;
        // A verification is made anew after whatever still has to be written.
        Remove(begin, data => data is JournalData.Clean or JournalData.FlashCheck
            or JournalData.ReadBack { Purpose: "verify" });
        for (int i = begin; i < _records.Count; i++)
        {
            if (_records[i].Data is JournalData.BlockIntent block && !IsDone(block, i))
                _torn.Add(block.Start);
        }

        for (int i = _records.Count - 1; i > begin; i--)
        {
            if (_records[i].Data is JournalData.BlockIntent block && !IsDone(block, i))
                _records.RemoveAt(i);
        }
    }

    private bool IsDone(JournalData.BlockIntent block, int at) => _records.FindIndex(
        at, one => one.Data is JournalData.BlockDone done && (done.Start, done.End) == (block.Start, block.End)) >= 0;

    // The last phase is always made anew, and a stop is taken back. Any other verdict of theirs stays.
    private void RemoveConclusion() => Remove(0, data => data is JournalData.JobHalt
        or JournalData.Decision { Verdict: Verdict.Aborted }
        or JournalData.PhaseBegin { Name: Interruption.LastPhase }
        or JournalData.PhaseEnd { Name: Interruption.LastPhase, Verdict: Verdict.Pass });

    private void Remove(int from, Predicate<JournalData> match)
    {
        var kept = _records.Skip(from).Where(one => !match(one.Data)).ToList();
        _records.RemoveRange(from, _records.Count - from);
        _records.AddRange(kept);
    }

    private void Ask(JournalData.ChipAgain again)
    {
        JournalData.Chip? chip = _records.Select(one => one.Data).OfType<JournalData.Chip>().LastOrDefault();
        _asksChip = false;
        if (chip is null || (chip.JedecId, chip.Name, chip.SizeBytes, chip.UniqueId)
            != (again.JedecId, again.Name, again.SizeBytes, again.UniqueId))
        {
            _faults.Add("the job went on with another chip");
        }

        if (_resumes.Count == 0)
            _faults.Add("the chip was asked again by a job that was not resumed");
        else
            _resumes[^1] = _resumes[^1] with { Parts = [.. _resumes[^1].Parts, again.Programmer] };
    }

    private void CheckEnd(IReadOnlyList<JournalRecord> records)
    {
        if (_torn.Count > 0)
            _faults.Add("a block that was interrupted was not written again");
        int reads = records.Select(one => one.Data).OfType<JournalData.BackupPass>().Where(pass => !pass.Diagnosis)
            .Select(pass => pass.Sha256).Distinct().Count();
        if (_resumes.Count > 0 && reads > 1)
            _faults.Add("the whole reads before and after an interruption differ");
    }

    private static bool TouchesChip(JournalData data) => data is JournalData.BootBegin or JournalData.BlockIntent
        or JournalData.Dirty or JournalData.ReadBack or JournalData.BackupPass or JournalData.Chip;
}

/// <summary>One resumption of a job.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Phase">The interrupted phase; empty between two.</param>
/// <param name="AtUs">When, on the job's monotonic clock.</param>
/// <param name="SameHostBoot">False if the host was restarted in between.</param>
/// <param name="Parts">The bench's parts from then on, the programmer among them once it was opened.</param>
public sealed record ResumeFacts(
    int Number, string Phase, long AtUs, bool SameHostBoot, IReadOnlyList<Hardware.PartIdentity> Parts)
{
    /// <summary>Boots that were interrupted and made anew.</summary>
    public IReadOnlyList<int> RestartedBoots { get; init; } = [];
}
