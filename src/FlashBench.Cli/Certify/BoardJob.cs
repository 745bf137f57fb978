using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Fleet;
using FlashBench.Firmware.Neutralization;
using FlashBench.Simulation.Faults;
using Serilog;

namespace FlashBench.Cli.Certify;

/// <summary>One `certify` job, wired to its bench. What speaks against it is said before the bench is taken.</summary>
internal sealed class BoardJob
{
    private readonly JobSurroundings _around;
    private readonly CertifyRequest _request;
    private readonly BenchEntry _bench;
    private readonly BenchState _state;
    private readonly JournalData.Laboratory? _laboratory;
    private readonly byte[]? _image;
    private readonly FaultChoice? _faults;
    private readonly IReadOnlyList<string> _overruled;
    private CertifyJob? _job;

    /// <summary>Prepares the job; nothing is touched.</summary>
    /// <exception cref="UsageException">What is asked does not fit the bench.</exception>
    /// <exception cref="CommandFailure">The bench cannot do it.</exception>
    public BoardJob(JobSurroundings around, CertifyRequest request, WorldWishes wishes)
    {
        (_around, _request) = (around, request);
        BenchConfig config = around.Config;
        _image = request.VirtualFlash;
        _bench = BenchChoice.Find(config, request.Bench, _image);
        _laboratory = request.Stated.Over(config.Lab);
        World = BenchWorld.Of(_bench, around.Paths, config.PowerGroups, wishes);
        _state = World.State;
        if (request.Faults is not null && _bench.Virtual is null)
            throw new UsageException($"--faults is for virtual benches, and {_bench.Id} is none");
        _faults = FaultChoice.Of(request.Faults);
        if (!World.IsSimulated)
            RefuseOnRealBench();
        if (request.Image is { } image)
            ImageOptions.RefuseUnfit(image, Profile, JobSurroundings.KeysOf(World.IsSimulated));
        if (request.Control is { } control && ControlRules.WhyNot(control, _bench, Profile) is { } refusal)
            throw refusal;
        _overruled = request.Insists is { } insists
            ? FleetDoor.Refuse(_bench, Wanted(), around.Paths, insists)
            : [];
    }

    /// <summary>The bench.</summary>
    public BenchEntry Bench => _bench;

    /// <summary>Its clock, names and parts.</summary>
    public BenchWorld World { get; }

    /// <summary>The job's id.</summary>
    public string Id => _request.CommissioningRun is { } run ? $"{World.JobId}-{run}" : World.JobId;

    /// <summary>The job's directory; empty until the bench was taken.</summary>
    public string Directory { get; private set; } = "";

    /// <summary>True while this job's mark of a half-written board is set; also after an exception.</summary>
    public bool ChipHalfWritten => _job is { ChipHalfWritten: true };

    private DutProfile Profile => DutProfiles.Load(_bench.DutProfile);

    private QuarantineSubject Wanted() =>
        QuarantineSubjects.Of(_bench, _request.Dut, _request.Image?.File ?? _image);

