namespace FlashBench.Bench.Jobs;

/// <summary>How long a whole job may work; what it waits for others does not count.</summary>
/// <param name="limit">All its working time.</param>
/// <param name="time">The clock that tells a job that hangs.</param>
internal sealed class JobDeadline(TimeSpan limit, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _passed = new(Timeout.InfiniteTimeSpan, time);
    private TimeSpan _left = limit;
    private long _began;

    /// <summary>Cancelled when the time is used up.</summary>
    public CancellationToken Passed => _passed.Token;

    /// <summary>From now on it counts.</summary>
    public void Start()
    {
        _began = time.GetTimestamp();
        _passed.CancelAfter(_left);
    }

    /// <summary>From now on it does not count.</summary>
    public void Stop()
    {
        TimeSpan worked = time.GetElapsedTime(_began);
        _left = worked < _left ? _left - worked : TimeSpan.Zero;
        _passed.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _passed.Dispose();
}
