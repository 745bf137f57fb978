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
                break;
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
                return (mine.Open, mine.Next(JobIdOf), IsOut(mine, course));
            });
            if (open is { Cycle: > 0 } && !LeftJob.IsUntouched(floor.Folder, open.Job))
                return Waits(open) ? null : open;
            if (open is { Cycle: 0 } || (open ?? next) is not { } job || (open is null && done))
                return null;
            if (done || !HasTime())
            {
                Drop(open);
                return null;
            }

            string? failed = floor.Ask(course => course[bench.Id].WhyHopeless(job));
            hopeless += failed is null ? 0 : 1;
            if ((failed ?? ObjectionTo(job)) is not { } objection)
            {
                if (open is null)
                    floor.Happen(job);
                return job;
            }

            if (Refuse(job, objection))
                return null;
        }

        Leave(
            hopeless == skips ? "no image of this run passes here"
                : "something speaks against every image that its board can get",
            needsHands: hopeless < skips);
        return null;
    }

    private static bool IsOut(BenchCourse mine, RunCourse course) =>
        mine.HasLeft is { NeedsHands: true } || mine.IsOwnImageLost || course.StopReason is not null;

    // A job that was to begin when the process ended, and now does not.
    private void Drop(RunEvent.Assigned? job)
    {
        if (job is not null)
            floor.Happen(new RunEvent.Skipped(bench.Id, job.Step, "the run ends before it", Now));
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
        if (!isOut || floor.Ask(course => course[bench.Id].OpenAt(next.Step) is not null))
            floor.Happen(new RunEvent.Skipped(bench.Id, next.Step, objection, Now));
        if (isOut)
            Leave(objection, needsHands: true);
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
        if (await PlayToEndAsync(job, cancel) is not { } digest)
            return false;
        NoteHealth(digest.End.AsJob, digest.Reason);
        if (digest.Verdict != Verdict.Pass)
            OpenRow(); // it may be worse than before
        bool isStopped = digest.Verdict == Verdict.Aborted; // by the deadline: nothing is broken
        if (digest.Dirty && !(isStopped && !floor.Start.Leave))
        {
            Leave("its chip is half-written", needsHands: true);
            return false;
        }

        if (isStopped && (digest.Dirty || digest.NoRecord))
        {
            Leave("the deadline ended its job", needsHands: false);
            return false;
        }

        if (digest.NoRecord && !(digest.MayBeRepeated && job.Attempt <= floor.Start.Repeats))
        {
            Leave(digest.Reason, needsHands: true);
            return false;
        }

        if (floor.Start.StopOnFail && digest.Verdict == Verdict.Fail)
            floor.Happen(new RunEvent.Stopping($"job {job.Job} failed", Now));
        return true;
    }

    // Null if the job has no end now.
    private async Task<JobDigest?> PlayToEndAsync(RunEvent.Assigned job, CancellationToken cancel)
    {
        if (LeftJob.LossOf(floor.Folder, job.Job) is { } loss && LeftJob.Find(floor.Folder, job.Job) is null)
            return GiveUp(job, loss);
        if (floor.Start.UntilUtc <= Now && LeftJob.Find(floor.Folder, job.Job) is not { Job.IsDecided: true })
            return End(job, Overdue(job));
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, floor.Time);
        if (floor.Start.UntilUtc is { } until)
            late.CancelAfter(Positive(until - floor.Time.GetUtcNow() + DeadlineGrace));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        ((JobResult Result, string Directory)? ended, string? unopened) =
            await PlayGuardedAsync(job, () => PlayAsync(job, stop.Token), stop.Token);
        if (unopened is not null)
            return End(job, JobDigest.WithoutRecord(job.Job, unopened, ErrorClass.Infrastructure, Now));
        if (ended is not var (result, directory))
            return late.IsCancellationRequested && !cancel.IsCancellationRequested ? End(job, Overdue(job)) : null;
        if (result.Judgement.Verdict == Verdict.Aborted && cancel.IsCancellationRequested)
            return null; // the run goes on from here, or with this job anew
        return End(job, JobDigest.OfFolder(directory));
    }

    // With the reason if nothing was begun, which ends the job and not the bench.
    private async Task<((JobResult Result, string Directory)? Ended, string? Unopened)> PlayGuardedAsync(
        RunEvent.Assigned job, Func<Task<(JobResult, string)>> play, CancellationToken stop)
    {
        (JobResult, string)? ended = null;
        string? unopened = null;
        await GuardAsync(async () =>
        {
            try
            {
                ended = await play();
            }
            catch (Exception e) when (EndsBench(e) && LeftJob.IsUntouched(floor.Folder, job.Job))
            {
                unopened = e.Message.TrimEnd('.');
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Before the job could say so itself: it is as it was.
            }

            return true;
        });
        return (ended, unopened);
    }

    // The run goes on without it if that cannot be kept.
    private void NoteHealth(HealthEvent? said, string reason)
    {
        FleetPolicy policy = floor.Around.Config.Policy;
        if (said is not { } happened)
            return;
        try
        {
            BenchHealths.StoreOf(floor.Around.Paths).Note(bench.Id, happened, reason, null, policy.BreakerFailures);
        }
        catch (Exception e) when (e is JournalWriteException or IOException or UnauthorizedAccessException)
        {
            floor.Live.Warnings.WriteLine(
                $"flashbench: what bench {bench.Id} has shown is not kept: {e.Message.TrimEnd('.')}.");
        }
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

    private JobDigest End(RunEvent.Assigned job, JobDigest digest)
    {
        floor.Happen(new RunEvent.Done(bench.Id, job.Step, job.Attempt, digest));
        string directory = Path.Combine(floor.Folder, digest.Directory);
        if (Directory.Exists(directory))
        {
            ResultsUpdate.After(
                floor.Around.Paths, directory, new RunPlace(floor.Start.Run, job.Cycle, job.Attempt),
                floor.Live.Warnings);
        }

        return digest;
    }

    // Goes on with what a killed process left of the job, or begins it.
    private async Task<(JobResult, string)> PlayAsync(RunEvent.Assigned job, CancellationToken cancel)
    {
        if (LeftJob.Find(floor.Folder, job.Job) is var (interrupted, left))
        {
            if (interrupted.Start.Bench != bench.Id)
                throw new ResumeRefusedException($"{Path.GetFileName(left)} is a job of another bench");
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
            Keep = bench.IsSimulated && (floor.Start.Keep || floor.Ask(course => course[bench.Id].HasRun)),
            RealTime = RunsInRealTime,
            Image = job.Check ? GoldenImage.Of(bench) : job.Image is int index ? floor.Images[index] : null,
            Policy = job.Image is int which ? floor.Start.Images[which].Policy : null,
            Held = true,
        };
        var fresh = new BoardJob(floor.Around, request, WishesFor(job.Job));
        JobResult result = await fresh.RunAsync(floor.Diagnostics, _row.Hear, cancel);
        return (result, fresh.Directory);
    }

    // Asked for, or because a bench of the run is real. Other benches know no other time.
    private bool RunsInRealTime => bench.Virtual is not null && floor.Shared is null;

    private WorldWishes WishesFor(string job) => new(RunsInRealTime, null, null, floor.Around.MayAsk)
    {
        Shared = floor.Shared,
        JobId = job,
    };

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
        catch (Exception e) when (EndsBench(e))
        {
            if (e is BenchException { Cause: PartCause.Failed or PartCause.Unavailable })
                NoteHealth(HealthEvent.JobFailed, e.Message);
            Leave(e.Message.TrimEnd('.'), needsHands: true);
        }
        catch (Exception bug) when (bug is not (OutOfMemoryException or JournalWriteException))
        {
            floor.Diagnostics.Fatal(bug, "Bench {Bench} is out of the run", bench.Id);
            Leave($"internal error ({bug.GetType().Name}), kept in the diagnostic log", needsHands: true);
        }

        return null;
    }

    private static bool EndsBench(Exception e) =>
        e is BenchException or BenchStateException or UsageException or ResumeRefusedException or EvidenceException
            or ConfigException or CommandFailure { ExitCode: not ExitCodes.CannotWrite };

    private DateTimeOffset Now => floor.Time.GetUtcNow();

    // What needs a person is not forgotten over what needs none.
    private void Leave(string why, bool needsHands)
    {
        RunEvent.Left? before = floor.Ask(course => course[bench.Id].HasLeft);
        floor.Happen(!needsHands && before is { NeedsHands: true }
            ? before with { Why = $"{before.Why}; {why}", Utc = Now }
            : new RunEvent.Left(bench.Id, why, needsHands, Now));
    }

    private string JobIdOf(int step, int attempt) =>
        $"{floor.Start.Run}.{bench.Id}.{step}{(attempt > 1 ? $"r{attempt}" : "")}"; // bench ids have no dots

    // A job that broke early says nothing of how long the next one takes.
    private TimeSpan Expected()
    {
        TimeSpan planned = SoakPlan.JobTime(floor.Around, bench);
        var longest = TimeSpan.FromSeconds(floor.Ask(course => course[bench.Id].LongestSeconds));
        return longest > planned ? longest : planned;
    }

    private TimeSpan ExpectedReturn() => floor.Start.Leave ? TimeSpan.Zero : SoakPlan.ReturnTime(bench);

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
