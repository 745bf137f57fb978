using FlashBench.Bench;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Fleet;
using FlashBench.Cli.Recovery;

namespace FlashBench.Cli.Soak;

/// <content>The way back: every board gets what it came with.</content>
internal sealed partial class SoakActor
{
    private const string Restoring = "-restore"; // RestoringBoardJob.Id

    // Whatever ended the jobs. A chip that something broken left half-written is left to a person, and so is a bench on
    // which somebody works.
    private async Task ReturnOwnImageAsync(CancellationToken cancel)
    {
        (RunEvent.Done? first, bool needsIt, bool lost, RunEvent.Assigned? open) = floor.Ask(course =>
        {
            BenchCourse mine = course[bench.Id];
            bool isBroken = mine.IsDirty && mine.Latest is not { Digest.Verdict: Verdict.Aborted };
            return (mine.First, mine.IsChanged && !mine.OwnImageIsBack && !isBroken, mine.IsOwnImageLost, mine.Open);
        });
        if (open is { Cycle: > 0 })
            return;
        if (lost)
            Leave("no backup of what its board came with can be found", needsHands: true);
        if (first is null || !needsIt)
            return;
        if (floor.Start.Leave)
        {
            Leave("its board keeps the last image, as was asked", needsHands: false);
            return;
        }

        string remedy = $"`flashbench restore {Path.Combine(floor.Folder, first.Digest.Directory)}` puts its own back";
        HealthRecord said = BenchHealths.StoreOf(floor.Around.Paths).Read(bench.Id); // by a person, not by a mark
        if (said is { Health: BenchHealth.Maintenance or BenchHealth.Retired })
        {
            Leave($"bench {bench.Id} is {said}, so its board keeps the last image: {remedy}", needsHands: true);
            return;
        }

        if (!await RestoreAsync(first, open, $"{floor.Start.Run}.{bench.Id}", cancel)
            && !cancel.IsCancellationRequested)
        {
            string why = floor.Ask(course => course[bench.Id].HasLeft?.Why) ?? "its own image could not be put back";
            Leave($"{why}; its board keeps the last image: {remedy}", needsHands: true);
        }
    }

    // False if the backup of that job is not back on the chip now.
    private async Task<bool> RestoreAsync(
        RunEvent.Done of, RunEvent.Assigned? open, string id, CancellationToken cancel)
    {
        RunEvent.Assigned job = open ?? new RunEvent.Assigned(bench.Id, of.Step, 0, null, 1, id + Restoring);
        if (open is null)
            floor.Happen(job);
        ((JobResult Result, string Directory)? ended, string? unopened) =
            await PlayGuardedAsync(job, () => PutBackAsync(of, job, cancel), cancel);
        if (unopened is not null)
        {
            End(job, JobDigest.WithoutRecord(job.Job, unopened, ErrorClass.Infrastructure, Now));
            Leave($"its own image could not be put back: {unopened}", needsHands: true);
            return false;
        }

        if (ended is not var (result, directory))
            return false;
        if (result.Judgement.Verdict == Verdict.Aborted && cancel.IsCancellationRequested)
            return false;
        JobDigest digest = End(job, JobDigest.OfFolder(directory));
        if (!digest.IsRestored)
            Leave($"its own image could not be put back: {result.Judgement.Reason}", needsHands: true);
        return digest.IsRestored;
    }

    private async Task<(JobResult, string)> PutBackAsync(
        RunEvent.Done first, RunEvent.Assigned job, CancellationToken cancel)
    {
        BackupToRestore backup = BackupToRestore.OfJob(Path.Combine(floor.Folder, first.Digest.Directory))
            ?? throw new EvidenceException(JournalWriter.FileName, 0, $"{first.Digest.Directory} took no backup");
        string id = job.Job.EndsWith(Restoring, StringComparison.Ordinal) ? job.Job[..^Restoring.Length] : job.Job;
        BenchWorld world = BenchWorld.Of(
            bench, floor.Around.Paths, floor.Around.Config.PowerGroups, WishesFor(id));
        var restoring = new RestoringBoardJob(
            floor.Around, world, (bench, backup.Behind(Unfinished(job))), floor.Folder)
        {
            Held = true,
        };
        JobResult result = await restoring.RunAsync(_row.Hear, cancel);
        return (result, restoring.Directory);
    }

    // Jobs that a kill may have ended amid a block: the latest one, and this one so far.
    private IEnumerable<string> Unfinished(RunEvent.Assigned job)
    {
        string? latest = floor.Ask(course => course[bench.Id].Latest?.Digest.Directory);
        return JobFolders.Of(floor.Folder, job.Job).Concat(latest is null ? [] : [Path.Combine(floor.Folder, latest)]);
    }
}
