using FlashBench.Bench;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Fleet;

namespace FlashBench.Cli.Soak;

/// <content>What a killed process left, where a job does not go on.</content>
internal sealed partial class SoakActor
{
    // Its backup is what the board came with: what the chip holds now is not.
    private JobDigest GiveUp(RunEvent.Assigned job, LostJob loss) => End(
        job,
        JobDigest.WithoutRecord(
            job.Job, $"job {Path.GetFileName(loss.Directory)} was interrupted and cannot go on: {loss.Why}",
            ErrorClass.Configuration, Now) with
        {
            Directory = Path.GetFileName(loss.Directory),
            BackupSha256 = loss.BackupSha256,
            Written = true, // as far as anybody knows
        });

    // True while somebody works on the bench: what was under way stays so, unless it needs no board any more.
    private bool Waits(RunEvent.Assigned job)
    {
        HealthRecord said = BenchHealths.StoreOf(floor.Around.Paths).Read(bench.Id); // by a person, not by a mark
        if (said is not { Health: BenchHealth.Maintenance or BenchHealth.Retired }
            || LeftJob.Find(floor.Folder, job.Job) is { Job.IsDecided: true })
        {
            return false;
        }

        Leave($"bench {bench.Id} is {said}, so job {job.Job} waits", needsHands: true);
        return true;
    }

    // What a killed process left of a job, and the deadline did not wait for. It may be half-written: its backup goes
    // back.
    private JobDigest Overdue(RunEvent.Assigned job)
    {
        JobDigest none = JobDigest.WithoutRecord(
            job.Job, "the deadline was over before it could go on", ErrorClass.Canceled, Now) with
        {
            Verdict = Verdict.Aborted,
        };
        if (LeftJob.Find(floor.Folder, job.Job) is not var (left, directory))
            return none;
        bool written = left.Records.Any(record => record.Data is JournalData.Dirty);
        BenchState state = BenchHealths.StateOf(bench, floor.Around.Paths);
        if (!written && state.OpenJob(bench.Id) == directory)
            state.Close(bench.Id); // there is nothing to put back
        return none with
        {
            Directory = Path.GetFileName(directory),
            BackupSha256 = left.BackupSha256,
            Written = written,
            Dirty = left.IsDirty,
        };
    }
}
