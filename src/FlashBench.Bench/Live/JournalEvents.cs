using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Live;

/// <summary>What the journal of one job tells a live view: the same events that the job itself would publish, as far as
/// they are journaled.</summary>
public static class JournalEvents
{
    /// <summary>The events of a journal.</summary>
    /// <param name="records">From the first one on.</param>
    /// <param name="now">The present, by the clock that stamped the records: a watch goes on between two of them.
    /// </param>
    public static IEnumerable<LiveEvent> Of(IReadOnlyList<JournalRecord> records, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (records is not [{ Data: JournalData.JobStart start }, ..])
            yield break;
        string row = start.Bench;
        foreach (JournalRecord record in records)
        {
            foreach (LiveEvent happened in Of(record.Data, row))
                yield return happened with { At = record.Time.Utc };
        }

        if (Watch(records, start, now) is { } watch)
            yield return watch with { At = now, Row = row };
    }

    private static IEnumerable<LiveEvent> Of(JournalData data, string row)
    {
        switch (data)
        {
            case JournalData.JobStart start:
                yield return new LiveEvent.RunOpened(start.Job, "job", null);
                yield return new LiveEvent.RowOpened(start.Dut, "", 1, null) { Row = row };
                yield return new LiveEvent.JobBegun(1, "") { Row = row };
                break;
            case JournalData.PhaseBegin phase:
                yield return new LiveEvent.PhaseBegun(phase.Number, phase.Count, phase.Name) { Row = row };
                break;
            case JournalData.PhaseEnd phase:
                yield return new LiveEvent.PhaseEnded(phase.Name, phase.Verdict, phase.Reason) { Row = row };
                break;
            case JournalData.Deviation deviation:
                yield return new LiveEvent.Note(deviation.Text) { Row = row };
                break;
            case JournalData.Decision decision:
                yield return new LiveEvent.JobEnded(decision.Verdict, decision.Reason, 0) { Row = row };
                yield return new LiveEvent.RunEnded();
                break;
        }
    }

    // How far the boot under way is; null if none is.
    private static LiveEvent.Progress? Watch(
        IReadOnlyList<JournalRecord> records, JournalData.JobStart start, DateTimeOffset now)
    {
        if (records.LastOrDefault(record => record.Data is JournalData.PhaseBegin) is not { } phase
            || records.LastOrDefault(record => record.Data is JournalData.BootBegin or JournalData.BootEnd)
                is not { Data: JournalData.BootBegin boot } begun)
        {
            return null;
        }

        double seconds = Math.Clamp((now - begun.Time.Utc).TotalSeconds, 0, 1e6);
        long total = BootSettings.For(start, boot.Kind).MinimumUs / 1_000_000;
        JournalData.PowerSamples? power = records.Select(record => record.Data).OfType<JournalData.PowerSamples>()
            .LastOrDefault(samples => samples.Boot == boot.Number && samples.Series.Length >= 3);
        return new LiveEvent.Progress(
            ((JournalData.PhaseBegin)phase.Data).Name, (long)seconds, Math.Max(0, total), "s", seconds)
        {
            Millivolts = power?.Series[^2],
            Milliamps = power?.Series[^1],
        };
    }
}
