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
        // By time; those of one microsecond in the order of their kinds.
        _events =
        [
            .. span.SelectMany(EventsOf).Where(e => e.AtUs >= BeginUs && e.AtUs <= EndUs)
                .OrderBy(e => e.AtUs).ThenBy(e => e.Kind),
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
        if (ConsoleHole() is string silence)
            _watch.OnConsoleHole(silence);
        if (Hole() is string hole)
            _watch.OnGap(hole);
        return _watch.Observe(EndUs);
    }

    /// <summary>How far boot time is ahead of monotonic time, in microseconds; grows while the host sleeps.</summary>
    public static long Drift(JournalTime at) => at.BootUs - at.MonoUs;

    /// <summary>What a change of <see cref="Drift"/> says; null if it is too small to say anything.</summary>
    public static string? SuspendText(long driftUs) =>
        Math.Abs(driftUs) > SuspendUs ? $"the bench host was suspended for {driftUs / 1_000_000} s" : null;

    /// <summary>Takes the rest of the journal of an interrupted boot.</summary>
    /// <returns>The boot as far as it was measured, if that speaks against the board; else null.</returns>
    public BootObservation? Shown()
    {
        Feed(EndUs);
        long knownUs = InterruptedBoot.KnownUntil(_span);
        BootObservation seen = _watch.Observe(knownUs);
        bool lost = seen.PowerLostUs is not null || seen.ResetUs is not null
            || seen.Class is BootClass.BootLoop or BootClass.NotDisabled or BootClass.Hang;
        bool silent = seen.OsUpUs is not null
            ? seen.LongestGapUs > _start.Watch.GapMaxSeconds * 1_000_000
            : knownUs - seen.CountedFromUs > _start.Watch.BootLimitSeconds * 1_000_000;
        return lost || silent ? seen : null;
    }

    private static IEnumerable<Event> EventsOf(JournalRecord record) => record.Data switch
    {
        JournalData.PowerSamples samples => SampleSeries.Expand(samples)
            .Select(s => new Event(EventKind.Sample, s.AtUs, s.Millivolts, s.Milliamps)),
        JournalData.ConsoleProbe => [new Event(EventKind.Probe, record.Time.MonoUs)],
        JournalData.BootRestart => [new Event(EventKind.Restart, record.Time.MonoUs)],
        JournalData.ConsoleGap gap when JournalData.ConsoleGap.IsNoise(gap.Kind) =>
            [new Event(EventKind.Noise, record.Time.MonoUs)],
        _ => [],
    };

    private void Feed(long untilUs)
    {
        for (; _fed < _events.Count && _events[_fed].AtUs <= untilUs; _fed++)
        {
            Event next = _events[_fed];
            switch (next.Kind)
            {
                case EventKind.Sample:
                    _watch.OnPower(next.AtUs, next.Millivolts, next.Milliamps);
                    break;
                case EventKind.Probe:
                    _watch.OnProbe(next.AtUs);
                    break;
                case EventKind.Restart:
                    _watch.OnRestartAsked(next.AtUs);
                    break;
                default:
                    _watch.OnConsoleNoise(next.AtUs);
                    break;
            }
        }
    }

    private string? Hole()
    {
        if (_span.Exists(record => record.Time.BootId != _span[0].Time.BootId))
            return "the bench host was restarted";
        if (SuspendText(Drift(_span[^1].Time) - Drift(_span[0].Time)) is { } suspended)
            return suspended;
        return _span[^1].Data is JournalData.BootEnd ? null : "the watch was cut off";
    }

    private string? ConsoleHole() => _span.Select(record => record.Data).OfType<JournalData.ConsoleGap>()
        .Select(gap => JournalData.ConsoleGap.HoleOf(gap.Kind, gap.Count)).OfType<string>().FirstOrDefault();

    private enum EventKind
    {
        Sample,
        Probe,
        Restart,
        Noise,
    }

    private readonly record struct Event(EventKind Kind, long AtUs, int Millivolts = 0, int Milliamps = 0);
}
