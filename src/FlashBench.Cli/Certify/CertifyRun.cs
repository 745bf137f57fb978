using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Results;
using FlashBench.Simulation.Faults;
using Serilog;

namespace FlashBench.Cli.Certify;

/// <summary>Wires one `certify` job together and runs it.</summary>
internal sealed class CertifyRun
{
    private readonly CertifyRequest _request;
    private readonly BenchEntry _bench;
    private readonly BenchWorld _world;
    private readonly JobSurroundings _around;
    private readonly BenchPaths _paths;
    private readonly BenchState _state;
    private readonly Bench.Journal.JournalData.Laboratory? _laboratory;
    private readonly byte[]? _image;
    private readonly FaultChoice? _faults;
    private string _directory = "";

    private CertifyRun(ParseResult parse, CertifyRequest request)
    {
        _request = request;
        _around = new JobSurroundings(parse);
        BenchConfig config = _around.Config;
        _image = request.VirtualFlash is { } file ? VirtualFlashFile.Read(file) : null;
        _bench = BenchChoice.Find(config, request.Bench, _image);
        _paths = _around.Paths;
        _laboratory = request.Stated.Over(config.Lab);
        _world = BenchWorld.Of(
            _bench, _paths, config.PowerGroups,
            new WorldWishes(request.RealTime, request.Seed, request.UsbPort, _around.MayAsk));
        _state = _world.State;
        if (_request.Faults is not null && _bench.Virtual is null)
            throw new UsageException($"--faults is for virtual benches, and {_bench.Id} is none");
        _faults = FaultChoice.Of(_request.Faults);
        if (!_world.IsSimulated)
            RefuseOnRealBench();
        if (request.Control is { } control && ControlRules.WhyNot(control, _bench, Profile) is { } refusal)
            throw refusal;
    }

    private DutProfile Profile => DutProfiles.Load(_bench.DutProfile);

    /// <summary>Runs the job.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Execute(ParseResult parse, CertifyRequest request, CancellationToken cancel) =>
        Perform(parse, request, cancel).ExitCode;

    /// <summary>Runs the job, for whoever wants to know more of it than its exit code.</summary>
    public static CertifiedJob Perform(ParseResult parse, CertifyRequest request, CancellationToken cancel) =>
        JobSurroundings.Enter(() =>
        {
            var run = new CertifyRun(parse, request);
            (int code, JobResult result) = run.Run(cancel);
            return new CertifiedJob(code, result, run._directory, run.JobId);
        });

    private string JobId => _request.CommissioningRun is { } run ? $"{_world.JobId}-{run}" : _world.JobId;

    private (int Code, JobResult Result) Run(CancellationToken cancel)
    {
        if (_world.IsSimulated && _request.Keep && _state.DirtyJob(_bench.Id) is { } dirty)
        {
            throw new CommandFailure(
                ExitCodes.Dirty, $"job {dirty} left the chip of bench {_bench.Id} in a state that must not be booted; "
                + "run without --keep to start from a stock image");
        }

        return _around.Run(_bench, (settings, log) => RunJob(settings, log, cancel));
    }

    private (int Code, JobResult Result) RunJob(DisplaySettings settings, ILogger log, CancellationToken cancel)
    {
        JobResult result;
        using (var display = new JobDisplay(settings))
            result = _world.Run(stop => RunOnBenchAsync(log, display, stop), cancel);
        int code = JobExit.CodeOf(result, _request.DryRun);
        log.Information("Job {Job} ended: {Verdict}, exit {Code}", JobId, result.Judgement.Verdict, code);
        ResultsUpdate.After(_paths, _directory, place: null, settings.Error);
        if (_request.CommissioningRun is null)
            ResultText.Write(settings, result, (JobId, _directory), code);
        return (code, result);
    }

    private async Task<JobResult> RunOnBenchAsync(ILogger log, JobDisplay display, CancellationToken cancel)
    {
        _around.ArmCrash();
        // First: a bench in use must leave neither job directory nor reserve.
        var opening = new BenchOpening(_world.IsSimulated && !_request.Keep, _image, display.Note)
        {
            Work = $"job {JobId}",
            Control = _request.Control,
            Faults = _faults,
        };
        string evidence = Path.GetFullPath(_request.Evidence ?? _paths.Evidence);
        await using OpenedBench bench = await _world.OpenAsync(opening, cancel);
        DiskReserve reserve = FreeSpace.Claim(_around.Config, evidence);
        using StationKey key = StationKey.LoadOrCreate(_paths.Keys);
        _directory = JobFolders.Create(evidence, JobId);
        log.Information(
            "Job {Job} on bench {Bench} begins, evidence in {Directory}", JobId, _bench.Id, _directory);
        var folders = new JobFolders(_directory, new Vault(_paths.Vault), _state, key)
        {
            Reserve = reserve,
        };
        if (_state.DirtyJob(_bench.Id) is null) // else the job goes first that left it so
            _state.Open(_bench.Id, _directory);
        if (FaultChoice.DiskOf(bench.Faults) is { } disk)
            DiskFaults.Arm(disk);
        CertifyJob job = _around.JobOn(bench, Options(bench.Faults), folders, _world.Clock(), display);
        JobResult result = await job.RunAsync(cancel);
        if (!result.CanGoOn && _state.OpenJob(_bench.Id) == _directory)
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
        var store = new CommissioningStore(_paths.State);
        if (_request.CommissioningRun is not null || !store.Has(_bench.Id, profile.Id))
            return FoundCommissioning.None;
        return store.Find(
            new CommissioningScope(_bench.Id, profile.Id, profile.Sha256, _world.IsSimulated),
            CertificateCommand.Trusted(_paths.Keys, null), _world.Time.GetUtcNow());
    }

    private CertifyOptions Options(FaultPlan? plan)
    {
        DutProfile profile = Profile;
        FoundCommissioning found = Commissioning(profile);
        return new CertifyOptions
        {
            Job = JobId,
            Bench = _bench.Id,
            Profile = profile,
            Dut = _request.Dut ?? $"virtual-{_bench.Id}",
            BindDut = _request.Dut is not null,
            ConfirmChip = _request.ConfirmChip,
            Operator = _request.Operator ?? "not named",
            Laboratory = _laboratory,
            Host = _world.HostName,
            Software = FlashBenchCommand.Version,
            Require = _request.Require ?? profile.RequiredLevel,
            Control = _request.Control,
            DryRun = _request.DryRun,
            ShortenedWatch = _request.ShortenedWatch,
            SoakMinutes = _request.SoakMinutes,
            Seed = _world.Seed,
            RealTime = _request.RealTime,
            BaselineMinimum = _request.BaselineMinimum,
            Commissioning = found.Valid,
            CommissioningFault = found.Fault,
            FaultPlan = FaultChoice.Words(plan),
            Keys = JobSurroundings.KeysOf(_world.IsSimulated),
            TestKeyName = JobSurroundings.TestKeyOf(_world.IsSimulated),
            Simulated = _world.IsSimulated,
            DrawNonce = _world.DrawNonce,
        };
    }
}

/// <summary>A job that ended in a record.</summary>
/// <param name="ExitCode">The exit code that belongs to it.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="Job">Its id.</param>
internal sealed record CertifiedJob(int ExitCode, JobResult Result, string Directory, string Job);
