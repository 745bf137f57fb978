using System.Collections.Concurrent;

namespace FlashBench.Cli.Certify;

/// <summary>Runs asynchronous work on the calling thread, in real time, as virtual time does for simulated runs.
/// </summary>
internal sealed class SingleThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _ready = [];

    /// <summary>Runs <paramref name="work"/> to its end, also after a cancellation: it has a safe state to reach.
    /// </summary>
    /// <param name="work">Gets a token that is cancelled on this thread, between two steps of the work.</param>
    /// <param name="cancel">May be cancelled by any thread; nothing of the work runs there.</param>
    public static T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var inner = new CancellationTokenSource();
        SynchronizationContext? outer = Current;
        var context = new SingleThread();
        SetSynchronizationContext(context);
        try
        {
            using CancellationTokenRegistration registration = cancel.UnsafeRegister(
                _ => context.Post(_ => inner.Cancel(), null), null);
            Task<T> task = work(inner.Token);
            task.ContinueWith(
                _ => context._ready.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
            IEnumerable<(SendOrPostCallback Callback, object? State)> steps =
                context._ready.GetConsumingEnumerable(CancellationToken.None);
            foreach ((SendOrPostCallback callback, object? state) in steps)
                callback(state);
            return task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _ready.Add((d, state), CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // The work has ended: nobody waits for this step any more.
        }
    }
}
