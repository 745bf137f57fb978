using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Replays the journaled boots through the same <see cref="BootWatch"/> that followed them live.</summary>
internal static class BootFold
{
    /// <summary>Replays all boots in one pass over the console, of which nothing is kept.</summary>
    /// <param name="start">The journal's first record.</param>
    /// <param name="records">The journal, in order of time.</param>
    /// <param name="console">Arrivals in order of time; run through once, to the end.</param>
    public static List<BootObservation> Fold(
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

        return boots.ConvertAll(boot => boot.End());
    }

    private static List<BootReplay> Spans(JournalData.JobStart start, IReadOnlyList<JournalRecord> records)
    {
        var boots = new List<BootReplay>();
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Data is not JournalData.BootBegin begin)
                continue;
            int end = i + 1;
            while (end < records.Count && records[end].Data is not (JournalData.BootEnd or JournalData.BootBegin))
                end++;
            int count = end - i + (end < records.Count ? 1 : 0);
            boots.Add(new BootReplay(start, begin, [.. records.Skip(i).Take(count)]));
        }

        return boots;
    }
}
