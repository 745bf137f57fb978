using FlashBench.Simulation.Served;

namespace FlashBench.Tests.Simulation.Served;

public sealed class ServedJobTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(30); // for the host's other threads
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly ServedJob _job = new(TimeProvider.System, Start) { IdleMax = TimeSpan.FromSeconds(60) };

    public void Dispose() => _job.Dispose();

    [Fact]
    public async Task While_the_job_waits_for_timers_only_its_time_jumps()
    {
        DateTimeOffset end = await RunAsync(async () =>
        {
            await Task.Delay(Hour, _job.Time, CancellationToken.None);
            return _job.Time.GetUtcNow();
        });

        Assert.Equal(Start + Hour, end);
    }

    [Fact]
    public async Task While_the_job_is_outside_no_timer_fires()
    {
        (TimeSpan back, bool fired, TimeSpan end) = await RunAsync(async () =>
        {
            Task limit = Task.Delay(Hour, _job.Time, CancellationToken.None);
            await _job.OutsideAsync(() => Task.Delay(Instant, TimeProvider.System, CancellationToken.None));
            (TimeSpan back, bool fired) = (_job.Time.GetElapsedTime(0), limit.IsCompleted);
            await limit;
            return (back, fired, _job.Time.GetElapsedTime(0));
        });

        Assert.Equal((TimeSpan.Zero, false, Hour), (back, fired, end));
    }

    [Fact]
    public async Task While_a_device_works_for_the_outside_time_goes_on_as_far_as_it_needs()
    {
        TimeSpan back = await RunAsync(async () =>
        {
            var answer = new TaskCompletionSource();
            Task limit = Task.Delay(Hour, _job.Time, CancellationToken.None);
            Task device = WorkAsync(TimeSpan.FromSeconds(3), answer);
            await _job.OutsideAsync(() => answer.Task);
            TimeSpan elapsed = _job.Time.GetElapsedTime(0);
            await Task.WhenAll(device, limit);
            return elapsed;
        });

        Assert.Equal(TimeSpan.FromSeconds(3), back);
    }

    [Fact]
    public async Task Time_stands_until_the_last_of_several_calls_is_back()
    {
        TimeSpan back = await RunAsync(async () =>
        {
            Task limit = Task.Delay(Hour, _job.Time, CancellationToken.None);
            Task slow = _job.OutsideAsync(() => Task.Delay(2 * Instant, TimeProvider.System, CancellationToken.None));
            await _job.OutsideAsync(() => Task.CompletedTask);
            await slow;
            TimeSpan elapsed = _job.Time.GetElapsedTime(0);
            await limit;
            return elapsed;
        });

        Assert.Equal(TimeSpan.Zero, back);
    }

    [Fact]
    public async Task Calls_begin_in_their_order_off_the_thread_of_the_job_which_gets_the_results()
    {
        var begun = new List<int>();
        int[] threads = await RunAsync(async () =>
        {
            int before = Environment.CurrentManagedThreadId, outside = before;
            Task[] calls =
            [
                .. Enumerable.Range(0, 100).Select(number => _job.OutsideAsync(async () =>
                {
                    begun.Add(number);
                    outside = Environment.CurrentManagedThreadId;
                    await Task.Yield();
                })),
            ];
            await Task.WhenAll(calls);
            return new[] { before, outside, Environment.CurrentManagedThreadId };
        });

        Assert.Equal(Enumerable.Range(0, 100), begun);
        Assert.NotEqual(threads[0], threads[1]);
        Assert.Equal(threads[0], threads[2]);
    }

    [Fact]
    public async Task A_call_may_block_until_the_bench_answers()
    {
        using var answered = new ManualResetEventSlim();
        bool answer = await RunAsync(async () =>
        {
            Task<bool> blocks = _job.OutsideAsync(() => Task.FromResult(answered.Wait(Hour, CancellationToken.None)));
            _job.Time.Post(answered.Set);
            return await blocks;
        });

        Assert.True(answer);
    }

    [Fact]
    public async Task What_a_call_throws_reaches_the_job()
    {
        string message = await RunAsync(async () =>
        {
            var fault = await Assert.ThrowsAsync<IOException>(
                () => _job.OutsideAsync(() => throw new IOException("the cable")));
            return fault.Message;
        });

        Assert.Equal("the cable", message);
    }

    [Theory]
    [InlineData(false, "The work waits, but no timer is due: it would wait forever.")]
    [InlineData(true, "The work waits for the outside, which has brought nothing for 0.2 s.")]
    public async Task A_wait_that_never_ends_is_reported(bool outside, string message)
    {
        using var job = new ServedJob(TimeProvider.System, Start) { IdleMax = TimeSpan.FromSeconds(0.2) };
        var never = new TaskCompletionSource<int>();

        var stuck = await Assert.ThrowsAsync<InvalidOperationException>(() => job.RunAsync(
            _ => outside ? job.OutsideAsync(() => never.Task) : never.Task, CancellationToken.None));

        Assert.Equal(message, stuck.Message);
    }

    [Fact]
    public async Task A_job_that_computes_for_long_is_not_stuck()
    {
        using var job = new ServedJob(TimeProvider.System, Start) { IdleMax = TimeSpan.FromSeconds(0.2) };
        long began = TimeProvider.System.GetTimestamp();

        int result = await job.RunAsync(
            _ =>
            {
                while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(0.5))
                {
                    // a job that computes gives the thread to nobody
                }

                return Task.FromResult(7);
            },
            CancellationToken.None);

        Assert.Equal(7, result);
    }

    [Fact]
    public async Task A_stop_arrives_on_the_thread_of_the_job_and_leaves_it_its_way_to_the_safe_state()
    {
        using var stop = new CancellationTokenSource();
        (bool sameThread, TimeSpan end) = await _job.RunAsync(
            async cancel =>
            {
                int mine = Environment.CurrentManagedThreadId, its = 0;
                cancel.Register(() => its = Environment.CurrentManagedThreadId);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _job.OutsideAsync(async () =>
                {
                    await stop.CancelAsync();
                    await Task.Delay(Hour, TimeProvider.System, cancel);
                }));
                await Task.Delay(Hour, _job.Time, CancellationToken.None);
                return (mine == its, _job.Time.GetElapsedTime(0));
            },
            stop.Token);

        Assert.Equal((true, Hour), (sameThread, end));
    }

    private Task<T> RunAsync<T>(Func<Task<T>> work) =>
        _job.RunAsync(_ => work(), TestContext.Current.CancellationToken);

    // A device that needs some time for what it was asked.
    private async Task WorkAsync(TimeSpan length, TaskCompletionSource answer)
    {
        _job.Time.Work(+1);
        await Task.Delay(length, _job.Time, CancellationToken.None);
        _job.Time.Work(-1);
        answer.SetResult();
    }
}
