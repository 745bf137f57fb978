using FlashBench.Cli.Certify;

namespace FlashBench.Tests.Jobs;

/// <summary>A stop must not tear a job in real time away from its way to the safe state.</summary>
public sealed class SafeStateInRealTimeTests
{
    [Fact]
    public void Work_that_is_stopped_by_another_thread_reaches_its_end_on_its_own_thread()
    {
        using var stop = new CancellationTokenSource();
        int thread = Environment.CurrentManagedThreadId;
        var seen = new List<int>();

        int result = SingleThread.Run(
            async cancel =>
            {
                cancel.Register(() => seen.Add(Environment.CurrentManagedThreadId));
                var press = new Thread(stop.Cancel);
                press.Start();
                try
                {
                    await Task.Delay(TimeSpan.FromMinutes(5), TimeProvider.System, cancel);
                }
                catch (OperationCanceledException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
                    seen.Add(Environment.CurrentManagedThreadId); // the safe state
                }

                press.Join();
                return 7;
            },
            stop.Token);

        Assert.Equal(7, result);
        Assert.Equal([thread, thread], seen);
    }

    [Fact]
    public void A_stop_before_the_work_began_is_seen_by_it()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<TaskCanceledException>(() => SingleThread.Run(
            async cancel =>
            {
                await Task.Delay(TimeSpan.FromMinutes(5), TimeProvider.System, cancel);
                return 0;
            },
            stop.Token));
    }
}
