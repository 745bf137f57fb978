namespace FlashBench.Simulation.UsbIp;

/// <summary>Counts the messages of the device that was imported last. Used on the clock's thread only.</summary>
/// <remarks>A client that waits says how many it has sent and received: nothing under way is missed.</remarks>
public sealed class UrbLedger
{
    private readonly List<(Func<bool> Reached, TaskCompletionSource Waiter)> _waiters = [];

    /// <summary>Commands (submit, unlink) taken since the import.</summary>
    public long Taken { get; private set; }

    /// <summary>Answers given since the import.</summary>
    public long Returned { get; private set; }

    /// <summary>URBs that the device has.</summary>
    public int InFlight { get; private set; }

    /// <summary>True while a client has a device.</summary>
    public bool IsImported { get; private set; }

    internal void Import() => (IsImported, Taken, Returned) = (true, 0, 0);

    internal void Release()
    {
        IsImported = false;
        Tell();
    }

    internal void Take()
    {
        Taken++;
        Tell();
    }

    internal void Begin() => InFlight++;

    internal void End()
    {
        InFlight--;
        Tell();
    }

    internal void Return()
    {
        Returned++;
        Tell();
    }

    /// <summary>Completes when <paramref name="reached"/> holds, at once or after a message.</summary>
    internal async Task WhenAsync(Func<bool> reached, CancellationToken cancel)
    {
        if (reached())
            return;
        var waiter = new TaskCompletionSource();
        _waiters.Add((reached, waiter));
        await using CancellationTokenRegistration registration =
            cancel.UnsafeRegister(_ => waiter.TrySetCanceled(cancel), null);
        try
        {
            await waiter.Task;
        }
        finally
        {
            _waiters.RemoveAll(entry => entry.Waiter == waiter);
        }
    }

    private void Tell()
    {
        if (_waiters.Count == 0)
            return;
        foreach ((Func<bool> reached, TaskCompletionSource waiter) in _waiters.ToArray())
        {
            if (reached())
                waiter.TrySetResult();
        }
    }
}
