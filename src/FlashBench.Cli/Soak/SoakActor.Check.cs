using FlashBench.Bench;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Fleet;

namespace FlashBench.Cli.Soak;

/// <content>Health checks: a bench of which nobody knows whether it works shows it before it gets a job.</content>
internal sealed partial class SoakActor
{
    // Whatever a killed process left of this is brought to its end first: the check, what it says, the own image.
    private async Task<bool> IsFitAsync(CancellationToken cancel)
    {
        BenchStanding now = Standing();
        if (now.Open is { Check: true } || now is { Open: null, Checked: null } && WantsCheck(now))
        {
            if (!await CheckAsync(now, cancel))
                return false;
            now = Standing();
        }

        return now.Checked is not { } check || await ConcludeCheckAsync(check, now, cancel);
    }

    private bool WantsCheck(BenchStanding now) => floor.Start.Check && now.MayBeChecked && !now.IsOut
        && BenchHealths.Of(bench, floor.Around.Paths).Health is BenchHealth.Unknown or BenchHealth.Bad;

    // False if the check has no end now.
    private async Task<bool> CheckAsync(BenchStanding now, CancellationToken cancel)
    {
        if (now.Open is { } left ? Waits(left) : !HasTime())
            return false;
        RunEvent.Assigned check = now.Open ?? new RunEvent.Assigned(
            bench.Id, now.Step, 0, null, 1, CheckIdAt(now.Step))
        { Check = true };
        if (now.Open is null)
            floor.Happen(check);
        return await PlayToEndAsync(check, cancel) is not null;
    }

    // The golden image does not stay, whatever it showed: the board gets what it came with, also amid a run.
    private async Task<bool> ConcludeCheckAsync(RunEvent.Done check, BenchStanding now, CancellationToken cancel)
    {
        JobDigest digest = check.Digest;
        bool passed = digest.Verdict == Verdict.Pass;
        if (!now.IsCheckConcluded) // once more after a kill, which changes nothing
        {
            NoteHealth(digest.End.AsCheck, $"health check {digest.Job} "
                + (passed ? "passed" : $"did not pass: {digest.Reason}"));
        }
        else
        {
            passed |= BenchHealths.Of(bench, floor.Around.Paths).Health == BenchHealth.Good; // somebody has said so
        }

        if (digest.Dirty && digest.Verdict != Verdict.Aborted) // one that the deadline stopped is undone
        {
            Leave("its chip is half-written", needsHands: true);
            return false;
        }

        if (digest.Written && !now.OwnImageIsBack
            && !await RestoreAsync(now.First ?? check, now.Open, CheckIdAt(check.Step), cancel))
        {
            return false;
        }

        if (!passed && !now.IsOut)
            Leave($"its health check did not pass: {digest.Reason}", needsHands: true);
        return passed;
    }

    private string CheckIdAt(int step) => $"{floor.Start.Run}.{bench.Id}.{step}-check";

    private BenchStanding Standing() => floor.Ask(course =>
    {
        BenchCourse mine = course[bench.Id];
        return new BenchStanding(mine.Open, mine.Checked, mine.Step)
        {
            First = mine.First,
            IsCheckConcluded = mine.IsCheckConcluded,
            MayBeChecked = mine.MayBeChecked,
            OwnImageIsBack = mine.OwnImageIsBack,
            IsOut = IsOut(mine, course),
        };
    });

    private sealed record BenchStanding(RunEvent.Assigned? Open, RunEvent.Done? Checked, int Step)
    {
        public required RunEvent.Done? First { get; init; }

        public required bool IsCheckConcluded { get; init; }

        public required bool MayBeChecked { get; init; }

        public required bool OwnImageIsBack { get; init; }

        public required bool IsOut { get; init; }
    }
}
