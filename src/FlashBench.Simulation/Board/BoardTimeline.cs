namespace FlashBench.Simulation.Board;

/// <summary>A stretch of the board's life; what was scheduled in it does not happen once it has ended.</summary>
internal sealed class BoardScope
{
    /// <summary>True once the power, the boot or the movement that it stands for is over.</summary>
    public bool Ended { get; private set; }

    /// <summary>Ends the stretch.</summary>
    public void End() => Ended = true;
}

/// <summary>What will happen on the board and when, in one order, on one timer.</summary>
/// <remarks>
/// Times count from the moment the bench was opened. Without anything scheduled no timer runs. Not thread-safe: the
/// owner holds its lock around every call.
/// </remarks>
internal sealed class BoardTimeline : IDisposable
{
    private readonly PriorityQueue<(BoardScope Scope, Action<TimeSpan> Action), (TimeSpan Due, long Order)> _queue =
        new();

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _origin;
    private long _order;
    private bool _running;

    /// <summary>Starts at zero now.</summary>
    /// <param name="time">Clock of the bench.</param>
    /// <param name="wake">Called when something is due; shall come back with <see cref="RunDue"/>.</param>
    public BoardTimeline(TimeProvider time, Action wake)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Time since the bench was opened.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>The timestamp of the bench's clock at <paramref name="at"/>.</summary>
    public long Timestamp(TimeSpan at) =>
        _origin + (long)((Int128)at.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond);

    /// <summary>Schedules <paramref name="action"/>; it is given the time at which it was due.</summary>
    public void At(TimeSpan due, BoardScope scope, Action<TimeSpan> action) =>
        _queue.Enqueue((scope, action), (due, ++_order));

    /// <summary>Runs everything that is due, in order, and sets the timer for the next.</summary>
    public void RunDue()
    {
        if (_running)
            return; // an action asked for the time; the loop below goes on after it
        _running = true;
        try
        {
            TimeSpan now = Now;
            while (_queue.TryPeek(out var entry, out var key) && (entry.Scope.Ended || key.Due <= now))
            {
                _queue.Dequeue();
                if (!entry.Scope.Ended)
                    entry.Action(key.Due);
            }
        }
        finally
        {
            _running = false;
        }
    }

    /// <summary>Sets the timer for the next thing, or stops it if there is none.</summary>
    public void Arm()
    {
        TimeSpan wait = Timeout.InfiniteTimeSpan;
        if (_queue.TryPeek(out _, out var key))
            wait = key.Due > Now ? key.Due - Now : TimeSpan.Zero;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the timer for good.</summary>
    public void Dispose()
    {
        _queue.Clear();
        _timer.Dispose();
    }
}
