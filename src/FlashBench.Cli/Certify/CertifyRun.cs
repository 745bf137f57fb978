using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Diagnostics;
using FlashBench.Cli.Progress;
using FlashBench.Firmware.Formats;
using FlashBench.Simulation;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;
using Serilog;

namespace FlashBench.Cli.Certify;

/// <summary>Wires one `certify` job on a virtual bench together and runs it.</summary>
internal sealed class CertifyRun
{
    private const string TestKeyName = "FlashBench test key";

    private readonly CertifyRequest _request;
    private readonly ParseResult _parse;
    private readonly BenchEntry _bench;
    private readonly VirtualBenchEntry _virtual;
    private readonly BenchPaths _paths;
    private readonly BenchState _state;
    private readonly byte[]? _image;
    private readonly KeyRing _keys = KeyRing.Intel.With(TestKeyName, TestKey.FingerprintSha256);
    private string _directory = "";
    private CertifyJob? _job;

    private CertifyRun(ParseResult parse, CertifyRequest request)
    {
        (_parse, _request) = (parse, request);
        BenchConfig config = ConfigSource.Load(parse);
        _image = request.VirtualFlash is { } file ? VirtualFlashFile.Read(file) : null;
        _bench = BenchChoice.Find(config, request.Bench, _image, _keys);
        _virtual = _bench.Virtual ?? throw new CommandFailure(
            ExitCodes.Configuration, $"bench {_bench.Id} has a programmer only: certify needs relay, sensor and "
            + "console too; the flash verbs work on it");
        _paths = ConfigSource.Paths(config);
        _state = VirtualStore.StateOf(_paths, _bench.Id);
    }

    /// <summary>Runs the job.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Execute(ParseResult parse, CertifyRequest request, CancellationToken cancel)
    {
        try
        {
            return new CertifyRun(parse, request).Run(cancel);
        }
        catch (StationKeyException e)
        {
            throw new CommandFailure(ExitCodes.Permission, e.Message);
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    private int Run(CancellationToken cancel)
    {
        if (_request.Keep && _state.DirtyJob(_bench.Id) is { } dirty)
        {
            throw new CommandFailure(
                ExitCodes.Dirty, $"job {dirty} left the chip of bench {_bench.Id} in a state that must not be booted; "
                + "run without --keep to start from a stock image");
        }

        using DiagnosticLog diagnostics = DiagnosticLog.Create(_paths.Log);
        var settings = DisplaySettings.From(_parse);
        if (diagnostics.Warning is { } warning)
            settings.Error.WriteLine($"flashbench: {warning}.");
        try
        {
            return RunJob(settings, diagnostics.Log, cancel);
        }
        catch (Exception fault) when (JobExit.OfEscape(fault, _job is { ChipHalfWritten: true }) is { } failure)
        {
            diagnostics.Log.Error(fault, "The job ended without a record, exit {Code}", failure.ExitCode);
            throw failure;
        }
    }

    private int RunJob(DisplaySettings settings, ILogger log, CancellationToken cancel)
    {
        var world = new VirtualWorld(
            _bench, _request.Seed ?? _virtual.Seed, _request.RealTime, overUsb: _request.UsbPort is not null);
        JobResult result;
        using (var display = new JobDisplay(settings))
            result = world.Run(stop => RunOnBenchAsync(world, log, display, stop), cancel);
        int code = JobExit.CodeOf(result, _request.DryRun);
        log.Information("Job {Job} ended: {Verdict}, exit {Code}", world.JobId, result.Judgement.Verdict, code);
        ResultText.Write(settings, result.Judgement, (world.JobId, _directory), code);
        return code;
    }

    private async Task<JobResult> RunOnBenchAsync(
        VirtualWorld world, ILogger log, JobDisplay display, CancellationToken cancel)
    {
        await using VirtualBench bench = OpenBench(world); // first: a bench in use must leave no empty job directory
        await using ProgrammerOverUsb? usb = _request.UsbPort is { } port
            ? await world.ExportAsync(bench, port, display.Note)
            : null;
        using StationKey key = StationKey.LoadOrCreate(_paths.Keys);
        _directory = JobFolders.Create(Path.GetFullPath(_request.Evidence ?? _paths.Evidence), world.JobId);
        log.Information(
            "Job {Job} on bench {Bench} begins, evidence in {Directory}", world.JobId, _bench.Id, _directory);
        var folders = new JobFolders(_directory, new Vault(_paths.Vault), _state, key);
        CrashPoint? crash = CrashPoint.FromEnvironment();
        _job = new CertifyJob(world.Parts(bench, usb), Options(world), folders, world.Clock())
        {
            Listener = new JobEvents(display).Show,
            JournalProbe = crash is null ? null : crash.At,
        };
        return await _job.RunAsync(cancel);
    }

    private VirtualBench OpenBench(VirtualWorld world)
    {
        string path = VirtualStore.FlashOf(_paths, _bench.Id);
        if (_request.Keep && _image is null && File.Exists(path))
            return world.Open(path);
        return VirtualStore.Create(world, path, _image ?? world.GenerateImage(), _state, _bench.Id);
    }

    private CertifyOptions Options(VirtualWorld world)
    {
        DutProfile profile = DutProfiles.Load(_bench.DutProfile);
        return new CertifyOptions
        {
            Job = world.JobId,
            Bench = _bench.Id,
            Profile = profile,
            Dut = _request.Dut ?? $"virtual-{_bench.Id}",
            BindDut = _request.Dut is not null,
            ConfirmChip = _request.ConfirmChip,
            Operator = _request.Operator ?? "not named",
            Host = world.HostName,
            Software = FlashBenchCommand.Version,
            Require = _request.Require ?? profile.RequiredLevel,
            Control = _request.Control,
            DryRun = _request.DryRun,
            Keys = _keys,
            TestKeyName = TestKeyName,
            Simulated = true,
            DrawNonce = world.DrawNonce,
        };
    }
}
