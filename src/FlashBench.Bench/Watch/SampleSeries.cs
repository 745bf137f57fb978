using FlashBench.Bench.Journal;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Watch;

/// <summary>Collects sensor samples for one journal record, and takes such a record apart.</summary>
public sealed class SampleSeries(int boot)
{
    private const int ValuesPerSample = 3;

    private readonly List<int> _values = [];
    private long _startUs, _lastUs;

    /// <summary>Number of samples collected.</summary>
    public int Count => _values.Count / ValuesPerSample;

    /// <summary>Adds a sample taken at <paramref name="atUs"/>.</summary>
    public void Add(long atUs, PowerSample sample)
    {
        if (Count == 0)
            (_startUs, _lastUs) = (atUs, atUs);
        // A host that stood still for more than half an hour: the gap that is journaled is too long all the same.
        int sinceLast = (int)Math.Min(atUs - _lastUs, int.MaxValue);
        atUs = _lastUs + sinceLast;
        _values.AddRange([sinceLast, sample.RailMillivolts, sample.SupplyMilliamps]);
        _lastUs = atUs;
    }

    /// <summary>The record of everything collected since the last call; null if there is nothing.</summary>
    public JournalData.PowerSamples? Take()
    {
        if (Count == 0)
            return null;
        var record = new JournalData.PowerSamples(boot, _startUs, [.. _values]);
        _values.Clear();
        return record;
    }

    /// <summary>The samples of a record, in order.</summary>
    /// <exception cref="EvidenceException">The series has a wrong length, or a time that cannot be.</exception>
    public static IEnumerable<(long AtUs, int Millivolts, int Milliamps)> Expand(JournalData.PowerSamples record)
    {
        if (record.Series.Length % ValuesPerSample != 0)
            throw new EvidenceException(JournalWriter.FileName, 0, "a power.samples record has a broken series");
        long at = record.StartUs;
        for (int i = 0; i < record.Series.Length; i += ValuesPerSample)
        {
            if (record.Series[i] < 0 || at < 0)
                throw new EvidenceException(JournalWriter.FileName, 0, "a power.samples record goes back in time");
            at += record.Series[i];
            if (at > JournalLimits.MonoUsMax)
                throw new EvidenceException(JournalWriter.FileName, 0, "a power.samples record ends beyond all times");
            yield return (at, record.Series[i + 1], record.Series[i + 2]);
        }
    }
}
