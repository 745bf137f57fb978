using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Replays the journaled boots through the same <see cref="BootWatch"/> that followed them live.</summary>
/// <remarks>A boot that was interrupted and made anew is judged for what it had shown: a loss of power, a reset, a
/// silence that was too long, or any other failure stays, and no repetition hides it. What its ME and its parts said is
/// for <see cref="RestartedBoots"/>.</remarks>
internal static class BootFold
{
    /// <summary>Replays all boots in one pass over the console, of which nothing is kept.</summary>
    /// <param name="start">The journal's first record.</param>
    /// <param name="records">The journal, in order of time.</param>
    /// <param name="console">Arrivals in order of time; run through once, to the end.</param>
    public static FoldedBoots Fold(
        JournalData.JobStart start, IReadOnlyList<JournalRecord> records, IEnumerable<ConsoleArrival> console)
    {
        List<BootReplay> boots = Spans(start, records);
        int first = 0; // boots before this one have ended
        foreach (ConsoleArrival arrival in console)
        {
            while (first < boots.Count && boots[first].EndUs < arrival.AtUs)
                first++;
            // A boot may begin in the microsecond in which the one before it ended.
            for (int i = first; i < boots.Count && boots[i].BeginUs <= arrival.AtUs; i++)
                boots[i].OnConsole(arrival);
        }

        var judged = new List<BootObservation>();
        var restarted = new List<RestartedBoot>();
        foreach (BootReplay boot in boots)
        {
            if (boot.InterruptedBy is not { } resume)
            {
                judged.Add(boot.End());
                continue;
            }

            (BootObservation seen, bool failed) = boot.Cut();
            if (failed)
                judged.Add(seen);
            else
                restarted.Add(new RestartedBoot(seen, resume));
        }

        return new FoldedBoots(judged, restarted);
    }

    private static List<BootReplay> Spans(JournalData.JobStart start, IReadOnlyList<JournalRecord> records)
    {
        var boots = new List<BootReplay>();
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Data is not JournalData.BootBegin begin)
                continue;
            int end = i + 1;
            while (end < records.Count && !EndsSpan(records[end].Data))
                end++;
            // The begin of the next boot belongs to this one, too: until then its power was on.
            bool whole = end < records.Count && records[end].Data is not JournalData.JobResume;
            boots.Add(new BootReplay(start, begin, [.. records.Skip(i).Take(end - i + (whole ? 1 : 0))])
            {
                InterruptedBy = InterruptedBy(records, end),
            });
        }

        return boots;
    }

    private static bool EndsSpan(JournalData data) =>
        data is JournalData.BootEnd or JournalData.BootBegin or JournalData.JobResume;

    // The number of the resumption; null if the boot was watched to its end or nobody went on.
    private static int? InterruptedBy(IReadOnlyList<JournalRecord> records, int end)
    {
        if (end < records.Count && records[end].Data is JournalData.BootEnd { Why: not JournalData.BootEnd.Stopped })
            return null;
        for (int i = end; i < records.Count; i++)
        {
            if (records[i].Data is JournalData.JobResume resume)
                return resume.Number;
            if (records[i].Data is JournalData.BootBegin)
                return null;
        }

        return null;
    }
}

/// <summary>The boots of a job.</summary>
/// <param name="Judged">Those that count.</param>
/// <param name="Restarted">Those that were interrupted and made anew.</param>
internal sealed record FoldedBoots(
    IReadOnlyList<BootObservation> Judged, IReadOnlyList<RestartedBoot> Restarted);
