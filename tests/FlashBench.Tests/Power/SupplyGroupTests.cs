using FlashBench.Bench.Config;
using FlashBench.Bench.Power;
using FlashBench.Hardware;
using FlashBench.Simulation;

namespace FlashBench.Tests.Power;

/// <summary>Boards on one supply start one after the other.</summary>
public sealed class SupplyGroupTests : IDisposable
{
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(750);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Five_boards_that_start_at_once_start_a_stagger_apart()
    {
        var time = new VirtualTime();
        var starts = new List<TimeSpan>();

        time.Run(
            async cancel =>
            {
                long began = time.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Group(time).SwitchOnAsync(
                    () =>
                    {
                        starts.Add(time.GetElapsedTime(began));
                        return Task.CompletedTask;
                    },
                    cancel)));
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(5, starts.Count);
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Stagger));
    }

    [Fact]
    public void Boards_of_one_controller_start_in_the_order_in_which_they_asked_and_need_no_file()
    {
        var time = new VirtualTime();
        var supplies = new SupplyGroups([new PowerGroupEntry("psu1", Stagger)], folder: null, time);
        BenchEntry[] benches =
        [
            .. Enumerable.Range(0, 32).Select(bench => new BenchEntry($"b{bench}", false, "virtual-me8", null, null)
            {
                PowerGroup = bench % 2 == 0 ? "psu1" : null,
            }),
        ];
        var starts = new List<(string Bench, TimeSpan At)>();

        time.Run(
            async cancel =>
            {
                await Task.WhenAll(benches.Select(async bench =>
                {
                    if (supplies.Of(bench) is { } supply)
                        await supply.SwitchOnAsync(() => StartAsync(bench.Id), cancel);
                    else
                        await StartAsync(bench.Id);
                }));
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(16, starts.Count(start => start.At == TimeSpan.Zero) - 1);
        string[] grouped = [.. benches.Where(bench => bench.PowerGroup is not null).Select(bench => bench.Id)];
        (string Bench, TimeSpan At)[] shared = [.. starts.Where(start => grouped.Contains(start.Bench))];
        Assert.Equal(grouped, shared.Select(start => start.Bench));
        Assert.All(shared.Zip(shared.Skip(1)), pair => Assert.Equal(Stagger, pair.Second.At - pair.First.At));

        Task StartAsync(string bench)
        {
            starts.Add((bench, time.GetElapsedTime(0)));
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void A_start_that_failed_frees_the_group()
    {
        var time = new VirtualTime();
        int started = 0;

        time.Run(
            async cancel =>
            {
                await Assert.ThrowsAsync<PowerException>(
                    () => Group(time).SwitchOnAsync(() => throw new PowerException("no relay"), cancel));
                await Group(time).SwitchOnAsync(() => Task.FromResult(started++), cancel);
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(1, started);
    }

    [Fact]
    public void A_group_that_stays_taken_is_an_error_and_no_endless_wait()
    {
        var time = new VirtualTime();
        using var stuck = new FileStream(
            _folder.At("psu1.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        PowerException fault = time.Run(
            cancel => Assert.ThrowsAsync<PowerException>(
                () => Group(time).SwitchOnAsync(() => Task.CompletedTask, cancel)),
            TestContext.Current.CancellationToken);

        Assert.Contains("psu1 did not become free", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_named()
    {
        var time = new VirtualTime();
        var group = new SupplyGroup(_folder.At("missing/psu1.lock"), "psu1", Stagger, time);

        PowerException fault = time.Run(
            cancel => Assert.ThrowsAsync<PowerException>(() => group.SwitchOnAsync(() => Task.CompletedTask, cancel)),
            TestContext.Current.CancellationToken);

        Assert.Contains("lock of supply group psu1", fault.Message, StringComparison.Ordinal);
    }

    private SupplyGroup Group(TimeProvider time) => new(_folder.At("psu1.lock"), "psu1", Stagger, time);
}
