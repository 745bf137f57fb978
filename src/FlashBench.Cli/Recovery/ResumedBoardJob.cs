using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Simulation;
using Serilog;

namespace FlashBench.Cli.Recovery;

/// <summary>An interrupted job, wired to its bench again.</summary>
internal sealed class ResumedBoardJob
{
    private readonly JobSurroundings _around;
    private readonly InterruptedJob _interrupted;
    private readonly BenchEntry _bench;
    private CertifyJob? _job;

    /// <summary>Prepares it; nothing is touched.</summary>
    /// <param name="around">Configuration and folders.</param>
    /// <param name="interrupted">The job.</param>
    /// <param name="directory">Its directory, absolute.</param>
    /// <param name="shared">The virtual time that its bench shares with others; null for one of its own.</param>
    /// <exception cref="ResumeRefusedException">The bench is of another kind now.</exception>
    /// <exception cref="UsageException">Its chip was restored meanwhile, or the bench is gone.</exception>
    public ResumedBoardJob(
        JobSurroundings around, InterruptedJob interrupted, string directory, VirtualTime? shared = null)
    {
        (_around, _interrupted, Directory) = (around, interrupted, directory);
        JournalData.JobStart start = interrupted.Start;
        _bench = ConfigSource.Bench(around.Config, start.Bench);
        bool isVirtual = _bench.Virtual is not null;
        var wishes = new WorldWishes(
            isVirtual && start.Request.RealTime, isVirtual ? checked((int)start.Request.Seed) : null, null,
            around.MayAsk)
        {
            GoesOnFrom = interrupted.Last,
            Shared = shared,
        };
        World = BenchWorld.Of(_bench, around.Paths, around.Config.PowerGroups, wishes);
        if (World.IsSimulated ? !start.Simulated : start.Simulated && !HasRealPart(start))
            throw new ResumeRefusedException($"bench {_bench.Id} was {(start.Simulated ? "simulated" : "real")}");
        RefuseSettledBoard();
    }

    /// <summary>True if the process has the bench already, for more than this one job.</summary>
    public bool Held { get; init; }

    /// <summary>The bench.</summary>
    public BenchEntry Bench => _bench;

    /// <summary>Its clock, names and parts.</summary>
    public BenchWorld World { get; }

    /// <summary>The job's directory.</summary>
    public string Directory { get; }

    /// <summary>True while this job's mark of a half-written board is set; also after an exception.</summary>
    public bool ChipHalfWritten => _job is { ChipHalfWritten: true };

    /// <summary>Takes the bench and goes on; within <see cref="BenchWorld.Run"/> of its world.</summary>
    /// <inheritdoc cref="BoardJob.RunAsync"/>
    public async Task<JobResult> RunAsync(ILogger log, Action<JobEvent> listener, CancellationToken cancel)
    {
        _around.ArmCrash();
        using StationKey key = StationKey.LoadOrCreate(_around.Paths.Keys);
        var folders = new JobFolders(Directory, new Vault(_around.Paths.Vault), World.State, key)
        {
            Reserve = _around.Reserve(Directory),
        };
        log.Information(
            "Job {Job} on bench {Bench} goes on in {Directory}", _interrupted.Start.Job, _bench.Id, Directory);
        JobResult result = _interrupted.IsDecided
            ? CertifyJob.Rebuild(folders, _interrupted)
            : await GoOnAsync(folders, listener, cancel);
        if (!result.CanGoOn && World.State.OpenJob(_bench.Id) == Directory)
            World.State.Close(_bench.Id);
        return result;
    }

    // One simulated part marks a job; a wired bench has others, a virtual one has not.
    private static bool HasRealPart(JournalData.JobStart start) => start.Parts.Any(part => !part.Simulated);

    // Blocks that the job had written count as written. After a restore they are not, and the board is whole.
    private void RefuseSettledBoard()
    {
        if (_interrupted.IsDirty && !_interrupted.IsDecided && World.State.DirtyJob(_bench.Id) is null
            && World.State.OpenJob(_bench.Id) != Directory)
        {
            throw new UsageException(
                $"job {_interrupted.Start.Job} cannot go on: the chip that it left half-written was restored or "
                + "replaced; run it anew");
        }
    }

    private async Task<JobResult> GoOnAsync(JobFolders folders, Action<JobEvent> listener, CancellationToken cancel)
    {
        var opening = new BenchOpening(Fresh: false, Image: null, text => listener(new JobEvent.Note(text)))
        {
            Work = $"job {_interrupted.Start.Job}",
            Held = Held,
            Control = NegativeControls.Find(_interrupted.Start.Control),
            BaselineDone = _interrupted.IsBaselineWatched,
        };
        await using OpenedBench opened = await World.OpenAsync(opening, cancel);
        bool simulated = World.IsSimulated;
        CertifyOptions options = _interrupted.Options(
            DutProfiles.Load(_bench.DutProfile), JobSurroundings.KeysOf(simulated),
            JobSurroundings.TestKeyOf(simulated), World.DrawNonce);
        _job = _around.JobOn(opened, options, folders, World.ClockOf(_interrupted), listener);
        return await _job.ResumeAsync(_interrupted, cancel);
    }
}
