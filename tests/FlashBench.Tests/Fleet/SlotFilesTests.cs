using FlashBench.Bench.Fleet;
using FlashBench.Simulation;

namespace FlashBench.Tests.Fleet;

/// <summary>Two controllers, each with locks of its own, count the same lock files.</summary>
public sealed class SlotFilesTests : IDisposable
{
    private static readonly string[] Three = ["b07", "b08", "b09"];

    private readonly TemporaryFolder _folder = new();
    private readonly VirtualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_controllers_never_hold_more_than_the_capacity_together()
    {
        SharedLocks[] controllers = [Controller(2), Controller(2)];
        int holding = 0, most = 0, served = 0;

        _time.Run(
            async cancel =>
            {
                await Task.WhenAll(Enumerable.Range(0, 12).Select(async bench =>
                {
                    using SharedLease lease = await controllers[bench % 2].TakeAsync(
                        ["psu1"], $"b{bench}", _ => { }, cancel);
                    most = Math.Max(most, ++holding);
                    await Task.Delay(TimeSpan.FromSeconds(1), _time, cancel);
                    holding--;
                    served++;
                }));
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal((2, 12), (most, served));
    }

    [Fact]
    public void Who_waits_for_another_process_is_told_its_name_and_within_one_process_the_order_holds()
    {
        SharedLocks one = Controller(1), other = Controller(1);
        var told = new List<string>();
        var served = new List<string>();

        _time.Run(
            async cancel =>
            {
                SharedLease held = await one.TakeAsync(["psu1"], "b03", _ => { }, cancel);
                Task[] waiting =
                [
                    .. Three.Select(async bench =>
                    {
                        using SharedLease lease = await other.TakeAsync(
                            ["psu1"], bench, wait => told.Add($"{bench} {wait}"), cancel);
                        served.Add(bench);
                    }),
                ];
                await Task.Delay(TimeSpan.FromSeconds(1), _time, cancel);
                held.Dispose();
                await Task.WhenAll(waiting);
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(Three, served);
        Assert.Equal(
            [
                $"b07 waits for psu1, held by b03 (PID {Environment.ProcessId})", "b08 waits for psu1, held by b07",
                "b09 waits for psu1, held by b07; 1 before it",
            ],
            told);
    }

    [Fact]
    public void A_cancelled_wait_for_another_process_leaves_nothing_behind()
    {
        SharedLocks one = Controller(1), other = Controller(1);

        _time.Run(
            async cancel =>
            {
                SharedLease held = await one.TakeAsync(["psu1"], "b03", _ => { }, cancel);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(
                    () => other.TakeAsync(["psu1"], "b07", _ => { }, patience.Token));
                Assert.Empty(other.Snapshot()[0].Holders);
                held.Dispose();
                (await other.TakeAsync(["psu1"], "b08", _ => Assert.Fail("it is free"), cancel)).Dispose();
                return 0;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Lock_files_that_cannot_be_made_are_a_fault_of_the_bench()
    {
        File.WriteAllText(_folder.At("no-folder"), "");
        var locks = new SharedLocks(
            [new SharedLockSpec("psu1", 1, 0)], new SlotFiles(_folder.At("no-folder"), _time));

        SharedLockException fault = _time.Run(
            cancel => Assert.ThrowsAsync<SharedLockException>(
                () => locks.TakeAsync(["psu1"], "b01", _ => { }, cancel)),
            TestContext.Current.CancellationToken);

        Assert.Contains("lock files of psu1", fault.Message, StringComparison.Ordinal);
        Assert.Empty(locks.Snapshot()[0].Holders);
    }

    [Fact]
    public void A_hostile_owner_file_is_shown_without_its_control_characters()
    {
        SharedLocks one = Controller(1), other = Controller(1);
        string told = "";

        _time.Run(
            async cancel =>
            {
                SharedLease held = await one.TakeAsync(["psu1"], "b03", _ => { }, cancel);
                await File.WriteAllTextAsync(
                    _folder.At("slot-psu1-0.owner"), "\u001b[2J" + new string('x', 100_000), cancel);
                Task<SharedLease> waiting = other.TakeAsync(["psu1"], "b07", wait => told = $"{wait}", cancel);
                held.Dispose();
                (await waiting).Dispose();
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.StartsWith("waits for psu1, held by ?[2Jxxx", told, StringComparison.Ordinal);
        Assert.InRange(told.Length, 1, 100);
    }

    private SharedLocks Controller(int capacity) =>
        new([new SharedLockSpec("psu1", capacity, 0)], new SlotFiles(_folder.At(""), _time));
}
