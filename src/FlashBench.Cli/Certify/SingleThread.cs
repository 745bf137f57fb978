using System.Collections.Concurrent;

namespace FlashBench.Cli.Certify;

/// <summary>Runs asynchronous work on the calling thread, in real time, as virtual time does for simulated runs.
/// </summary>
internal sealed class SingleThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _ready = [];

    /// <summary>Runs <paramref name="work"/> to its end.</summary>
    public static T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        SynchronizationContext? outer = Current;
        var context = new SingleThread();
        SetSynchronizationContext(context);
        try
        {
            Task<T> task = work(cancel);
            task.ContinueWith(
                _ => context._ready.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
            foreach ((SendOrPostCallback callback, object? state) in context._ready.GetConsumingEnumerable(cancel))
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
        if (!_ready.IsAddingCompleted)
            _ready.Add((d, state), CancellationToken.None);
    }
}
