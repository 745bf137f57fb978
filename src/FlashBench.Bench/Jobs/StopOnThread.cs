namespace FlashBench.Bench.Jobs;

/// <summary>Brings a cancellation, which any thread may make, to the one thread on which a job runs.</summary>
internal sealed class StopOnThread : IDisposable
{
    private readonly CancellationTokenSource _here = new(); // not disposed: a late post may still cancel it
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Call it on that thread.</summary>
    /// <param name="anywhere">Cancelled by any thread.</param>
    public StopOnThread(CancellationToken anywhere)
    {
        SynchronizationContext? thread = SynchronizationContext.Current;
        _registration = anywhere.UnsafeRegister(
            _ =>
            {
                if (thread is null)
                    _here.Cancel();
                else
                    thread.Post(_ => CancelHere(), null);
            },
            null);
    }

    /// <summary>Cancelled on that thread, between two steps of its work.</summary>
    public CancellationToken Token => _here.Token;

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();

    // Without a context: what the framework awaits without one goes on here instead of on the thread pool.
    private void CancelHere()
    {
        SynchronizationContext? thread = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _here.Cancel();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(thread);
        }
    }
}
