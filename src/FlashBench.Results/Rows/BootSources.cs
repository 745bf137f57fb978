using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Results.Rows;

/// <summary>Which lines stand behind what the watched boots come to.</summary>
/// <param name="records">The journal.</param>
/// <param name="facts">The job.</param>
internal sealed class BootSources(IReadOnlyList<JournalRecord> records, JobFacts facts)
{
    private readonly List<BootObservation> _watched =
        [.. facts.Boots.Where(boot => BootKind.IsWatched(boot.Kind))];

    /// <summary>Adds them under the columns' names.</summary>
    public void AddTo(Dictionary<string, IReadOnlyList<JournalSpan>> found)
    {
        Add("os_up_us", _watched.Where(boot => boot.OsUpUs is not null).MaxBy(boot => boot.OsUpUs - boot.CommandedUs),
            boot => [Relay(boot), ChunkAt(boot.OsUpUs!.Value)]);
        Add("observed_us",
            _watched.Where(boot => boot.LastSignUs - boot.CountedFromUs is not null)
                .MinBy(boot => boot.LastSignUs - boot.CountedFromUs),
            boot => [Relay(boot), ChunkAt(boot.LastSignUs!.Value)]);
        Add("longest_gap_us", _watched.MaxBy(boot => boot.LongestGapUs), boot => [Whole(boot)]);
        Add("clock_ppm", _watched.Where(boot => boot.Clock is not null)
            .MaxBy(boot => Math.Abs(boot.Clock!.PartsPerMillion)), boot => [Whole(boot)]);
        AddPower("power_min_mw", least: true);
        AddPower("power_max_mw", least: false);

        void Add(string column, BootObservation? boot, Func<BootObservation, JournalSpan?[]> lines)
        {
            if (boot is not null)
                found[column] = [.. lines(boot).OfType<JournalSpan>()];
        }

        void AddPower(string column, bool least)
        {
            var samples = _watched.SelectMany(boot => boot.Power.Where(sample => BootRows.IsOn(boot, sample.AtUs))
                .Select(sample => (sample.AtUs, Power: BootRows.Milliwatts(sample.Millivolts, sample.Milliamps))))
                .ToList();
            if (samples.Count == 0)
                return;
            long at = (least ? samples.MinBy(sample => sample.Power) : samples.MaxBy(sample => sample.Power)).AtUs;
            found[column] = [.. new[] { SamplesAt(at) }.OfType<JournalSpan>()];
        }
    }

    // From the begin of the boot to its end.
    private JournalSpan? Whole(BootObservation boot)
    {
        JournalRecord? begin = records.FirstOrDefault(
            record => record.Data is JournalData.BootBegin begun && begun.Number == boot.Number);
        JournalRecord? end = records.FirstOrDefault(
            record => record.Data is JournalData.BootEnd ended && ended.Number == boot.Number);
        return begin is null ? null : new JournalSpan(begin.Seq + 1, (end ?? records[^1]).Seq + 1);
    }

    private JournalSpan? Relay(BootObservation boot) => Line(record =>
        record.Data is JournalData.PowerCommand { On: true } && record.Time.MonoUs == boot.CommandedUs);

    // A chunk is journaled after its bytes came.
    private JournalSpan? ChunkAt(long us) =>
        Line(record => record.Data is JournalData.ConsoleChunk && record.Time.MonoUs >= us);

    private JournalSpan? SamplesAt(long us) => Line(record => record.Data is JournalData.PowerSamples samples
        && samples.StartUs <= us && samples.StartUs + LengthUs(samples) >= us);

    private static long LengthUs(JournalData.PowerSamples samples)
    {
        long length = 0;
        for (int i = 0; i < samples.Series.Length; i += 3)
            length += samples.Series[i];
        return length;
    }

    private JournalSpan? Line(Func<JournalRecord, bool> match) =>
        records.FirstOrDefault(match) is { } record ? CellSources.LineOf(record) : null;
}
