using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Replays the journaled boots through the same <see cref="BootWatch"/> that followed them live.</summary>
internal static class BootFold
{
    private const long SuspendUs = 1_000_000; // boot time and monotonic time drift apart only while the host sleeps

    public static List<BootObservation> Fold(
        JournalData.JobStart start, IReadOnlyList<JournalRecord> records, IReadOnlyList<ConsoleArrival> console)
    {
        var boots = new List<BootObservation>();
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Data is not JournalData.BootBegin begin)
                continue;
            int end = i + 1;
            while (end < records.Count && records[end].Data is not (JournalData.BootEnd or JournalData.BootBegin))
                end++;
            var span = records.Skip(i).Take(end - i + (end < records.Count ? 1 : 0)).ToList();
            boots.Add(Replay(start, begin, span, console));
        }

        return boots;
    }

    private static BootObservation Replay(
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

        foreach (JournalData.ConsoleGap gap in span.Select(record => record.Data).OfType<JournalData.ConsoleGap>())
        {
            if (JournalData.ConsoleGap.HoleOf(gap.Kind, gap.Count) is { } silence)
                watch.OnConsoleHole(silence);
        }

        if (Hole(span) is string hole)
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
        var restarts = span.Where(record => record.Data is JournalData.BootRestart).Select(record => record.Time.MonoUs)
            .Select(at => (AtUs: at, Feed: (Action<BootWatch>)(watch => watch.OnRestartAsked(at))));
        var noise = span
            .Where(record => record.Data is JournalData.ConsoleGap gap && JournalData.ConsoleGap.IsNoise(gap.Kind))
            .Select(record => record.Time.MonoUs)
            .Select(at => (AtUs: at, Feed: (Action<BootWatch>)(watch => watch.OnConsoleNoise(at))));
        var arrivals = console.Where(arrival => !arrival.Data.IsEmpty)
            .Select(a => (a.AtUs, Feed: (Action<BootWatch>)(watch => watch.OnConsole(a.AtUs, a.Data.Span))));
        return samples.Concat(probes).Concat(restarts).Concat(noise).Concat(arrivals).OrderBy(entry => entry.AtUs);
    }

    private static string? Hole(List<JournalRecord> span)
    {
        if (span.Exists(record => record.Time.BootId != span[0].Time.BootId))
            return "the bench host was restarted";
        if (SuspendText(Drift(span[^1].Time) - Drift(span[0].Time)) is { } suspended)
            return suspended;
        return span[^1].Data is JournalData.BootEnd ? null : "the watch was cut off";
    }

    /// <summary>How far boot time is ahead of monotonic time, in microseconds; it grows while the host sleeps.</summary>
    public static long Drift(JournalTime at) => at.BootUs - at.MonoUs;

    /// <summary>What a change of <see cref="Drift"/> says; null if it is too small to say anything.</summary>
    public static string? SuspendText(long driftUs) =>
        Math.Abs(driftUs) > SuspendUs ? $"the bench host was suspended for {driftUs / 1_000_000} s" : null;
}
