using System.Runtime.CompilerServices;
using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Jobs;

/// <summary>What the console missed is told to the boot it happened in, live and from the record alike.</summary>
public sealed class ConsoleGapTests
{
    [Theory]
    [InlineData("watch", Verdict.Inconclusive)]
    [InlineData("write", Verdict.Pass)] // between two boots it makes no difference
    public void A_port_that_goes_and_comes_back_leaves_the_boot_it_happened_in_unjudged(string phase, Verdict expected)
    {
        using JobBench bench = Flickering(phase, at => [new ConsoleEvent.HangUp(at), new ConsoleEvent.Back(at)]);

        (_, JobResult result) = bench.Run();

        Assert.Equal(expected, result.Judgement.Verdict);
        Assert.Equal(expected, bench.Verify().Judgement.Verdict);
        Assert.Equal(["hang-up", "back"], Gaps(bench).Select(gap => gap.Kind));
    }

    [Fact]
    public void A_job_that_was_too_slow_for_the_console_says_how_much_it_missed()
    {
        using JobBench bench = Flickering("watch", at => [new ConsoleEvent.Lost(at, 1234)]);

        (_, JobResult result) = bench.Run();

        Assert.Equal(Verdict.Inconclusive, result.Judgement.Verdict);
        Assert.Equal([new JournalData.ConsoleGap("lost", 1234)], Gaps(bench));
    }

    [Fact]
    public void Thousands_of_breaks_are_a_few_records_and_no_gap()
    {
        using JobBench bench = Flickering("watch", at => Enumerable.Repeat(new ConsoleEvent.Break(at), 10_000));

        (_, JobResult result) = bench.Run();

        Assert.Equal(Verdict.Pass, result.Judgement.Verdict);
        Assert.InRange(Gaps(bench).Count, 1, 3);
        Assert.Equal(10_000, Gaps(bench).Sum(gap => gap.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_boot_under_way_is_told_of_a_hole_even_if_it_came_before_the_first_sample(bool early)
    {
        using var folder = new TemporaryFolder();
        var clock = new BenchClock(TimeProvider.System, new HostBootClock(), "boot");
        using var journal = new JournalWriter(folder.Path, clock);
        using var log = new ConsoleLog(folder.Path, journal);
        await using var pump = new ConsolePump(new SilentConsole(), log, journal, clock);
        BootWatch watch = Boot();
        pump.Note(JournalData.ConsoleGap.HangUp, 1); // before this boot: not its matter
        pump.BeginBoot();
        if (early)
            pump.Note(JournalData.ConsoleGap.Back, 1);
        pump.Watch = watch;
        if (!early)
            pump.Note(JournalData.ConsoleGap.Back, 1);

        for (int second = 0; second < 30; second++)
            watch.OnPower(second * 1_000_000L, 3300 + second % 3, 700 + second);
        BootObservation seen = watch.Observe(30_000_000);

        Assert.Equal((BootClass.Gap, "the console was not continuous: back (1)"), (seen.Class, seen.Explanation));
    }

    private static JobBench Flickering(string phase, Func<long, IEnumerable<ConsoleEvent>> events)
    {
        FlickeringConsole? console = null;
        TimeProvider? clock = null;
        bool injected = false;
        return new JobBench
        {
            Equip = (parts, time) =>
            {
                clock = time;
                return parts with { Console = console = new FlickeringConsole(parts.Console) };
            },
            Watch = (happened, _, _) =>
            {
                bool due = phase == "watch"
                    ? happened is JobEvent.Progress { Phase: "watch", Done: > 300 } // 5 minutes into its first boot
                    : happened is JobEvent.PhaseStarted started && started.Name == phase;
                if (due && !injected)
                    console!.Inject(events(clock!.GetTimestamp()));
                injected |= due;
            },
        };
    }

    private static List<JournalData.ConsoleGap> Gaps(JobBench bench) =>
        [.. bench.Records.Select(record => record.Data).OfType<JournalData.ConsoleGap>()];

    private static BootWatch Boot() => new(
        BootSettings.For(Journal.SampleJournal.Start, "watch"), 1, ("watch", "0000000a"), commandedUs: 0);

    // Says something else at once, between two lines of the board.
    private sealed class FlickeringConsole(IConsolePort port) : IConsolePort
    {
        private TaskCompletionSource<IEnumerable<ConsoleEvent>> _injected = new();

        public PartIdentity Identity => port.Identity;

        public ConsoleCounters Counters => port.Counters;

        public void Inject(IEnumerable<ConsoleEvent> events) => _injected.SetResult(events);

        public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            await using IAsyncEnumerator<ConsoleEvent> events = port.ReadAsync(cancel).GetAsyncEnumerator(cancel);
            for (Task<bool> next = events.MoveNextAsync().AsTask(); ;)
            {
                if (await Task.WhenAny(_injected.Task, next) == next)
                {
                    if (!await next)
                        yield break;
                    yield return events.Current;
                    next = events.MoveNextAsync().AsTask();
                    continue;
                }

                IEnumerable<ConsoleEvent> injected = await _injected.Task;
                _injected = new();
                foreach (ConsoleEvent other in injected)
                    yield return other;
            }
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) =>
            port.WriteAsync(data, cancel);

        public ValueTask DisposeAsync() => port.DisposeAsync();
    }

    private sealed class SilentConsole : IConsolePort
    {
        public PartIdentity Identity { get; } = new("console", "silent", Simulated: true);

        public ConsoleCounters Counters => default;

        public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            yield break;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
