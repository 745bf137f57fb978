using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>One journaled boot while it is replayed.</summary>
internal sealed class BootReplay
{
    private const long SuspendUs = 1_000_000; // boot time and monotonic time drift apart only while the host sleeps

    private readonly List<JournalRecord> _span;
    private readonly JournalData.JobStart _start;
    private readonly BootWatch _watch;
    private readonly List<Event> _events; // of the journal, by time
    private int _fed;

    /// <param name="start">The journal's first record.</param>
    /// <param name="begin">The first record of the boot.</param>
    /// <param name="span">The boot's records, from <paramref name="begin"/> on, its end included.</param>
    public BootReplay(JournalData.JobStart start, JournalData.BootBegin begin, List<JournalRecord> span)
    {
        (_span, _start, Number) = (span, start, begin.Number);
        long commandedUs = span.Find(record => record.Data is JournalData.PowerCommand { On: true })?.Time.MonoUs
            ?? BeginUs;
        _watch = new BootWatch(
            BootSettings.For(start, begin.Kind), begin.Number, (begin.Kind, begin.Nonce), commandedUs);
        // Samples and probes by time; those of one microsecond in this order.
        _events =
        [
            .. span.SelectMany(EventsOf).Where(e => e.AtUs >= BeginUs && e.AtUs <= EndUs)
                .OrderBy(e => e.AtUs).ThenBy(e => e.IsProbe),
        ];
    }

    /// <summary>The boot's number within the job.</summary>
    public int Number { get; }

    /// <summary>Number of the resumption that made this boot anew; null if it was watched to its end, or nobody went
    /// on.</summary>
    public int? InterruptedBy { get; init; }

    /// <summary>Time of the first record.</summary>
    public long BeginUs => _span[0].Time.MonoUs;

    /// <summary>Time of the last record.</summary>
    public long EndUs => _span[^1].Time.MonoUs;

    /// <summary>Takes console bytes, after everything that the journal has up to their time.</summary>
    public void OnConsole(ConsoleArrival arrival)
    {
        Feed(arrival.AtUs);
        if (!arrival.Data.IsEmpty)
            _watch.OnConsole(arrival.AtUs, arrival.Data.Span);
    }

    /// <summary>Takes the rest of the journal.</summary>
    /// <returns>The boot as it was measured.</returns>
    public BootObservation End()
    {
        Feed(EndUs);
        if (Hole() is string hole)
            _watch.OnGap(hole);
        return _watch.Observe(EndUs);
    }

    /// <summary>Takes the rest of the journal of an interrupted boot.</summary>
    /// <returns>The boot as far as it was measured, if that speaks against the board; else null.</returns>
    public BootObservation? Shown()
    {
        Feed(EndUs);
        long knownUs = InterruptedBoot.KnownUntil(_span);
        BootObservation seen = _watch.Observe(knownUs);
        bool lost = seen.PowerLostUs is not null || seen.ResetUs is not null || seen.Class == BootClass.BootLoop;
        bool silent = seen.OsUpUs is not null
            ? seen.LongestGapUs > _start.Watch.GapMaxSeconds * 1_000_000
            : knownUs - seen.CountedFromUs > _start.Watch.BootLimitSeconds * 1_000_000;
        return lost || silent ? seen : null;
    }

    private static IEnumerable<Event> EventsOf(JournalRecord record) => record.Data switch
    {
        JournalData.PowerSamples samples => SampleSeries.Expand(samples)
            .Select(s => new Event(s.AtUs, s.Millivolts, s.Milliamps, IsProbe: false)),
        JournalData.ConsoleProbe => [new Event(record.Time.MonoUs, 0, 0, IsProbe: true)],
        _ => [],
    };

    private void Feed(long untilUs)
    {
        for (; _fed < _events.Count && _events[_fed].AtUs <= untilUs; _fed++)
        {
            Event next = _events[_fed];
            if (next.IsProbe)
                _watch.OnProbe(next.AtUs);
            else
                _watch.OnPower(next.AtUs, next.Millivolts, next.Milliamps);
        }
    }

    private string? Hole()
    {
        var holes = _span.Select(record => record.Data).OfType<JournalData.ConsoleGap>()
            .Select(gap => JournalData.ConsoleGap.HoleOf(gap.Kind, gap.Count)).OfType<string>();
        if (holes.FirstOrDefault() is { } hole)
            return hole;
        if (_span.Exists(record => record.Time.BootId != _span[0].Time.BootId))
            return "the bench host was restarted";
        long drift = Drift(_span[^1]) - Drift(_span[0]);
        if (Math.Abs(drift) > SuspendUs)
            return $"the bench host was suspended for {drift / 1_000_000} s";
        return _span[^1].Data is JournalData.BootEnd ? null : "the watch was cut off";
    }

    private static long Drift(JournalRecord record) => record.Time.BootUs - record.Time.MonoUs;

    private readonly record struct Event(long AtUs, int Millivolts, int Milliamps, bool IsProbe);
}
