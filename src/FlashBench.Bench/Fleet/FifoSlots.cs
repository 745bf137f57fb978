namespace FlashBench.Bench.Fleet;

/// <summary>A number of slots that are given out in the order in which they were asked for.</summary>
/// <remarks>
/// For use by any threads. A waiter goes on where it awaits: what wakes it is posted to the synchronization context
/// that it came from, so on virtual time nothing ever leaves the one thread. No timer, no clock.
/// </remarks>
/// <param name="capacity">How many may be held at once; at least 1.</param>
internal sealed class FifoSlots(int capacity)
{
    private readonly Lock _gate = new();
    private readonly List<Slot> _held = [];
    private readonly LinkedList<Waiter> _waiting = [];

    /// <summary>Who holds a slot, longest first.</summary>
    public IReadOnlyList<string> Holders
    {
        get { lock (_gate) return [.. _held.Select(slot => slot.Owner)]; }
    }

    /// <summary>Who waits, next first.</summary>
    public IReadOnlyList<string> Waiters
    {
        get { lock (_gate) return [.. _waiting.Select(waiter => waiter.Owner)]; }
    }

    /// <summary>Takes a slot, after all who asked before.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="waits">Called once, before the first wait, if there is none at once.</param>
    /// <param name="cancel">Ends the wait at once; then nothing is left of it.</param>
    /// <exception cref="SharedLockException">Every slot is kept for good.</exception>
    public async Task<Slot> EnterAsync(string owner, Action waits, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var waiter = new Waiter(owner);
        lock (_gate)
        {
            if (_held.Count < capacity) // then nobody waits: whoever leaves lets the next one in
                return Admit(owner);
            if (AllKept())
                throw UsedUp();
            _waiting.AddLast(waiter);
        }

        bool entered = false;
        try
        {
            waits();
            using (cancel.UnsafeRegister(_ => Cancel(waiter, cancel), null))
            {
                Slot slot = await waiter.Admitted.Task;
                entered = true;
                return slot;
            }
        }
        finally
        {
            if (!entered)
                Withdraw(waiter);
        }
    }

    /// <summary>Gives a slot back; the next waiter has it then.</summary>
    public void Leave(Slot slot)
    {
        List<(Waiter Next, Slot Slot)> admitted = [];
        lock (_gate)
        {
            if (!_held.Remove(slot))
                throw new InvalidOperationException("this slot was given back already");
            while (_held.Count < capacity && _waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                admitted.Add((first.Value, Admit(first.Value.Owner)));
            }
        }

        foreach ((Waiter next, Slot given) in admitted)
            next.Admitted.SetResult(given);
    }

    /// <summary>Keeps a slot for good: what it stands for never became free.</summary>
    public void Keep(Slot slot)
    {
        Waiter[] hopeless = [];
        lock (_gate)
        {
            slot.Kept = true;
            if (AllKept())
            {
                hopeless = [.. _waiting];
                _waiting.Clear();
            }
        }

        foreach (Waiter waiter in hopeless)
            waiter.Admitted.SetException(UsedUp());
    }

    private Slot Admit(string owner)
    {
        var slot = new Slot(owner);
        _held.Add(slot);
        return slot;
    }

    private void Cancel(Waiter waiter, CancellationToken cancel)
    {
        bool waited;
        lock (_gate)
            waited = _waiting.Remove(waiter);
        if (waited) // else it was admitted in the same moment, and sees the cancellation itself
            waiter.Admitted.SetCanceled(cancel);
    }

    // Whoever does not go on from its wait must hold nothing, not even what came in the same moment.
    private void Withdraw(Waiter waiter)
    {
        lock (_gate)
            _waiting.Remove(waiter);
        if (waiter.Admitted.Task is { IsCompletedSuccessfully: true } admitted)
            Leave(admitted.Result);
    }

    // Then waiting would never end.
    private bool AllKept() => _held.Count(slot => slot.Kept) >= capacity;

    private SharedLockException UsedUp() => new(
        $"every slot is kept by a board that could not be shown to be off: {string.Join(", ", _held)}");

    /// <summary>One held slot.</summary>
    internal sealed class Slot(string owner)
    {
        public string Owner => owner;

        public bool Kept { get; set; }

        public override string ToString() => owner;
    }

    private sealed class Waiter(string owner)
    {
        public string Owner => owner;

        // Asynchronously: the thread that leaves must not run what the next one does. With a context, that is a post.
        public TaskCompletionSource<Slot> Admitted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
