// The timers of ServedTime.
namespace FlashBench.Simulation.Served;

public sealed partial class ServedTime
{
    private const int StaleTimersMax = 4096; // beyond this, timers that were changed or disposed are cleared out

    private static readonly TimeSpan TimerMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1); // as the system's timers

    private readonly PriorityQueue<ServedTimer, (long Due, long Order)> _timers = new();
    private long _order;
    private int _stale;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ServedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private long? NextDue()
    {
        while (_timers.TryPeek(out ServedTimer? timer, out (long Due, long Order) key))
        {
            if (timer.Accepts(key))
                return key.Due;
            _timers.Dequeue();
            _stale--;
        }

        return null;
    }

    // After NextDue: its first entry counts.
    private ServedTimer DequeueTimer()
    {
        ServedTimer timer = _timers.Dequeue();
        timer.Restart();
        return timer;
    }

    private void ClearStaleTimers()
    {
        if (_stale < StaleTimersMax || _stale < _timers.Count / 2)
            return;
        var live = _timers.UnorderedItems.Where(entry => entry.Element.Accepts(entry.Priority)).ToArray();
        _timers.Clear();
        _timers.EnqueueRange(live);
        _stale = 0;
    }

    private sealed class ServedTimer(ServedTime clock, TimerCallback callback, object? state) : ITimer
    {
        private (long Due, long Order) _key; // a queued entry with another key is stale; default = not set
        private long _periodNs;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            CheckRange(dueTime, nameof(dueTime));
            CheckRange(period, nameof(period));
            lock (clock._gate)
            {
                if (_disposed)
                    return false;
                _periodNs = Math.Max(0, period.Ticks * NsPerTick);
                Set(dueTime < TimeSpan.Zero ? null : clock.GetTimestamp() + dueTime.Ticks * NsPerTick);
                return true;
            }
        }

        public void SetAt(long ns)
        {
            lock (clock._gate)
                Set(ns);
        }

        public bool Accepts((long Due, long Order) key) => key == _key;

        // The entry has left the queue, so it leaves nothing stale.
        public void Restart()
        {
            long due = _key.Due;
            _key = default;
            if (_periodNs > 0)
                Set(due + _periodNs);
        }

        public void Call() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                Set(null);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(long? due)
        {
            if (_key != default)
                clock._stale++;
            _key = due is { } at ? (at, ++clock._order) : default;
            if (_key != default)
            {
                clock._timers.Enqueue(this, _key);
                Monitor.PulseAll(clock._gate);
            }

            clock.ClearStaleTimers();
        }

        private static void CheckRange(TimeSpan value, string name)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimerMax, name);
            if (value < TimeSpan.Zero)
                ArgumentOutOfRangeException.ThrowIfNotEqual(value, Timeout.InfiniteTimeSpan, name);
        }
    }
}
