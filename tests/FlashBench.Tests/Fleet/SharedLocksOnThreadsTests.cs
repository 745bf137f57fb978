using System.Collections.Concurrent;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Certify;

namespace FlashBench.Tests.Fleet;

/// <summary>Benches in real time have a thread each, and share locks.</summary>
public sealed class SharedLocksOnThreadsTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Sixteen_threads_never_hold_more_than_the_capacity_and_go_on_on_their_own_thread()
    {
        var locks = new SharedLocks(
            [new SharedLockSpec("psu1", 3, 0), new SharedLockSpec("hub1", 1, 1), new SharedLockSpec("flash", 5, 2)]);
        var faults = new ConcurrentQueue<string>();
        int[] holding = new int[3];
        using var limit = new CancellationTokenSource(Longest, TimeProvider.System);

        Task[] benches =
        [
            .. Enumerable.Range(0, 16).Select(bench => Task.Factory.StartNew(
                () => SingleThread.Run(stop => BenchAsync(bench, stop), limit.Token), limit.Token,
                TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        await Task.WhenAll(benches).WaitAsync(Longest, TestContext.Current.CancellationToken);

        Assert.Empty(faults);
        Assert.All(locks.Snapshot(), state => Assert.Empty(state.Holders.Concat(state.Waiters)));

        async Task<bool> BenchAsync(int bench, CancellationToken stop)
        {
            var random = new Random(bench);
            int thread = Environment.CurrentManagedThreadId;
            string[] all = ["psu1", "hub1", "flash"];
            for (int round = 0; round < 200; round++)
            {
                int[] wanted = [.. Enumerable.Range(0, 3).Where(_ => random.Next(2) == 0)];
                using SharedLease lease = await locks.TakeAsync(
                    [.. wanted.Select(index => all[index])], $"b{bench}", _ => { }, stop);
                if (Environment.CurrentManagedThreadId != thread)
                    faults.Enqueue($"b{bench} went on on another thread");
                foreach (int index in wanted)
                {
                    int now = Interlocked.Increment(ref holding[index]);
                    int capacity = new[] { 3, 1, 5 }[index];
                    if (now > capacity)
                        faults.Enqueue($"{now} hold {all[index]}");
                }

                await Task.Yield();
                foreach (int index in wanted)
                    Interlocked.Decrement(ref holding[index]);
            }

            return true;
        }
    }

    [Fact]
    public async Task A_waiter_is_cancelled_at_once_from_another_thread()
    {
        var locks = new SharedLocks([new SharedLockSpec("psu1", 1, 0)]);
        using SharedLease held = await locks.TakeAsync(
            ["psu1"], "b03", _ => { }, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        Task<bool> waiter = Task.Run(
            () => SingleThread.Run(
                async cancel =>
                {
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(
                        () => locks.TakeAsync(["psu1"], "b01", _ => stop.Cancel(), cancel));
                    return true;
                },
                stop.Token),
            TestContext.Current.CancellationToken);

        Assert.True(await waiter.WaitAsync(Longest, TestContext.Current.CancellationToken));
        Assert.Empty(locks.Snapshot()[0].Waiters);
    }
}
