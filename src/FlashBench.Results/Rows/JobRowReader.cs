using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Results.Rows;

/// <summary>Derives the row of a job from its directory. Any directory gives one, and says why it has no verdict.
/// </summary>
public static class JobRowReader
{
    /// <summary>Longest text that is kept, in UTF-16 units; the journal has the whole.</summary>
    public const int TextMax = 2000;

    /// <summary>Reads a job directory.</summary>
    /// <param name="evidence">Evidence folder, absolute.</param>
    /// <param name="directory">The job directory relative to it, "/" between names.</param>
    /// <param name="place">Which part of a run it is; null for none.</param>
    /// <returns>The same row for the same bytes, whoever reads them.</returns>
    public static JobRow Read(string evidence, string directory, RunPlace? place)
    {
        var nothing = new JobRow
        {
            Directory = directory,
            State = RowState.Damaged,
            Job = directory[(directory.LastIndexOf('/') + 1)..],
            Reason = "",
            Place = place,
        };
        string path = Path.Combine(evidence, directory);
        RecordedJob recorded;
        try
        {
            recorded = RecordedJob.Read(path);
        }
        catch (EvidenceException e)
        {
            return nothing with { Reason = e.Message };
        }

        JobRow row = Known(nothing, recorded);
        return Checked(row, () => recorded.Decision is { } decision ? Decided(row, path, recorded, decision)
            : recorded.IsSound ? Unfinished(row, recorded)
            : row with
            {
                Reason = $"line {recorded.Records.Count + 1} of the journal {recorded.Fault}; nothing from there on is "
                    + "believed",
            });
    }

    // A stranger's journal may hold values with which nothing can be computed; see EvidenceVerifier.
    private static JobRow Checked(JobRow known, Func<JobRow> derive)
    {
        try
        {
            return derive();
        }
        catch (EvidenceException e)
        {
            return known with { Reason = Text(e.Message) };
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentException or InvalidOperationException
            or FormatException or NotSupportedException or IndexOutOfRangeException)
        {
            return known with { Reason = $"the journal holds impossible values ({e.GetType().Name})" };
        }
    }

    private static JobRow Decided(JobRow row, string path, RecordedJob recorded, JournalData.Decision decision)
    {
        JobFacts facts = JobFold.OfFolder(path, recorded.Records);
        Judgement judgement = Decision.Decide(facts);
        if (!DecisionRecord.Matches(decision, judgement))
        {
            return row with
            {
                Reason = $"{decision.Verdict.ToString().ToUpperInvariant()} is recorded, which does not follow from "
                    + $"the records before it for this program; {Text(facts.Start.Software)} decided so",
            };
        }

        row = BootRows.Summed(row, BootRows.Of(facts));
        return row with
        {
            State = RowState.Decided,
            Verdict = judgement.Verdict,
            Level = judgement.Level == EvidenceLevel.None ? "none" : judgement.Level.ToString(),
            Reason = Text(judgement.Reason),
            ErrorClass = judgement.Class,
            OpenChecks = string.Join(' ', judgement.Checks
                .Where(check => check is { Mandatory: true, IsReached: true, Outcome: not Verdict.Pass })
                .Select(check => check.Id)),
            Ended = Seconds(facts.EndedUtc),
            DurationUs = facts.EndedUs,
            Simulated = facts.IsSimulated,
            Dirty = facts.IsDirty,
        };
    }

    private static JobRow Unfinished(JobRow row, RecordedJob recorded)
    {
        row = row with { State = RowState.Unfinished };
        if (recorded.Start is null)
            return row with { Reason = "nothing is recorded yet" };
        JobFacts facts = JobFold.Fold(recorded.Records, []); // without its console, whose end may not be on disk yet
        string phase = recorded.Records.Select(record => record.Data).OfType<JournalData.PhaseBegin>()
            .LastOrDefault() is { } begun ? $"in phase {Text(begun.Name)}" : "before its first phase";
        return row with
        {
            Simulated = facts.IsSimulated,
            Dirty = facts.IsDirty,
            Reason = recorded.Records[^1].Data switch
            {
                JournalData.JobHalt halt => $"no verdict is recorded; the job stopped {phase}: {Text(halt.Reason)}",
                _ => $"no verdict is recorded: the job runs, or was interrupted {phase}",
            },
        };
    }

    // What the records say, each for itself.
    private static JobRow Known(JobRow row, RecordedJob recorded)
    {
        row = row with
        {
            Records = recorded.Records.Count,
            JournalBytes = recorded.Bytes,
            JournalSha256 = recorded.Sha256,
            ChainHead = recorded.Records is [.., var head] ? head.Hash : null,
        };
        if (recorded.Start is not { } start)
            return row;
        row = WithStart(row, start) with
        {
            Started = Seconds(recorded.Records[0].Time.Utc),
            Ended = Seconds(recorded.Records[^1].Time.Utc),
            DurationUs = recorded.Records[^1].Time.MonoUs,
            Resumes = recorded.Records.Count(record => record.Data is JournalData.JobResume),
        };
        return Checked(row, () => WithContent(
            row, [.. JobFold.Counting(recorded.Records).Select(record => record.Data)]));
    }

    private static JobRow WithStart(JobRow row, JournalData.JobStart start) => row with
    {
        Job = Text(start.Job),
        Kind = Text(start.Request.Kind),
        Bench = Text(start.Bench),
        Host = Text(start.Host),
        Dut = Text(start.Dut),
        Board = Text(start.Profile.Board),
        Profile = Text(start.Profile.Id),
        Policy = Text(start.Policy),
        Control = start.Control is { } control ? Text(control) : null,
        Required = Text(start.Require),
        Simulated = start.Simulated || start.Parts.Any(part => part.Simulated),
        Software = Text(start.Software),
    };

    private static JobRow WithContent(JobRow row, List<JournalData> counting)
    {
        string? backup = Last<JournalData.Backup>(counting)?.Sha256 ?? Last<JournalData.RestoreOf>(counting)?.Sha256;
        JournalData.Audit? board = Last<JournalData.Audit>(counting);
        JournalData.Audit? audit = Last<JournalData.ImageAudit>(counting)?.Content ?? board;
        return row with
        {
            Programmer = Last<JournalData.Chip>(counting) is { } chip ? Text(chip.Programmer.Description) : null,
            Backup = Hash(backup),
            Image = Hash(Last<JournalData.Image>(counting)?.Sha256 ?? backup),
            Written = Hash(Last<JournalData.Plan>(counting)?.PlannedSha256),
            MeFamily = audit is null ? null : Text(audit.Family),
            MeGeneration = audit?.Generation,
            MeVersion = audit is null ? null : Text(audit.Version),
            MeSku = audit is null ? null : Text(audit.Sku),
            Stock = board?.Stock,
        };
    }

    private static T? Last<T>(List<JournalData> data)
        where T : JournalData => data.OfType<T>().LastOrDefault();

    private static string? Hash(string? recorded) => recorded is null ? null : Text(recorded);

    private static DateTimeOffset Seconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    // Whatever SQLite or UTF-8 could not give back as it was.
    private static string Text(string recorded)
    {
        string text = recorded.Length > TextMax ? recorded[..TextMax] : recorded;
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        return string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
    }
}
