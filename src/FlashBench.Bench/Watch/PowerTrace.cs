namespace FlashBench.Bench.Watch;

/// <summary>What the power sensor said during one boot.</summary>
internal sealed class PowerTrace(BootSettings settings, long commandedUs)
{
    /// <summary>So many equal samples in a row, both values, and the sensor no longer measures: 20 s at 0.5 s.
    /// A live sensor shows the noise of its last digit within a few samples.</summary>
    public const int EqualSamplesMax = 40;

    private readonly List<(long AtUs, int Millivolts, int Milliamps)> _samples = [];
    private int _equal;
    private long? _lowSinceUs;

    public IReadOnlyList<(long AtUs, int Millivolts, int Milliamps)> Samples => _samples;

    /// <summary>First sample with the rail on.</summary>
    public long? PowerGoodUs { get; private set; }

    /// <summary>First sample below the on threshold afterwards.</summary>
    public long? LostUs { get; private set; }

    /// <summary>Single low samples between samples with the rail on.</summary>
    public int Dips { get; private set; }

    /// <summary>First of the low samples that are the latest; null while the rail is on.</summary>
    public long? LowSinceUs => _lowSinceUs;

    /// <summary>Early global resets, see <see cref="Restart"/>.</summary>
    public int Restarts { get; private set; }

    /// <summary>True once the sensor repeated itself too often.</summary>
    public bool Frozen { get; private set; }

    /// <summary>Longest time without a sample, from the relay's command to <paramref name="endUs"/> or the
    /// loss.</summary>
    public long LongestGapUs(long endUs)
    {
        long longest = 0, before = commandedUs;
        foreach ((long atUs, _, _) in _samples.Where(sample => sample.AtUs >= commandedUs))
        {
            longest = Math.Max(longest, atUs - before);
            before = atUs;
        }

        return LostUs is null ? Math.Max(longest, endUs - before) : longest;
    }

    /// <summary>True if current flowed into the supply input at any time since the relay was closed.</summary>
    public bool SupplySeen { get; private set; }

    /// <summary>Supply current of the latest sample.</summary>
    public int SupplyMilliamps => _samples.Count == 0 ? 0 : _samples[^1].Milliamps;

    /// <summary>True if the supply itself was gone after the rail was lost.</summary>
    public bool SupplyLost => LostUs is not null && SupplyMilliamps <= settings.OffMilliamps;

    public void Add(long atUs, int millivolts, int milliamps)
    {
        Compare(millivolts, milliamps);
        _samples.Add((atUs, millivolts, milliamps));
        bool on = millivolts >= settings.OnMillivolts;
        if (atUs >= commandedUs)
            SupplySeen |= milliamps > settings.OffMilliamps;
        if (on)
            OnRailUp(atUs);
        else if (PowerGoodUs is not null)
            OnRailLow(atUs);
    }

    /// <summary>Takes a rail that came back during early boot for a global reset: all starts anew.</summary>
    public void Restart(long atUs)
    {
        (PowerGoodUs, LostUs, _lowSinceUs, Dips) = (atUs, null, null, 0);
        Restarts++;
    }

    private void OnRailUp(long atUs)
    {
        if (atUs >= commandedUs)
            PowerGoodUs ??= atUs;
        if (_lowSinceUs is not null && LostUs is null)
            Dips++;
        _lowSinceUs = null;
    }

    // One low sample is a dip, which no board that goes on can have had; two in a row are a loss, from the first.
    private void OnRailLow(long atUs)
    {
        if (_lowSinceUs is long since)
            LostUs ??= since;
        else
            _lowSinceUs = atUs;
    }

    private void Compare(int millivolts, int milliamps)
    {
        if (_samples.Count == 0)
            return;
        (_, int oldMillivolts, int oldMilliamps) = _samples[^1];
        // An open supply may read 0 V, 0 A for ever and be right.
        bool equal = (oldMillivolts, oldMilliamps) == (millivolts, milliamps) && (millivolts, milliamps) != (0, 0);
        _equal = equal ? _equal + 1 : 0;
        Frozen |= _equal >= EqualSamplesMax;
    }
}