    /// <summary>Takes the bench and runs the job; within <see cref="BenchWorld.Run"/> of its world.</summary>
    /// <param name="log">The diagnostic log.</param>
    /// <param name="listener">Told what happens, on the job's own thread.</param>
    /// <param name="cancel">Stops it at the next point where the board is in a known state.</param>
    public async Task<JobResult> RunAsync(ILogger log, Action<JobEvent> listener, CancellationToken cancel)
    {
        _around.ArmCrash();
        // First: a bench in use must leave neither job directory nor reserve.
        var opening = new BenchOpening(
            World.IsSimulated && !_request.Keep, _image, text => listener(new JobEvent.Note(text)))
        {
            Work = $"job {Id}",
            Held = _request.Held,
            Control = _request.Control,
            Published = _request.Image?.File,
            Faults = _faults,
        };
        string evidence = Path.GetFullPath(_request.Evidence ?? _around.Paths.Evidence);
        await using OpenedBench bench = await World.OpenAsync(opening, cancel);
        DiskReserve reserve = FreeSpace.Claim(_around.Config, evidence);
        using StationKey key = StationKey.LoadOrCreate(_around.Paths.Keys);
        Directory = JobFolders.Create(evidence, Id);
        log.Information("Job {Job} on bench {Bench} begins, evidence in {Directory}", Id, _bench.Id, Directory);
        var folders = new JobFolders(Directory, new Vault(_around.Paths.Vault), _state, key)
        {
            Reserve = reserve,
        };
        if (_state.DirtyJob(_bench.Id) is null) // else the job goes first that left it so
            _state.Open(_bench.Id, Directory);
        if (FaultChoice.DiskOf(bench.Faults) is { } disk)
            DiskFaults.Arm(disk);
        _job = _around.JobOn(bench, Options(bench.Faults), folders, World.Clock(), listener);
        JobResult result = await _job.RunAsync(cancel);
        if (!result.CanGoOn && _state.OpenJob(_bench.Id) == Directory)
            _state.Close(_bench.Id);
        return result;
    }

    // A record of a real board names it, and nothing about it is made up.
    private void RefuseOnRealBench()
    {
        if (_request.Keep || _image is not null)
        {
            throw new UsageException(
                $"--keep and --virtual-flash are for simulated chips, and that of bench {_bench.Id} is real");
        }

        if (_request.Dut is null)
            throw new UsageException($"bench {_bench.Id} is real: name its board with --dut SERIAL");
        if (_bench.PowerSensor is { IsYesOrNo: true })
        {
            throw new CommandFailure(
                ExitCodes.Configuration, $"the power sensor of bench {_bench.Id} is two yes-or-no lines, which cannot "
                + "be told from a sensor that is stuck: a watch needs rail or supply as a number");
        }
    }

    private FoundCommissioning Commissioning(DutProfile profile)
    {
        var store = new CommissioningStore(_around.Paths.State);
        if (_request.CommissioningRun is not null || !store.Has(_bench.Id, profile.Id))
            return FoundCommissioning.None;
        return store.Find(
            new CommissioningScope(_bench.Id, profile.Id, profile.Sha256, World.IsSimulated),
            CertificateCommand.Trusted(_around.Paths.Keys, null), World.Time.GetUtcNow());
    }

    private CertifyOptions Options(FaultPlan? plan)
    {
        DutProfile profile = Profile;
        FoundCommissioning found = Commissioning(profile);
        return new CertifyOptions
        {
            Job = Id,
            Bench = _bench.Id,
            Profile = profile,
            Dut = _request.Dut ?? $"virtual-{_bench.Id}",
            BindDut = _request.Dut is not null,
            ConfirmChip = _request.ConfirmChip,
            Operator = _request.Operator ?? "not named",
            Laboratory = _laboratory,
            Host = World.HostName,
            Software = FlashBenchCommand.Version,
            Require = _request.Require ?? profile.RequiredLevel,
            Policy = _request.Policy ?? NeutralizationPolicy.Purism,
            Control = _request.Control,
            Image = _request.Image,
            DryRun = _request.DryRun,
            ShortenedWatch = _request.ShortenedWatch,
            SoakMinutes = _request.SoakMinutes,
            Seed = World.Seed,
            RealTime = _request.RealTime,
            BaselineMinimum = _request.BaselineMinimum,
            Commissioning = found.Valid,
            CommissioningFault = found.Fault,
            FaultPlan = FaultChoice.Words(plan),
            Overruled = _overruled,
            Keys = JobSurroundings.KeysOf(World.IsSimulated),
            TestKeyName = JobSurroundings.TestKeyOf(World.IsSimulated),
            Simulated = World.IsSimulated,
            DrawNonce = World.DrawNonce,
        };
    }
}
