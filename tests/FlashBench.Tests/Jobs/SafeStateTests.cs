using System.Runtime.CompilerServices;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli;
using FlashBench.Cli.Certify;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Tests.Jobs;

/// <summary>Whatever part fails: the others are still let go, the record is signed, the exit code tells the truth.
/// </summary>
public sealed class SafeStateTests
{
    private const string Certificate = "certificate.dsse.json";

    [Theory]
    [InlineData("identify", "certify")] // outside of every boot: nobody looks before the next one
    [InlineData("baseline", "baseline")]
    [InlineData("watch", "watch")]
    [InlineData("re-read", "certify")] // after the last boot
    public void A_console_port_that_fails_ends_in_a_signed_error(string phase, string ended)
    {
        BreakingConsole? console = null;
        using var bench = new JobBench
        {
            DryRun = phase == "identify", // without a boot only the end of the job can notice
            Require = phase == "identify" ? EvidenceLevel.L0 : EvidenceLevel.L3,
            Equip = (parts, _) => parts with { Console = console = new BreakingConsole(parts.Console) },
            Watch = (happened, _, _) =>
            {
                if (happened is JobEvent.PhaseStarted started && started.Name == phase)
                    console!.Break();
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Equal(Verdict.Error, bench.Verify().Judgement.Verdict);
        Assert.Single(bench.Records, record => record.Data is JournalData.ConsoleGap { Kind: "port failed" });
        string where = bench.Records.Select(record => record.Data).OfType<JournalData.PhaseEnd>()
            .First(end => end.Verdict == Verdict.Error).Name;
        Assert.Equal(phase == "identify" ? "baseline" : ended, where);
    }

    [Fact]
    public void A_programmer_that_cannot_be_released_still_lets_the_power_be_cut_and_is_told()
    {
        var relay = new List<bool>();
        int opened = 0;
        using var bench = new JobBench
        {
            Equip = (parts, _) => parts with
            {
                OpenProgrammer = async cancel => ++opened == 3
                    ? new StuckBus(await parts.OpenProgrammer(cancel)) : await parts.OpenProgrammer(cancel),
                Relay = new RelayPower(new ToldLine(parts.Relay, relay)),
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Contains("stuck in its claim", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.False(relay[^1]);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.PowerCommand { On: true });
    }

    [Fact]
    public void A_programmer_that_cannot_be_released_at_the_end_is_a_deviation()
    {
        int opened = 0;
        using var bench = new JobBench
        {
            Equip = (parts, _) => parts with
            {
                OpenProgrammer = async cancel => ++opened == 2
                    ? new StuckBus(await parts.OpenProgrammer(cancel)) : await parts.OpenProgrammer(cancel),
            },
            Watch = (happened, _, stop) =>
            {
                if (happened is JobEvent.Progress { Phase: "backup" })
                    stop();
            },
        };

        (_, JobResult result) = bench.Run();

        Assert.NotEqual(Verdict.Pass, result.Judgement.Verdict);
        Assert.Contains(bench.Deviations, text =>
            text.StartsWith("programmer pins could not be released", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(bench.Directory, Certificate)));
    }

    [Fact]
    public void A_power_relay_that_cannot_be_driven_at_the_end_is_a_deviation()
    {
        bool broken = false;
        using var bench = new JobBench
        {
            Equip = (parts, _) => parts with
            {
                Relay = new RelayPower(new ToldLine(parts.Relay, [], () => broken)),
            },
            Watch = (happened, _, stop) =>
            {
                if (happened is not JobEvent.Progress { Phase: "baseline", Done: > 60 })
                    return;
                broken = true;
                stop();
            },
        };

        (_, JobResult result) = bench.Run();

        Assert.Equal(Verdict.Aborted, result.Judgement.Verdict);
        Assert.Contains(bench.Verify().Facts.Deviations, text =>
            text.StartsWith("power could not be cut", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(IndexOutOfRangeException))]
    public void A_bug_in_the_middle_of_the_write_leaves_the_mark_and_ends_in_60(Type bug)
    {
        using JobBench bench = Failing("block.done", 3, (Exception)RuntimeHelpers.GetUninitializedObject(bug));

        Exception escaped = Assert.Throws(bug, () => bench.Run());

        Assert.True(bench.HalfWritten);
        Assert.Equal("FBJ-TEST", bench.State.DirtyJob("me8"));
        CommandFailure end = JobExit.OfEscape(escaped, bench.HalfWritten)!;
        Assert.Equal(ExitCodes.Dirty, end.ExitCode);
        Assert.Contains("half-written", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bug_before_the_write_stays_a_bug()
    {
        using JobBench bench = Failing("plan", 1, new InvalidOperationException("bug"));

        Exception escaped = Assert.Throws<InvalidOperationException>(() => bench.Run());

        Assert.False(bench.HalfWritten);
        Assert.Null(JobExit.OfEscape(escaped, bench.HalfWritten));
    }

    [Theory]
    [InlineData("plan", ExitCodes.CannotWrite)]
    [InlineData("block.done", ExitCodes.Dirty)]
    public void A_full_disk_ends_in_73_or_60_with_the_board_let_go_and_no_certificate(string type, int code)
    {
        using JobBench bench = Failing(type, 1, new IOException("No space left on device"));

        Exception escaped = Assert.Throws<JournalWriteException>(() => bench.Run());

        Assert.Equal(code, JobExit.OfEscape(escaped, bench.HalfWritten)!.ExitCode);
        Assert.False(File.Exists(Path.Combine(bench.Directory, Certificate)));
        Assert.Equal(0, bench.Contentions);
    }

    private static JobBench Failing(string type, int count, Exception fault)
    {
        int seen = 0;
        return new JobBench
        {
            Probe = (moment, written) =>
            {
                if (moment == JournalMoment.BeforeWrite && written == type && ++seen == count)
                    throw fault;
            },
        };
    }

    private sealed class BreakingConsole(IConsolePort port) : IConsolePort
    {
        private readonly CancellationTokenSource _break = new();

        public PartIdentity Identity => port.Identity;

        public ConsoleCounters Counters => port.Counters;

        public void Break() => _break.Cancel();

        public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _break.Token);
            await using IAsyncEnumerator<ConsoleEvent> events =
                port.ReadAsync(either.Token).GetAsyncEnumerator(CancellationToken.None);
            while (await NextAsync(events))
                yield return events.Current;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) =>
            port.WriteAsync(data, cancel);

        public ValueTask DisposeAsync() => port.DisposeAsync();

        private async Task<bool> NextAsync(IAsyncEnumerator<ConsoleEvent> events)
        {
            try
            {
                return await events.MoveNextAsync();
            }
            catch (OperationCanceledException) when (_break.IsCancellationRequested)
            {
                throw new ConsoleException("the USB serial adapter is gone");
            }
        }
    }

    private sealed class StuckBus(ISpiBus bus) : ISpiBus
    {
        public PartIdentity Identity => bus.Identity;

        public int FrequencyHz => bus.FrequencyHz;

        public ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel) =>
            bus.ExecuteAsync(batch, cancel);

        public async ValueTask DisposeAsync()
        {
            await bus.DisposeAsync();
            throw new ProgrammerException("the programmer is stuck in its claim");
        }
    }

    private sealed class ToldLine(RelayPower relay, List<bool> told, Func<bool>? broken = null) : IOutputLine
    {
        public PartIdentity Identity => relay.Identity;

        public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new(relay.Commanded);

        public async ValueTask DriveAsync(bool active, CancellationToken cancel)
        {
            if (broken?.Invoke() == true)
                throw new PowerException("the relay board does not answer");
            told.Add(active);
            await (active ? relay.OnAsync(cancel) : relay.OffAsync(cancel));
        }
    }
}
