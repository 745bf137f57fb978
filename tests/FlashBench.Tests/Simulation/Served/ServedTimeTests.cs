using FlashBench.Simulation.Served;

namespace FlashBench.Tests.Simulation.Served;

public sealed class ServedTimeTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Still_time_stands_until_there_is_work_and_jumps_then()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.Still);
        long before = time.GetTimestamp();
        Task hour = time.RunAsync(() => Task.Delay(Hour, time, CancellationToken.None));

        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(before, time.GetTimestamp());
        Assert.False(hour.IsCompleted);
        time.Work(+1);
        await hour;
        time.Work(-1);

        Assert.Equal(Hour, time.GetElapsedTime(before));
    }

    [Fact]
    public async Task Held_time_moves_only_as_far_as_it_is_allowed()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.Held);
        time.Work(+1);
        long before = time.GetTimestamp();
        Task hour = time.RunAsync(() => Task.Delay(Hour, time, CancellationToken.None));

        await time.RunAsync(() => time.SleepAsync(1_000_000_000, CancellationToken.None));
        Assert.Equal(TimeSpan.FromSeconds(1), time.GetElapsedTime(before));
        Assert.False(hour.IsCompleted);
        using (time.Allow(long.MaxValue))
            await hour;

        Assert.Equal(Hour, time.GetElapsedTime(before));
    }

    [Fact]
    public async Task Real_time_waits_as_long_as_it_says()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.RealTime);
        long host = TimeProvider.System.GetTimestamp();

        time.Work(+1);
        await time.RunAsync(() => time.SleepAsync(30_500_000, CancellationToken.None));

        Assert.InRange(TimeProvider.System.GetElapsedTime(host).TotalMilliseconds, 30.5, 2000);
    }

    [Fact]
    public async Task Free_time_passes_as_on_the_wall_and_jumps_while_there_is_work()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.Free);
        long start = time.GetTimestamp();
        await Task.Delay(30, TestContext.Current.CancellationToken); // by a coarse clock: it may be a little less
        Assert.InRange(time.GetElapsedTime(start).TotalMilliseconds, 20, 5000);

        time.Work(+1);
        await time.RunAsync(() => Task.Delay(Hour, time, CancellationToken.None));

        Assert.InRange(time.GetElapsedTime(start), Hour, Hour + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_change_of_pace_keeps_the_time()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.Still);
        await time.RunAsync(() => time.SleepAsync(5_000_000_000, CancellationToken.None));

        time.Pace = ClockPace.RealTime;
        Assert.InRange(time.GetTimestamp(), 5_000_000_000, 15_000_000_000);
        time.Pace = ClockPace.Held;
        long stands = time.GetTimestamp();
        await Task.Delay(5, TestContext.Current.CancellationToken);

        Assert.Equal(stands, time.GetTimestamp());
    }

    [Fact]
    public async Task Timers_fire_in_order_of_time_then_of_setting_and_periodic_ones_again()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.Still);
        var fired = new List<string>();

        await time.RunAsync(async () =>
        {
            await using ITimer late = Timer("late", 30);
            await using ITimer first = Timer("first", 10);
            await using ITimer second = Timer("second", 10);
            await using ITimer never = Timer("never", 20);
            await using ITimer often = time.CreateTimer(
                _ => fired.Add("often"), null, TimeSpan.FromMilliseconds(12), TimeSpan.FromMilliseconds(12));
            never.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await time.SleepAsync(31_000_000, CancellationToken.None);
        });

        Assert.Equal(["first", "second", "often", "often", "late"], fired);

        ITimer Timer(string name, int ms) => time.CreateTimer(
            _ => fired.Add(name), null, TimeSpan.FromMilliseconds(ms), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task Work_runs_on_the_clocks_thread_and_its_failure_reaches_the_caller()
    {
        using var time = new ServedTime(TimeProvider.System, ClockPace.Still);
        int here = Environment.CurrentManagedThreadId;

        int there = await time.RunAsync(async () =>
        {
            int before = Environment.CurrentManagedThreadId;
            await Task.Yield();
            Assert.Equal(before, Environment.CurrentManagedThreadId);
            return before;
        });
        Func<Task> fails = () => Task.FromException(new InvalidDataException("no"));

        Assert.NotEqual(here, there);
        Assert.NotEqual(there, Environment.CurrentManagedThreadId);
        await Assert.ThrowsAsync<InvalidDataException>(() => time.RunAsync(fails));
        await Assert.ThrowsAsync<InvalidDataException>(() => time.RunAsync(() => throw new InvalidDataException("no")));
    }
}
