using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Replays the journaled boots through the same <see cref="BootWatch"/> that followed them live.</summary>
/// <remarks>A boot that was interrupted and made anew is judged for what it had shown: a loss of power, a reset, a
/// silence that was too long, or any other failure stays, and no repetition hides it.</remarks>
internal static class BootFold
{
    private const long SuspendUs = 1_000_000; // boot time and monotonic time drift apart only while the host sleeps

    /// <summary>Judges every boot.</summary>
    /// <param name="start">The first record.</param>
    /// <param name="records">All records, the first among them.</param>
    /// <param name="console">Arrivals on the console, in order of time.</param>
    public static FoldedBoots Fold(
        JournalData.JobStart start, IReadOnlyList<JournalRecord> records, IReadOnlyList<ConsoleArrival> console)
    {
        var boots = new List<BootObservation>();
        var restarted = new List<(int Boot, int Resume)>();
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Data is not JournalData.BootBegin begin)
                continue;
            int end = i + 1;
            while (end < records.Count && !EndsSpan(records[end].Data))
                end++;
            bool ended = end < records.Count && records[end].Data is JournalData.BootEnd;
            var span = records.Skip(i).Take(end - i + (ended ? 1 : 0)).ToList();
            if (InterruptedBy(records, end) is not { } resume)
                boots.Add(Replay(start, begin, span, console).Observe(Hole(span), span[^1].Time.MonoUs));
            else if (Shown(start, Replay(start, begin, span, console), InterruptedBoot.KnownUntil(span)) is { } failed)
                boots.Add(failed);
            else
                restarted.Add((begin.Number, resume));
        }

        return new FoldedBoots(boots, restarted);
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

    // What an interrupted boot had shown; null if nothing speaks against it.
    private static BootObservation? Shown(JournalData.JobStart start, BootWatch watch, long knownUs)
    {
        BootObservation seen = watch.Observe(knownUs);
        bool lost = seen.PowerLostUs is not null || seen.ResetUs is not null || seen.Class == BootClass.BootLoop;
        bool silent = seen.OsUpUs is not null
            ? seen.LongestGapUs > start.Watch.GapMaxSeconds * 1_000_000
            : knownUs - seen.CountedFromUs > start.Watch.BootLimitSeconds * 1_000_000;
        return lost || silent ? seen : null;
    }

    private static BootWatch Replay(
        JournalData.JobStart start, JournalData.BootBegin begin, List<JournalRecord> span,
        IReadOnlyList<ConsoleArrival> console)
    {
        long beginUs = span[0].Time.MonoUs, endUs = span[^1].Time.MonoUs;
        long commandedUs = span.Find(record => record.Data is JournalData.PowerCommand { On: true })?.Time.MonoUs
            ?? beginUs;
        var watch = new BootWatch(
            BootSettings.For(start, begin.Kind), begin.Number, (begin.Kind, begin.Nonce), commandedUs);
        foreach ((long atUs, Action<BootWatch> feed) in Merge(span, console))
        {
            if (atUs >= beginUs && atUs <= endUs)
                feed(watch);
        }

        return watch;
    }

    private static BootObservation Observe(this BootWatch watch, string? hole, long endUs)
    {
        if (hole is not null)
            watch.OnGap(hole);
        return watch.Observe(endUs);
    }

    // Samples, probes and arrivals by time; those of one microsecond in this order.
    private static IEnumerable<(long AtUs, Action<BootWatch> Feed)> Merge(
        List<JournalRecord> span, IReadOnlyList<ConsoleArrival> console)
    {
        var samples = span.Select(record => record.Data).OfType<JournalData.PowerSamples>()
            .SelectMany(SampleSeries.Expand)
            .Select(s =>
                (s.AtUs, Feed: (Action<BootWatch>)(watch => watch.OnPower(s.AtUs, s.Millivolts, s.Milliamps))));
        var probes = span.Where(record => record.Data is JournalData.ConsoleProbe).Select(record => record.Time.MonoUs)
            .Select(at => (AtUs: at, Feed: (Action<BootWatch>)(watch => watch.OnProbe(at))));
        var arrivals = console.Where(arrival => !arrival.Data.IsEmpty)
            .Select(a => (a.AtUs, Feed: (Action<BootWatch>)(watch => watch.OnConsole(a.AtUs, a.Data.Span))));
        return samples.Concat(probes).Concat(arrivals).OrderBy(entry => entry.AtUs);
    }

    private static string? Hole(List<JournalRecord> span)
    {
        var holes = span.Select(record => record.Data).OfType<JournalData.ConsoleGap>()
            .Select(gap => JournalData.ConsoleGap.HoleOf(gap.Kind, gap.Count)).OfType<string>();
        if (holes.FirstOrDefault() is { } hole)
            return hole;
        if (span.Exists(record => record.Time.BootId != span[0].Time.BootId))
            return "the bench host was restarted";
        long drift = Drift(span[^1]) - Drift(span[0]);
        if (Math.Abs(drift) > SuspendUs)
            return $"the bench host was suspended for {drift / 1_000_000} s";
        return span[^1].Data is JournalData.BootEnd ? null : "the watch was cut off";
    }

    private static long Drift(JournalRecord record) => record.Time.BootUs - record.Time.MonoUs;
}

/// <summary>The boots of a job.</summary>
/// <param name="Judged">Those that count.</param>
/// <param name="Restarted">Those that were interrupted and made anew, each with the number of the resumption.</param>
internal sealed record FoldedBoots(
    IReadOnlyList<BootObservation> Judged, IReadOnlyList<(int Boot, int Resume)> Restarted);
