namespace FlashBench.Bench.Fleet;

/// <summary>One lock: its slots in this process, and those that all processes of the host count.</summary>
internal sealed class SharedLock(SharedLockSpec spec, SlotFiles? files)
{
    private readonly FifoSlots _slots = new(spec.Capacity);

    // Who has a slot here asks for the host's in the same order: whoever looks first would be served before otherwise.
    private readonly FifoSlots _door = new(capacity: 1);

    public SharedLockSpec Spec => spec;

    public SharedLockState State => new(spec, _slots.Holders, _slots.Waiters);

    public async Task<Held> TakeAsync(string owner, Action<LockWait> waits, CancellationToken cancel)
    {
        FifoSlots.Slot slot = await _slots.EnterAsync(
            owner, () => waits(new LockWait(spec.Name, _slots.Holders, _slots.Waiters.Count - 1)), cancel);
        bool complete = false;
        try
        {
            FileStream? file = files is null ? null : await TakeFileAsync(files, owner, waits, cancel);
            complete = true;
            return new Held(this, slot, file);
        }
        finally
        {
            if (!complete)
                _slots.Leave(slot);
        }
    }

    public void GiveBack(Held held)
    {
        held.File?.Dispose(); // first: the next one here would find its own process's file taken
        _slots.Leave(held.Slot);
    }

    public void Keep(Held held) => _slots.Keep(held.Slot);

    private async Task<FileStream> TakeFileAsync(
        SlotFiles host, string owner, Action<LockWait> waits, CancellationToken cancel)
    {
        FifoSlots.Slot turn = await _door.EnterAsync(owner, () => { }, cancel);
        try
        {
            return await host.TakeAsync(
                spec.Name, spec.Capacity, owner, owners => waits(new LockWait(spec.Name, owners, 0)), cancel);
        }
        finally
        {
            _door.Leave(turn);
        }
    }

    /// <summary>One held slot of a lock.</summary>
    internal sealed record Held(SharedLock Lock, FifoSlots.Slot Slot, FileStream? File);
}
