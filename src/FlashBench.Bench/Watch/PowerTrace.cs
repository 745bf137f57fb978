namespace FlashBench.Bench.Watch;

/// <summary>What the power sensor said during one boot.</summary>
internal sealed class PowerTrace(BootSettings settings, long commandedUs)
{
    /// <summary>So many equal samples in a row, both values, and the sensor no longer measures: 20 s at 0.5 s.
    /// A live sensor shows the noise of its last digit within a few samples.</summary>
    public const int EqualSamplesMax = 40;

    private const int SamplesOfMeanMin = 10;
    private const long SupplyFirstUs = 1_000_000, SupplyLaterUs = 5_000_000;

    private readonly List<(long AtUs, int Millivolts, int Milliamps)> _samples = [];
    private int _equal;
    private long? _lowSinceUs, _lastHighUs;
    private long _beforeGoodUs, _lastLowUs;

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

    /// <summary>The rail came back after it was lost; null if it did not.</summary>
    public long? ReturnedUs { get; private set; }

    /// <summary>How well the time between power-good and loss is known: each lies between two samples.</summary>
    public long? LossUncertaintyUs => LostUs is long lost && PowerGoodUs is long good
        ? Math.Max(lost - (_lastHighUs ?? good), good - _beforeGoodUs)
        : null;

    /// <summary>True if the supply itself was gone when the rail was lost, or soon before or after.</summary>
    public bool SupplyLost => LostUs is long lost && _samples.Exists(sample =>
        sample.AtUs >= Math.Max(lost - SupplyFirstUs, PowerGoodUs ?? 0) && sample.AtUs <= lost + SupplyLaterUs
            && sample.Milliamps <= settings.OffMilliamps);

    /// <summary>Mean supply current from one time to another; null for fewer than ten samples.</summary>
    public double? MeanMilliamps(long fromUs, long toUs)
    {
        long sum = 0;
        int count = 0;
        for (int i = _samples.Count - 1; i >= 0 && _samples[i].AtUs >= fromUs; i--)
        {
            if (_samples[i].AtUs <= toUs)
                (sum, count) = (sum + _samples[i].Milliamps, count + 1);
        }

        return count >= SamplesOfMeanMin ? (double)sum / count : null;
    }

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
        _lastLowUs = on ? _lastLowUs : atUs;
    }

    /// <summary>Takes a rail that came back during early boot for a global reset: all starts anew.</summary>
    public void Restart(long atUs)
    {
        (PowerGoodUs, LostUs, ReturnedUs, _lowSinceUs, Dips) = (atUs, null, null, null, 0);
        (_beforeGoodUs, _lastHighUs) = (_lastLowUs, atUs);
        Restarts++;
    }

    private void OnRailUp(long atUs)
    {
        if (atUs >= commandedUs && PowerGoodUs is null)
            (PowerGoodUs, _beforeGoodUs) = (atUs, Math.Max(_lastLowUs, commandedUs));
        if (LostUs is not null)
            ReturnedUs ??= atUs;
        else
            _lastHighUs = atUs;
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
        Frozen |= _equal >= EqualSamplesMax && LostUs is null; // a board that is off draws what it draws
    }
}
