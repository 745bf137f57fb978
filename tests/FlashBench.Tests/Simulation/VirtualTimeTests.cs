using System.Collections.Concurrent;
using FlashBench.Simulation;

namespace FlashBench.Tests.Simulation;

public sealed class VirtualTimeTests
{
    [Fact]
    public void An_hour_of_waiting_moves_the_clock_by_exactly_an_hour()
    {
        var start = new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);
        var time = new VirtualTime(start);

        time.Run(() => Task.Delay(TimeSpan.FromHours(1), time, CancellationToken.None));

        Assert.Equal(TimeSpan.FromHours(1), time.GetElapsedTime(0));
        Assert.Equal(start.AddHours(1), time.GetUtcNow());
    }

    [Fact]
    public void Timers_fire_by_time_and_those_of_one_time_in_the_order_of_their_setting()
    {
        var time = new VirtualTime();
        var log = new List<string>();

        time.Run(async () =>
        {
            using ITimer late = Set("late", 5);
            using ITimer first = Set("first", 2);
            using ITimer second = Set("second", 2);
            await Task.Delay(TimeSpan.FromSeconds(9), time, CancellationToken.None);
        });

        Assert.Equal(["2 first", "2 second", "5 late"], log);

        ITimer Set(string name, int seconds) => time.CreateTimer(
            _ => log.Add($"{time.GetElapsedTime(0).TotalSeconds} {name}"), null,
            TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void A_periodic_timer_fires_at_every_period_until_it_is_disposed_and_then_cannot_be_changed()
    {
        var time = new VirtualTime();
        var at = new List<double>();
        ITimer timer = time.CreateTimer(
            _ => at.Add(time.GetElapsedTime(0).TotalMilliseconds), null,
            TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));

        time.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(30), time, CancellationToken.None);
            await timer.DisposeAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(30), time, CancellationToken.None);
        });

        Assert.Equal([5, 15, 25], at);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void A_timer_that_is_set_again_fires_at_its_new_time_only()
    {
        var time = new VirtualTime();
        var at = new List<double>();
        using ITimer timer = time.CreateTimer(
            _ => at.Add(time.GetElapsedTime(0).TotalSeconds), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

        time.Run(() => Task.Delay(TimeSpan.FromSeconds(9), time, CancellationToken.None));

        Assert.Equal([3], at);
    }

    [Fact]
    public void Timers_shorter_than_a_millisecond_keep_their_length()
    {
        var time = new VirtualTime();
        long fired = 0;
        using ITimer timer = time.CreateTimer(
            _ => fired = time.GetTimestamp(), null, TimeSpan.FromMicroseconds(0.7), Timeout.InfiniteTimeSpan);

        time.Run(() => Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None));

        Assert.Equal(7, fired);
    }

    [Theory]
    [InlineData(-2.0)]
    [InlineData(4294967295.0)]
    public void A_time_that_the_systems_timers_refuse_is_refused_here_too(double milliseconds)
    {
        var time = new VirtualTime();
        TimeSpan length = TimeSpan.FromMilliseconds(milliseconds);

        Assert.Throws<ArgumentOutOfRangeException>(
            () => time.CreateTimer(_ => { }, null, length, Timeout.InfiniteTimeSpan));
        Assert.Throws<ArgumentOutOfRangeException>(() => time.CreateTimer(_ => { }, null, TimeSpan.Zero, length));
    }

    [Fact]
    public void Work_that_waits_for_nothing_is_told_so_and_the_clock_can_be_used_again()
    {
        var time = new VirtualTime();

        var error = Assert.Throws<InvalidOperationException>(() => time.Run(() => new TaskCompletionSource().Task));

        Assert.Equal("The work waits, but no timer is due: it would wait forever.", error.Message);
        Assert.Equal(3, time.Run(() => Task.FromResult(3)));
    }

    [Fact]
    public void A_run_inside_a_run_is_refused()
    {
        var time = new VirtualTime();

        Assert.Throws<InvalidOperationException>(
            () => time.Run(() => Task.FromResult(time.Run(() => Task.FromResult(1)))));
    }

    [Fact]
    public void The_exception_of_the_work_leaves_the_run_unchanged_and_restores_the_callers_context()
    {
        var time = new VirtualTime();
        SynchronizationContext? before = SynchronizationContext.Current;

        Assert.Throws<FormatException>(() => time.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
            throw new FormatException();
        }));

        Assert.Same(before, SynchronizationContext.Current);
    }

    [Fact]
    public void A_cancellation_from_another_thread_is_seen_on_the_thread_of_the_run_only()
    {
        var time = new VirtualTime();
        using var external = new CancellationTokenSource();
        int home = Environment.CurrentManagedThreadId;
        var threads = new ConcurrentBag<int>();

        int steps = time.Run(async cancel =>
        {
            using CancellationTokenRegistration seen = cancel.Register(
                () => threads.Add(Environment.CurrentManagedThreadId));
            for (int step = 0; ; step++)
            {
                if (step == 100)
                    CancelOnAnotherThread(external);
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
                }
                catch (OperationCanceledException)
                {
                    threads.Add(Environment.CurrentManagedThreadId);
                    return step;
                }
            }
        }, external.Token);

        Assert.Equal(100, steps); // the cancel came before the next step of the loop
        Assert.Equal([home, home], threads);
        Assert.Equal(TimeSpan.FromSeconds(100), time.GetElapsedTime(0));
    }

    [Fact]
    public void Continuations_of_timers_that_ask_for_no_context_stay_on_the_thread_of_the_run()
    {
        var time = new VirtualTime();
        int home = Environment.CurrentManagedThreadId;

        int thread = time.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        });

        Assert.Equal(home, thread);
    }

    [Fact]
    public void What_another_thread_brings_in_time_ends_a_wait_without_timers()
    {
        var time = new VirtualTime();
        int home = Environment.CurrentManagedThreadId;
        var answer = new TaskCompletionSource<int>();

        (int value, int thread) = time.Run(async () =>
        {
            new Thread(() => answer.SetResult(7)).Start();
            return (await answer.Task, Environment.CurrentManagedThreadId);
        });

        Assert.Equal((7, home), (value, thread));
    }

    [Fact]
    public void Posts_from_many_threads_all_arrive_one_at_a_time()
    {
        const int Threads = 4;
        const int Posts = 2000;
        var time = new VirtualTime();
        int home = Environment.CurrentManagedThreadId;
        int count = 0, strangers = 0;

        time.Run(async () =>
        {
            SynchronizationContext here = SynchronizationContext.Current!;
            Thread[] posters = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
            {
                for (int i = 0; i < Posts; i++)
                    here.Post(_ => { count++; strangers += Environment.CurrentManagedThreadId == home ? 0 : 1; }, null);
            }))];
            Array.ForEach(posters, poster => poster.Start());
            while (posters.Any(poster => poster.IsAlive))
                await Task.Yield(); // takes posts meanwhile, unlike Join
            await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
        });

        Assert.Equal(Threads * Posts, count);
        Assert.Equal(0, strangers);
    }

    [Fact]
    public void A_foreign_thread_cannot_wait_for_the_run()
    {
        var time = new VirtualTime();

        Exception? error = time.Run(() =>
        {
            SynchronizationContext here = SynchronizationContext.Current!;
            Exception? caught = null;
            var thread = new Thread(() => caught = Record.Exception(() => here.Send(_ => { }, null)));
            thread.Start();
            thread.Join();
            return Task.FromResult(caught);
        });

        Assert.IsType<NotSupportedException>(error);
    }

    [Fact]
    public void Many_timers_that_were_disposed_do_not_pile_up_and_move_no_clock()
    {
        var time = new VirtualTime();

        time.Run(async () =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromDays(1), time);
                if (i % 100 == 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
            }
        });

        Assert.Equal(TimeSpan.FromMilliseconds(500), time.GetElapsedTime(0));
        Assert.InRange(time.QueuedTimers, 0, 9000);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_every_time()
    {
        string expected = Play(1);

        for (int run = 0; run < 500; run++)
            Assert.Equal(expected, Play(1));
        Assert.NotEqual(expected, Play(2));
    }

    [Fact]
    public void The_boot_clock_runs_with_the_time_and_on_while_the_host_sleeps()
    {
        var time = new VirtualTime();
        var boot = new VirtualBootClock(time, TimeSpan.FromHours(2));

        time.Run(() => Task.Delay(TimeSpan.FromMinutes(1), time, CancellationToken.None));
        boot.Suspend(TimeSpan.FromMinutes(10));

        Assert.Equal(new TimeSpan(2, 11, 0), boot.SinceBoot);
        Assert.Equal(TimeSpan.FromMinutes(1), time.GetElapsedTime(0));
    }

    // Tasks that race for one log, with random pauses, a channel between two of them and a periodic timer.
    private static string Play(int seed)
    {
        var time = new VirtualTime();
        var random = new Random(seed);
        var log = new List<string>();
        time.Run(async () =>
        {
            using ITimer tick = time.CreateTimer(
                _ => Log("tick"), null, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(7));
            await Task.WhenAll(Enumerable.Range(0, 5).Select(WorkAsync));
        });
        return string.Join('\n', log);

        async Task WorkAsync(int worker)
        {
            for (int i = 0; i < 6; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5)), time, CancellationToken.None);
                Log($"{worker}.{i}");
                await Task.Yield();
            }
        }

        void Log(string what) => log.Add($"{time.GetTimestamp()} {what}");
    }

    private static void CancelOnAnotherThread(CancellationTokenSource source)
    {
        var thread = new Thread(source.Cancel);
        thread.Start();
        thread.Join();
    }
}
