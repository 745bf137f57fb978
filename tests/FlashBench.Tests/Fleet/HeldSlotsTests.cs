using FlashBench.Bench;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Fleet;

/// <summary>However a job ends, it holds nothing afterwards, unless its board may still be on.</summary>
public sealed class HeldSlotsTests
{
    private readonly SharedLocks _locks = new(
        [new SharedLockSpec("psu1", 1, 0), new SharedLockSpec("hub1", 1, 1), new SharedLockSpec("flash", 1, 2)]);

    private readonly List<string> _seen = [];

    [Fact]
    public void A_board_that_dies_gives_its_supply_back_before_its_flash_is_read_again_and_put_back()
    {
        using JobBench bench = Bench(NegativeControl.DamagedManifest);

        (_, JobResult result) = bench.Run();

        Assert.Equal(Verdict.Fail, result.Judgement.Verdict);
        Assert.Equal(
            [
                "identify: hub1 flash", "backup: hub1 flash", "audit: ", "baseline: psu1", "plan: ",
                "write: hub1 flash", "watch: psu1", "re-read: hub1 flash", "restore: hub1 flash", "certify: ",
            ],
            _seen);
        AssertFree();
    }

    [Fact]
    public void A_job_that_goes_on_and_a_restoration_ask_like_every_other()
    {
        using JobBench bench = Bench();
        Assert.True(bench.RunUntilKilled("block.intent", 3, JournalMoment.AfterSync));
        AssertFree();
        _seen.Clear();

        (int code, _) = bench.Resume();

        Assert.Equal(0, code);
        Assert.Equal(["write: hub1 flash", "watch: psu1", "re-read: hub1 flash", "certify: "], _seen);
        AssertFree();

        using JobBench dirty = Bench();
        Assert.True(dirty.RunUntilKilled("block.intent", 3, JournalMoment.AfterSync));
        _seen.Clear();

        dirty.Restore(BackupToRestore.OfJob(dirty.Directory)!);

        Assert.Equal(["identify: hub1 flash", "restore: hub1 flash", "certify: "], _seen);
        AssertFree();
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("baseline")]
    [InlineData("watch")]
    [InlineData("re-read")]
    public void A_job_that_is_stopped_in_a_phase_gives_everything_back(string phase)
    {
        using JobBench bench = Bench(also: (happened, _, stop) =>
        {
            if (happened is JobEvent.Progress progress && progress.Phase == phase)
                stop();
        });

        (_, JobResult result) = bench.Run();

        Assert.Equal(Verdict.Aborted, result.Judgement.Verdict);
        AssertFree();
    }

    [Fact]
    public void A_programmer_that_is_gone_holds_nothing()
    {
        using JobBench bench = Bench(also: (happened, virtualBench, _) =>
        {
            if (happened is JobEvent.PhaseStarted { Name: "identify" })
                virtualBench.Programmer.Faults.UnplugAfterUrb = 40;
        });

        (_, JobResult result) = bench.Run();

        Assert.Equal(ErrorClass.Infrastructure, result.Judgement.Class);
        AssertFree();
    }

    [Fact]
    public void A_board_whose_relay_is_stuck_keeps_its_slot_and_the_next_job_is_told()
    {
        using JobBench stuck = Bench(also: (happened, virtualBench, _) =>
        {
            if (happened is JobEvent.Progress { Phase: "baseline" })
                virtualBench.Faults.RelayStuckOn = true;
        });
        (_, JobResult result) = stuck.Run();

        using var next = new JobBench
        {
            Gate = new PhaseGate(_locks, "b02", "psu1", "hub1"),
        };
        (int code, JobResult refused) = next.Run();

        Assert.Equal(Verdict.Error, result.Judgement.Verdict);
        Assert.Contains("relay is stuck", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Contains(
            stuck.Events.OfType<JobEvent.Note>(),
            note => note.Text.Contains("it keeps its slot", StringComparison.Ordinal));
        Assert.Equal(["b01"], _locks.Snapshot().SelectMany(state => state.Holders));
        Assert.Equal((50, ErrorClass.Infrastructure), (code, refused.Judgement.Class));
        Assert.Contains(
            "every slot is kept by a board that could not be shown to be off: b01", refused.Judgement.Reason,
            StringComparison.Ordinal);
        Assert.Equal(Verdict.Error, next.Verify().Judgement.Verdict);
    }

    private JobBench Bench(
        NegativeControl? control = null, Action<JobEvent, VirtualBench, Action>? also = null) => new()
        {
            Control = control,
            Gate = new PhaseGate(_locks, "b01", "psu1", "hub1"),
            Watch = (happened, bench, stop) =>
            {
                if (happened is JobEvent.PhaseStarted started)
                {
                    _seen.Add($"{started.Name}: " + string.Join(
                        ' ', _locks.Snapshot().Where(state => state.Holders.Count > 0)
                            .Select(state => state.Lock.Name)));
                }

                also?.Invoke(happened, bench, stop);
            },
        };

    private void AssertFree() => Assert.All(_locks.Snapshot(), state =>
    {
        Assert.Empty(state.Holders);
        Assert.Empty(state.Waiters);
    });
}
