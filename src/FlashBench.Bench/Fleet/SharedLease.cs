namespace FlashBench.Bench.Fleet;

/// <summary>Slots of shared locks that somebody holds, until it is disposed; by any thread.</summary>
public sealed class SharedLease : IDisposable
{
    private readonly Stack<SharedLock.Held> _held = [];
    private bool _kept;

    /// <summary>Gives every slot back; nothing happens the second time, or after <see cref="Keep"/>.</summary>
    public void Dispose()
    {
        while (!_kept && _held.TryPop(out SharedLock.Held? held))
            held.Lock.GiveBack(held);
    }

    /// <summary>Keeps every slot as long as this process lives: what they stand for could not be shown to be free. Who
    /// waits for a lock of which all slots are kept so gets a <see cref="SharedLockException"/>.</summary>
    public void Keep()
    {
        _kept = true;
        foreach (SharedLock.Held held in _held)
            held.Lock.Keep(held);
    }

    internal void Add(SharedLock.Held held) => _held.Push(held);
}
