// The timers of VirtualTime; what is modelled stands in VirtualTime.cs.
namespace FlashBench.Simulation;

public sealed partial class VirtualTime
{
    private sealed class VirtualTimer(VirtualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private (long Due, long Order) _key; // a queued entry with another key is stale; default = not set
        private TimeSpan _period;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            CheckRange(dueTime, nameof(dueTime));
            CheckRange(period, nameof(period));
            lock (clock._gate)
            {
                if (_disposed)
                    return false;
                _period = period;
                Set(dueTime);
                return true;
            }
        }

        public bool Accept((long Due, long Order) key) => key == _key;

        // The entry that was accepted has left the queue, so it leaves nothing stale.
        public void SetPeriod()
        {
            _key = default;
            if (_period > TimeSpan.Zero)
                Set(_period);
        }

        public void Call() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                Set(Timeout.InfiniteTimeSpan);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            if (_key != default)
                clock._stale++;
            _key = dueTime < TimeSpan.Zero ? default : (clock._nowTicks + dueTime.Ticks, ++clock._order);
            if (_key != default)
                clock._timers.Enqueue(this, _key);
            clock.ClearStaleTimers();
            clock.Nudge();
        }

        private static void CheckRange(TimeSpan value, string name)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimerMax, name);
            if (value < TimeSpan.Zero)
                ArgumentOutOfRangeException.ThrowIfNotEqual(value, Timeout.InfiniteTimeSpan, name);
        }
    }
}
