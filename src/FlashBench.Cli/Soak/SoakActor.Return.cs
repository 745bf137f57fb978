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
    // Whatever ended the jobs. A half-written chip is left to a person, and so is a bench on which somebody works.
    private async Task ReturnOwnImageAsync(CancellationToken cancel)
    {
        (RunEvent.Done? first, bool changed, bool back, RunEvent.Assigned? open) = floor.Ask(course =>
        {
            BenchCourse mine = course[bench.Id];
            return (mine.First, mine.IsChanged, mine.OwnImageIsBack || mine.IsDirty, mine.Open);
        });
        if (first is null || !changed || back || open is { Cycle: > 0 })
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
        RunEvent.Assigned job = open ?? new RunEvent.Assigned(bench.Id, of.Step, 0, null, 1, $"{id}-restore");
        if (open is null)
            floor.Happen(job);
        ((JobResult Result, string Directory)? ended, string? unopened) =
            await PlayGuardedAsync(job, () => PutBackAsync(of, id, cancel));
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
        End(job, JobDigest.OfFolder(directory));
        bool isBack = floor.Ask(course => course[bench.Id].OwnImageIsBack);
        if (!isBack)
            Leave($"its own image could not be put back: {result.Judgement.Reason}", needsHands: true);
        return isBack;
    }

    private async Task<(JobResult, string)> PutBackAsync(RunEvent.Done first, string id, CancellationToken cancel)
    {
        string directory = Path.Combine(floor.Folder, first.Digest.Directory);
        BackupToRestore backup = BackupToRestore.OfJob(directory)
            ?? throw new EvidenceException(JournalWriter.FileName, 0, $"{first.Digest.Directory} took no backup");
        BenchWorld world = BenchWorld.Of(
            bench, floor.Around.Paths, floor.Around.Config.PowerGroups, WishesFor(id));
        var restoring = new RestoringBoardJob(floor.Around, world, (bench, backup), floor.Folder)
        {
            Held = true,
        };
        JobResult result = await restoring.RunAsync(_row.Hear, cancel);
        return (result, restoring.Directory);
    }
}
