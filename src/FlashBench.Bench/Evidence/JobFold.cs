using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Turns a journal and its console into the facts of the job.</summary>
public static class JobFold
{
    /// <summary>Folds the records before the decision.</summary>
    /// <param name="records">A sound journal; a decision at its end is left out.</param>
    /// <param name="console">Arrivals on the console, in order of time; run through once, to the end, and not kept.
    /// </param>
    /// <exception cref="EvidenceException">The records do not make a job.</exception>
    public static JobFacts Fold(IReadOnlyList<JournalRecord> records, IEnumerable<ConsoleArrival> console)
    {
        if (records.Count > 0 && records[^1].Data is JournalData.Decision)
            records = [.. records.SkipLast(1)];
        if (records.Count == 0 || records[0].Data is not JournalData.JobStart start)
            throw new EvidenceException(JournalWriter.FileName, 0, "the first record is no job.start");
        ResumedJournal resumed = ResumedJournal.Of(records);
        var all = records.Select(record => record.Data).ToList();
        var data = resumed.Records.Select(record => record.Data).ToList();
        FoldedBoots boots = BootFold.Fold(start, records, console);
        var facts = new JobFacts
        {
            Start = start,
            Commissioning = Last<JournalData.Commissioning>(data),
            Laboratory = Last<JournalData.Laboratory>(data) ?? JournalData.Laboratory.NotStated,
            StartedUtc = records[0].Time.Utc,
            WentOnUtc = records.LastOrDefault(record => record.Data is JournalData.JobResume)?.Time.Utc,
            EndedUtc = records[^1].Time.Utc,
            EndedUs = records[^1].Time.MonoUs,
            Phases = Phases(resumed.Records),
            Chip = Last<JournalData.Chip>(data),
            BackupPasses = [.. data.OfType<JournalData.BackupPass>()],
            Backup = Last<JournalData.Backup>(data),
            Audit = Last<JournalData.Audit>(data),
            Image = Last<JournalData.Image>(data),
            ImageAudit = Last<JournalData.ImageAudit>(data),
            Plan = Last<JournalData.Plan>(data),
            IsDirty = IsDirty(all),
            BlocksWritten = data.OfType<JournalData.BlockDone>().Count(),
            ReadBacks = ByPurpose(data.OfType<JournalData.ReadBack>(), read => read.Purpose),
            FlashChecks = ByPurpose(data.OfType<JournalData.FlashCheck>(), check => check.Purpose),
            Boots = boots.Judged,
            Restored = Last<JournalData.RestoreOf>(data),
            Resumes = resumed.Resumes,
            Deviations = Deviations(data, resumed.Resumes),
            Console = [.. all.OfType<JournalData.ConsoleChunk>()],
            CourseFaults = [.. new JobCourse(data).Faults(), .. BootCourse.Faults(all), .. resumed.Faults],
            Records = records.Count,
        };
        return boots.Restarted.Count == 0 ? facts : RestartedBoots.Weigh(facts, boots.Restarted);
    }

    /// <summary>The records that count: of a job that was interrupted and went on, what it did not have to do again.
    /// </summary>
    /// <param name="records">A sound journal, its first record a job.start.</param>
    public static IReadOnlyList<JournalRecord> Counting(IReadOnlyList<JournalRecord> records) =>
        ResumedJournal.Of(records).Records;

    /// <summary>Folds the job that lies in a directory.</summary>
    /// <param name="directory">The job directory; its console is read.</param>
    /// <param name="records">Its journal.</param>
    /// <exception cref="EvidenceException">The records do not make a job, or the console is not the one that they know.
    /// </exception>
    public static JobFacts OfFolder(string directory, IReadOnlyList<JournalRecord> records)
    {
        using ConsoleRecording console = ConsoleRecording.Open(directory, records);
        return Fold(records, console.Arrivals());
    }

    // A whole read-back after the last write makes the chip's state known again; one amid the write does not.
    internal static bool IsDirty(List<JournalData> all) => all.FindLastIndex(d => d is JournalData.Dirty)
        > all.FindLastIndex(d => d is JournalData.ReadBack { Purpose: not JournalData.ReadBack.GoingOn });

    // A job that goes on says again what it said at its start.
    private static List<string> Deviations(List<JournalData> data, IReadOnlyList<ResumeFacts> resumes)
    {
        var said = data.OfType<JournalData.Deviation>().Select(deviation => deviation.Text).ToList();
        if (resumes.Count == 0)
            return said;
        string times = resumes.Count == 1 ? "once" : $"{resumes.Count} times";
        string places = string.Join(", ", resumes.Select(r => r.Phase.Length > 0 ? $"in {r.Phase}" : "between phases"));
        return [.. said.Distinct(), $"the job was interrupted and resumed {times}: {places}"];
    }

    private static T? Last<T>(List<JournalData> data)
        where T : JournalData => data.OfType<T>().LastOrDefault();

    // A purpose that was journaled twice counts as last seen.
    private static Dictionary<string, T> ByPurpose<T>(IEnumerable<T> items, Func<T, string> purpose)
    {
        var result = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (T item in items)
            result[purpose(item)] = item;
        return result;
    }

    private static List<PhaseFacts> Phases(IReadOnlyList<JournalRecord> records)
    {
        var phases = new List<PhaseFacts>();
        long begin = 0;
        foreach (JournalRecord record in records)
        {
            if (record.Data is JournalData.PhaseBegin)
                begin = record.Time.MonoUs;
            else if (record.Data is JournalData.PhaseEnd end)
                phases.Add(new PhaseFacts(end.Name, begin, record.Time.MonoUs, end.Verdict, end.Reason, end.Class));
        }

        return phases;
    }
}
