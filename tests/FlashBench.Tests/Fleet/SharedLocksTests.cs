using FlashBench.Bench.Fleet;
using FlashBench.Simulation;

namespace FlashBench.Tests.Fleet;

/// <summary>Many benches on one virtual clock share locks by seeded schedules.</summary>
public sealed class SharedLocksTests
{
    private static readonly Action<LockWait> Silently = _ => { };

    public static TheoryData<int, int> Schedules() => new()
    {
        { 32, 1 }, { 32, 2 }, { 32, 3 }, { 32, 4 }, { 32, 5 }, { 128, 6 }, { 128, 7 },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Never_more_holders_than_capacity_no_deadlock_and_everybody_is_served(int benches, int seed)
    {
        var schedule = new Schedule(seed);

        // Virtual time throws if everybody waits for somebody else.
        schedule.Run(benches, cancels: false, TestContext.Current.CancellationToken);

        Assert.Equal(benches * Schedule.Rounds, schedule.Served);
        Assert.True(schedule.Waited > 0, "nobody ever waited: the schedule shows nothing");
        Assert.All(schedule.Locks.Snapshot(), AssertFree);
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Cancelled_waiters_leave_no_trace(int benches, int seed)
    {
        var schedule = new Schedule(seed);

        schedule.Run(benches, cancels: true, TestContext.Current.CancellationToken);

        Assert.True(schedule.Cancelled > 0, "nobody was cancelled: the schedule shows nothing");
        Assert.Equal(benches * Schedule.Rounds, schedule.Served + schedule.Cancelled);
        Assert.All(schedule.Locks.Snapshot(), AssertFree);
    }

    [Fact]
    public void One_seed_gives_one_course()
    {
        Schedule one = new(11), other = new(11);

        one.Run(32, cancels: true, TestContext.Current.CancellationToken);
        other.Run(32, cancels: true, TestContext.Current.CancellationToken);

        Assert.Equal(one.Course, other.Course);
    }

    [Fact]
    public void Who_asks_first_is_served_first_and_cancelled_ones_are_passed_over()
    {
        var time = new VirtualTime();
        var locks = new SharedLocks([new SharedLockSpec("psu1", 2, 0)]);
        var served = new List<int>();

        time.Run(
            async cancel =>
            {
                using var third = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), time);
                await Task.WhenAll(Enumerable.Range(0, 9).Select(async bench =>
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(bench), time, cancel);
                    try
                    {
                        using SharedLease lease = await locks.TakeAsync(
                            ["psu1"], $"b{bench}", Silently, bench == 3 ? third.Token : cancel);
                        served.Add(bench);
                        await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
                    }
                    catch (OperationCanceledException) when (bench == 3)
                    {
                        served.Add(-bench);
                    }
                }));
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal([0, 1, 2, -3, 4, 5, 6, 7, 8], served.OrderBy(Math.Abs));
        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 8], served.Where(bench => bench >= 0));
    }

    [Fact]
    public void Who_waits_is_told_for_what_and_who_has_it()
    {
        var time = new VirtualTime();
        var locks = new SharedLocks([new SharedLockSpec("psu1", 2, 0), new SharedLockSpec("flash", 1, 1)]);
        var told = new List<string>();

        time.Run(
            async cancel =>
            {
                SharedLease first = await locks.TakeAsync(["psu1"], "b03", Silently, cancel);
                SharedLease second = await locks.TakeAsync(["flash", "psu1"], "b07", Silently, cancel);
                Task<SharedLease> third = locks.TakeAsync(
                    ["flash", "psu1"], "b01", wait => told.Add($"{wait}"), cancel);
                Task<SharedLease> fourth = locks.TakeAsync(["psu1"], "b02", wait => told.Add($"{wait}"), cancel);
                first.Dispose();
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
                second.Dispose();
                (await third).Dispose();
                (await fourth).Dispose();
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "waits for psu1, held by b03, b07", "waits for psu1, held by b03, b07; 1 before it",
                "waits for flash, held by b07",
            ],
            told);
    }

    [Fact]
    public void A_lock_whose_slots_are_all_kept_refuses_instead_of_waiting_for_ever()
    {
        var time = new VirtualTime();
        var locks = new SharedLocks([new SharedLockSpec("psu1", 2, 0)]);

        SharedLockException[] refusals = time.Run(
            async cancel =>
            {
                SharedLease first = await locks.TakeAsync(["psu1"], "b03", Silently, cancel);
                SharedLease second = await locks.TakeAsync(["psu1"], "b07", Silently, cancel);
                Task<SharedLease> waiting = locks.TakeAsync(["psu1"], "b01", Silently, cancel);
                first.Keep();
                first.Dispose();
                Assert.False(waiting.IsCompleted);
                second.Keep();
                return new[]
                {
                    await Assert.ThrowsAsync<SharedLockException>(() => waiting),
                    await Assert.ThrowsAsync<SharedLockException>(
                        () => locks.TakeAsync(["psu1"], "b02", Silently, cancel)),
                };
            },
            TestContext.Current.CancellationToken);

        Assert.All(refusals, refusal => Assert.Contains("b03, b07", refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_listener_that_throws_leaves_no_waiter_behind()
    {
        var time = new VirtualTime();
        var locks = new SharedLocks([new SharedLockSpec("psu1", 1, 0)]);

        time.Run(
            async cancel =>
            {
                SharedLease first = await locks.TakeAsync(["psu1"], "b03", Silently, cancel);
                await Assert.ThrowsAsync<InvalidDataException>(() => locks.TakeAsync(
                    ["psu1"], "b01", _ => throw new InvalidDataException("no terminal"), cancel));
                Assert.Empty(locks.Snapshot()[0].Waiters);
                first.Dispose();
                first.Dispose();
                return 0;
            },
            TestContext.Current.CancellationToken);

        AssertFree(locks.Snapshot()[0]);
    }

    [Fact]
    public async Task A_lock_that_nobody_made_is_a_mistake()
    {
        Assert.Throws<ArgumentException>(
            () => new SharedLocks([new SharedLockSpec("a", 1, 0), new SharedLockSpec("a", 2, 1)]));
        await Assert.ThrowsAsync<ArgumentException>(() => new SharedLocks([]).TakeAsync(
            ["psu1"], "b01", Silently, TestContext.Current.CancellationToken));
    }

    private static void AssertFree(SharedLockState state)
    {
        Assert.Empty(state.Holders);
        Assert.Empty(state.Waiters);
    }

    /// <summary>Benches that take random sets of locks for random times.</summary>
    private sealed class Schedule(int seed)
    {
        public const int Rounds = 12;

        private readonly Dictionary<string, int> _holding = [];
        private readonly VirtualTime _time = new();

        public SharedLocks Locks { get; } = new(
        [
            new SharedLockSpec("psu1", 4, 0), new SharedLockSpec("psu2", 1, 0), new SharedLockSpec("hub1", 1, 1),
            new SharedLockSpec("hub2", 3, 1), new SharedLockSpec("flash", 8, 2),
        ]);

        public int Served { get; private set; }

        public int Cancelled { get; private set; }

        public int Waited { get; private set; }

        public List<string> Course { get; } = [];

        public void Run(int benches, bool cancels, CancellationToken cancel) => _time.Run(
            async stop =>
            {
                await Task.WhenAll(Enumerable.Range(0, benches).Select(bench => BenchAsync(bench, cancels, stop)));
                return 0;
            },
            cancel);

        private async Task BenchAsync(int bench, bool cancels, CancellationToken stop)
        {
            var random = new Random((seed * 1000) + bench);
            for (int round = 0; round < Rounds; round++)
            {
                string[] names =
                    [.. Locks.Snapshot().Select(state => state.Lock.Name).Where(_ => random.Next(3) == 0)];
                random.Shuffle(names);
                using var asked = CancellationTokenSource.CreateLinkedTokenSource(stop);
                TimeSpan patience = TimeSpan.FromMilliseconds(cancels ? random.Next(1, 2000) : 100_000_000);
                using var limit = new CancellationTokenSource(patience, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(asked.Token, limit.Token);
                try
                {
                    using SharedLease lease = await Locks.TakeAsync(names, $"b{bench}", _ => Waited++, either.Token);
                    await HoldAsync(names, bench, TimeSpan.FromMilliseconds(random.Next(1, 100)), stop);
                    Served++;
                }
                catch (OperationCanceledException) when (limit.IsCancellationRequested)
                {
                    Cancelled++;
                    Course.Add($"{_time.GetTimestamp()} b{bench} gives up");
                }
            }
        }

        private async Task HoldAsync(string[] names, int bench, TimeSpan span, CancellationToken stop)
        {
            foreach (string name in names)
            {
                int now = _holding[name] = _holding.GetValueOrDefault(name) + 1;
                int capacity = Locks.Snapshot().Single(state => state.Lock.Name == name).Lock.Capacity;
                Assert.True(now <= capacity, $"{now} hold {name}, which has {capacity} slots");
            }

            Course.Add($"{_time.GetTimestamp()} b{bench} has {string.Join(' ', names)}");
            await Task.Delay(span, _time, stop);
            foreach (string name in names)
                _holding[name]--;
        }
    }
}
