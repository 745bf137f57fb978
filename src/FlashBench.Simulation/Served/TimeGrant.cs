namespace FlashBench.Simulation.Served;

/// <summary>Permission for a <see cref="ServedTime"/> to jump up to a moment; ends when disposed.</summary>
public sealed class TimeGrant : IDisposable
{
    private readonly ServedTime _time;
    private long _untilNs;

    internal TimeGrant(ServedTime time, long untilNs) => (_time, _untilNs) = (time, untilNs);

    /// <summary>Timestamp up to which the clock may jump.</summary>
    public long UntilNs
    {
        get => Volatile.Read(ref _untilNs);
        set => Volatile.Write(ref _untilNs, value);
    }

    /// <inheritdoc/>
    public void Dispose() => _time.Revoke(this);
}
