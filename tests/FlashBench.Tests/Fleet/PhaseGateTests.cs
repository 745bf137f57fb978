using FlashBench.Bench;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Fleet;

/// <summary>A job asks for what benches share before each phase, and gives it back after.</summary>
public sealed class PhaseGateTests
{
    [Theory]
    [InlineData("identify", PhaseNeed.Programmer)]
    [InlineData("backup", PhaseNeed.Programmer)]
    [InlineData("audit", PhaseNeed.Nothing)]
    [InlineData("baseline", PhaseNeed.Power)]
    [InlineData("plan", PhaseNeed.Nothing)]
    [InlineData("write", PhaseNeed.Programmer)]
    [InlineData("watch", PhaseNeed.Power)]
    [InlineData("re-read", PhaseNeed.Programmer)]
    [InlineData("restore", PhaseNeed.Programmer)]
    [InlineData("certify", PhaseNeed.Nothing)]
    public void Phases_that_touch_the_chip_need_the_programmer_and_boots_need_power(string phase, PhaseNeed need) =>
        Assert.Equal(need, PhaseGate.NeedOf(phase));

    [Fact]
    public void A_job_holds_exactly_what_each_phase_needs_and_the_same_job_comes_out()
    {
        SharedLocks locks = Locks();
        var seen = new List<string>();
        using var shared = new JobBench
        {
            Gate = new PhaseGate(locks, "b01", "psu1", "hub1"),
            Watch = (happened, _, _) => seen.AddRange(HeldAt(happened, locks)),
        };
        using var alone = new JobBench();

        (int code, _) = shared.Run();
        alone.Run();

        Assert.Equal(0, code);
        Assert.Equal(
            [
                "identify: hub1 flash", "backup: hub1 flash", "audit: ", "baseline: psu1", "plan: ",
                "write: hub1 flash", "watch: psu1", "re-read: hub1 flash", "certify: ",
            ],
            seen);
        Assert.All(locks.Snapshot(), state => Assert.Empty(state.Holders));
        Assert.Equal(PhasesOf(alone), PhasesOf(shared));
    }

    [Theory]
    [InlineData("identify", "hub1")]
    [InlineData("backup", "flash")]
    [InlineData("baseline", "psu1")]
    [InlineData("write", "flash")]
    [InlineData("watch", "psu1")]
    [InlineData("re-read", "hub1")]
    public void Waiting_a_month_counts_against_no_limit(string phase, string shared)
    {
        SharedLocks locks = Locks();
        var wait = new ForeignHold(locks, phase, shared);
        using var bench = new JobBench
        {
            Gate = new PhaseGate(locks, "b01", "psu1", "hub1"),
            Prepare = (_, time) => wait.BeginAsync(time),
            Watch = (happened, _, _) => wait.At(happened),
        };

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        JobEvent.Waiting waited = Assert.Single(bench.Events.OfType<JobEvent.Waiting>());
        Assert.Equal((phase, $"waits for {shared}, held by other"), (waited.Phase, $"{waited.For}"));
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }

    [Theory]
    [InlineData("identify", "hub1", 130)]
    [InlineData("baseline", "psu1", 75)]
    [InlineData("write", "flash", 75)]
    [InlineData("watch", "psu1", 75)]
    public void A_waiting_job_stops_at_once_and_says_so(string phase, string shared, int exit)
    {
        SharedLocks locks = Locks();
        var wait = new ForeignHold(locks, phase, shared);
        using var bench = new JobBench
        {
            Gate = new PhaseGate(locks, "b01", "psu1", "hub1"),
            Prepare = (_, time) => wait.BeginAsync(time),
            Watch = (happened, bench, stop) =>
            {
                wait.At(happened);
                if (happened is JobEvent.Waiting)
                    stop();
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((exit, Verdict.Aborted), (code, result.Judgement.Verdict));
        Assert.True(bench.IsSafe);
        JournalData.PhaseEnd end = Assert.IsType<JournalData.PhaseEnd>(
            bench.Records.Last(record => record.Data is JournalData.PhaseEnd { Name: not "certify" }).Data);
        Assert.Equal((phase, Verdict.Aborted, "stopped by the operator"), (end.Name, end.Verdict, end.Reason));
        Assert.Equal(["other"], locks.Snapshot().SelectMany(state => state.Holders.Concat(state.Waiters)));
    }

    private static SharedLocks Locks() => new(
        [new SharedLockSpec("psu1", 1, 0), new SharedLockSpec("hub1", 1, 1), new SharedLockSpec("flash", 1, 2)]);

    private static IEnumerable<string> HeldAt(JobEvent happened, SharedLocks locks)
    {
        if (happened is JobEvent.PhaseStarted started)
        {
            yield return $"{started.Name}: " + string.Join(
                ' ', locks.Snapshot().Where(state => state.Holders.Count > 0).Select(state => state.Lock.Name));
        }
    }

    private static IEnumerable<(string, Verdict)> PhasesOf(JobBench bench) =>
        bench.Records.Select(record => record.Data).OfType<JournalData.PhaseEnd>()
            .Select(end => (end.Name, end.Verdict));

    /// <summary>Another bench that takes a lock just before a phase would begin, and keeps it for a month.</summary>
    private sealed class ForeignHold(SharedLocks locks, string phase, string shared)
    {
        private static readonly string[] Order =
            ["identify", "backup", "audit", "baseline", "plan", "write", "watch", "re-read"];

        private TimeProvider _time = TimeProvider.System;

        public async Task BeginAsync(TimeProvider time)
        {
            _time = time;
            if (phase == Order[0])
                await HoldAsync();
        }

        // Asked for while the phase before runs, it is had as soon as that has ended.
        public void At(JobEvent happened)
        {
            int before = Array.IndexOf(Order, phase) - 1;
            if (before >= 0 && happened is JobEvent.PhaseStarted started && started.Name == Order[before])
                Waiting = HoldAsync();
        }

        public Task Waiting { get; private set; } = Task.CompletedTask;

        private async Task HoldAsync()
        {
            SharedLease lease = await locks.TakeAsync([shared], "other", _ => { }, CancellationToken.None);
            Waiting = ReleaseAsync(lease);
        }

        private async Task ReleaseAsync(SharedLease lease)
        {
            await Task.Delay(TimeSpan.FromDays(31), _time);
            lease.Dispose();
        }
    }
}
