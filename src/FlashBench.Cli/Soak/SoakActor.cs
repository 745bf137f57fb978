using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Live;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Fleet;
using FlashBench.Cli.Recovery;
using FlashBench.Cli.Results;
using FlashBench.Hardware;
using FlashBench.Results.Rows;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Soak;

/// <summary>Runs one bench of a soak: its jobs one after the other, then its board's own image back.</summary>
/// <remarks>Whatever goes wrong here ends this bench, never another one; only what keeps the run's log from being true
/// ends them all.</remarks>
internal sealed partial class SoakActor(SoakFloor floor, BenchEntry bench)
{
    private static readonly TimeSpan DeadlineGrace = TimeSpan.FromMinutes(1);

    private const int None = -1; // what the board has

    private readonly Dictionary<int, QuarantineSubject> _subjects = [];
    private readonly RowEvents _row = floor.Live.Events.Row(bench.Id);
    private TimeSpan _longest = TimeSpan.Zero; // of the jobs that ended so far

    /// <summary>Runs the bench to its end.</summary>
    /// <param name="cancel">Stops its job at the next point where the board is in a known state; the run goes on from
    /// there another time.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, floor.MustStop);
        try
        {
            await GuardAsync(async () =>
            {
                OpenRow();
                await RunJobsAsync(stop.Token);
                return true;
            });
        }
        catch (JournalWriteException e)
        {
            floor.Break(e.Message, ExitCodes.CannotWrite);
        }
    }

    private async Task RunJobsAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await IsFitAsync(stop) && Next() is { } job)
        {
            if (!await RunJobAsync(job, stop))
                return;
        }

        if (!stop.IsCancellationRequested)
            await ReturnOwnImageAsync(stop);
    }

    // The job that is under way, or the next one against which nothing speaks; null if none may begin.
    private RunEvent.Assigned? Next()
    {
        int skips = Math.Max(1, floor.Ask(course => course[bench.Id].Bench.Images.Length)), hopeless = 0;
        for (int i = 0; i < skips; i++)
        {
            (RunEvent.Assigned? open, RunEvent.Assigned? next, bool done) = floor.Ask(course =>
            {
                BenchCourse mine = course[bench.Id];
                bool isOut = mine.HasLeft is { NeedsHands: true } || course.StopReason is not null;
                return (mine.Open, mine.Next(JobIdOf), isOut);
            });
            if (open is { Cycle: > 0 })
                return open;
            if (done || open is not null || next is null || !HasTime())
                return null;
            string? failed = floor.Ask(course => course[bench.Id].WhyHopeless(next));
            hopeless += failed is null ? 0 : 1;
            if ((failed ?? ObjectionTo(next)) is not { } objection)
            {
                floor.Happen(next);
                return next;
            }

            if (Refuse(next, objection))
                return null;
        }

        Leave(
            hopeless == skips ? "no image of this run passes here"
                : "something speaks against every image that its board can get",
            needsHands: hopeless < skips);
        return null;
    }

    private string? ObjectionTo(RunEvent.Assigned job) =>
        FleetDoor.Objections(bench, SubjectOf(job), floor.Around.Paths) is [var objection, ..] ? objection : null;

    private bool HasTime()
    {
        bool late = floor.Start.UntilUtc is { } until
            && floor.Time.GetUtcNow() + Expected() + ExpectedReturn() > until;
        if (late)
            Leave("no further job would end by the deadline", needsHands: false);
        return !late;
    }

    // True if the bench is out; false if only this job is.
    private bool Refuse(RunEvent.Assigned next, string objection)
    {
        bool isOut = FleetDoor.Objections(bench, Subject(image: null), floor.Around.Paths).Count > 0;
        if (isOut)
            Leave(objection, needsHands: true);
        else
            floor.Happen(new RunEvent.Skipped(bench.Id, next.Step, objection, floor.Time.GetUtcNow()));
        return isOut;
    }

    // Analysed once: an image does not change while the run has it.
    private QuarantineSubject SubjectOf(RunEvent.Assigned job)
    {
        int image = job.Image ?? None;
        if (!_subjects.TryGetValue(image, out QuarantineSubject? subject))
            _subjects[image] = subject = Subject(image == None ? null : floor.Images[image].File);
        return subject;
    }

    private QuarantineSubject Subject(ReadOnlyMemory<byte>? image) =>
        QuarantineSubjects.Of(bench, floor.Ask(course => course[bench.Id].Bench.Dut), image);

    // False if the bench cannot go on now.
    private async Task<bool> RunJobAsync(RunEvent.Assigned job, CancellationToken cancel)
    {
        if (await PlayToEndAsync(job, cancel) is not { } result)
            return false;
        NoteHealth(JobEnd.Of(result).AsJob, result.Judgement.Reason);
        if (result.Judgement.Verdict != Verdict.Pass)
            OpenRow(); // it may be worse than before
        if (result.Dirty)
        {
            Leave("its chip is half-written", needsHands: true);
            return false;
        }

        if (floor.Start.StopOnFail && result.Judgement.Verdict == Verdict.Fail)
            floor.Happen(new RunEvent.Stopping($"job {job.Job} failed", floor.Time.GetUtcNow()));
        return true;
    }

    // Null if the job has no end now.
    private async Task<JobResult?> PlayToEndAsync(RunEvent.Assigned job, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, floor.Time);
        if (floor.Start.UntilUtc is { } until)
            late.CancelAfter(Positive(until - floor.Time.GetUtcNow() + DeadlineGrace));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        (JobResult Result, string Directory)? ended = await GuardAsync(() => PlayAsync(job, stop.Token));
        if (ended is not var (result, directory))
            return null;
        if (result.Judgement.Verdict == Verdict.Aborted && cancel.IsCancellationRequested)
            return null; // the run goes on from here, or with this job anew
        End(job, directory);
        return result;
    }

    private void NoteHealth(HealthEvent? said, string reason)
    {
        FleetPolicy policy = floor.Around.Config.Policy;
        if (said is { } happened)
            BenchHealths.StoreOf(floor.Around.Paths).Note(bench.Id, happened, reason, null, policy.BreakerFailures);
    }

    // What a live view shows of the bench beside its jobs.
    private void OpenRow()
    {
        string label = floor.Ask(course => course[bench.Id].Bench.Dut) ?? bench.DutProfile;
        string health = HealthRecord.NameOf(BenchHealths.Of(bench, floor.Around.Paths).Health);
        floor.Live.Events.Publish(new LiveEvent.RowOpened(label, health, null, Expected().TotalSeconds)
        {
            Row = bench.Id,
        });
    }

    private void End(RunEvent.Assigned job, string directory)
    {
        JobDigest digest = JobDigest.OfFolder(directory);
        _longest = TimeSpan.FromSeconds(Math.Max(_longest.TotalSeconds, digest.Seconds));
        floor.Happen(new RunEvent.Done(bench.Id, job.Step, job.Attempt, digest));
        ResultsUpdate.After(
            floor.Around.Paths, directory, new RunPlace(floor.Start.Run, job.Cycle, job.Attempt), floor.Live.Warnings);
    }

    // Goes on with what a killed process left of the job, or begins it.
    private async Task<(JobResult, string)> PlayAsync(RunEvent.Assigned job, CancellationToken cancel)
    {
        if (LeftJob.Find(floor.Folder, job.Job) is var (interrupted, left))
        {
            var again = new ResumedBoardJob(floor.Around, interrupted, left, floor.Shared)
            {
                Held = true,
            };
            return (await again.RunAsync(floor.Diagnostics, _row.Hear, cancel), left);
        }

        var request = new CertifyRequest
        {
            Bench = bench.Id,
            Dut = floor.Ask(course => course[bench.Id].Bench.Dut),
            Operator = floor.Start.Operator,
            Evidence = floor.Folder,
            Require = floor.Start.Require is { } level ? Enum.Parse<EvidenceLevel>(level) : null,
            Keep = IsSimulated && (floor.Start.Keep || !IsFirst(job)),
            RealTime = RunsInRealTime,
            Image = job.Check ? GoldenImage.Of(bench) : job.Image is int index ? floor.Images[index] : null,
            Policy = job.Image is int which ? floor.Start.Images[which].Policy : null,
            Held = true,
        };
        var fresh = new BoardJob(floor.Around, request, WishesFor(job.Job));
        JobResult result = await fresh.RunAsync(floor.Diagnostics, _row.Hear, cancel);
        return (result, fresh.Directory);
    }

    private bool IsSimulated => bench.Virtual is not null || bench.Qemu is not null;

    // Asked for, or because a bench of the run is real. Other benches know no other time.
    private bool RunsInRealTime => bench.Virtual is not null && floor.Shared is null;

    private WorldWishes WishesFor(string job) => new(RunsInRealTime, null, null, floor.Around.MayAsk)
    {
        Shared = floor.Shared,
        JobId = job,
    };

    private async Task ReturnOwnImageAsync(CancellationToken cancel)
    {
        (RunEvent.Done? first, bool changed, bool back, RunEvent.Assigned? open) = floor.Ask(course =>
        {
            BenchCourse mine = course[bench.Id];
            return (mine.First, mine.IsChanged, mine.OwnImageIsBack || mine.HasLeft is { NeedsHands: true }, mine.Open);
        });
        if (first is null || !changed || back)
            return;
        if (floor.Start.Leave)
        {
            Leave("its board keeps the last image, as was asked", needsHands: false);
            return;
        }

        await RestoreAsync(first, open, $"{floor.Start.Run}.{bench.Id}", cancel);
    }

    // False if the backup of that job is not back on the chip now.
    private async Task<bool> RestoreAsync(
        RunEvent.Done of, RunEvent.Assigned? open, string id, CancellationToken cancel)
    {
        RunEvent.Assigned job = open ?? new RunEvent.Assigned(bench.Id, of.Step, 0, null, 1, $"{id}-restore");
        if (open is null)
            floor.Happen(job);
        (JobResult Result, string Directory)? ended = await GuardAsync(() => PutBackAsync(of, id, cancel));
        if (ended is not var (result, directory))
            return false;
        if (result.Judgement.Verdict == Verdict.Aborted && cancel.IsCancellationRequested)
            return false;
        End(job, directory);
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

    // What ends this bench alone.
    private async Task<T?> GuardAsync<T>(Func<Task<T>> work)
        where T : struct
    {
        try
        {
            return await work();
        }
        catch (CommandFailure e) when (e.ExitCode == ExitCodes.CannotWrite)
        {
            floor.Break(e.Message, e.ExitCode);
        }
        catch (Exception e) when (e is BenchException or BenchStateException or CommandFailure or UsageException
            or ResumeRefusedException or EvidenceException or ConfigException)
        {
            Leave(e.Message.TrimEnd('.'), needsHands: true);
        }
        catch (Exception bug) when (bug is not (OutOfMemoryException or JournalWriteException))
        {
            floor.Diagnostics.Fatal(bug, "Bench {Bench} is out of the run", bench.Id);
            Leave($"internal error ({bug.GetType().Name}), kept in the diagnostic log", needsHands: true);
        }

        return null;
    }

    private void Leave(string why, bool needsHands) =>
        floor.Happen(new RunEvent.Left(bench.Id, why, needsHands, floor.Time.GetUtcNow()));

    private string JobIdOf(int step, int attempt) =>
        $"{floor.Start.Run}.{bench.Id}.{step}{(attempt > 1 ? $"r{attempt}" : "")}"; // bench ids have no dots

    private TimeSpan Expected() => _longest > TimeSpan.Zero ? _longest : SoakPlan.JobTime(floor.Around, bench);

    private TimeSpan ExpectedReturn() => floor.Start.Leave ? TimeSpan.Zero : SoakPlan.ReturnTime(bench);

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
