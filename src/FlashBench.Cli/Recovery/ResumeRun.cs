using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Diagnostics;
using FlashBench.Cli.Progress;
using FlashBench.Firmware.Formats;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;
using Serilog;

namespace FlashBench.Cli.Recovery;

/// <summary>Wires one interrupted job together again and runs it to its end.</summary>
internal sealed class ResumeRun
{
    private readonly ParseResult _parse;
    private readonly string _directory;
    private readonly InterruptedJob _interrupted;
    private readonly BenchConfig _config;
    private readonly BenchPaths _paths;
    private CertifyJob? _job;

    private ResumeRun(ParseResult parse, string directory)
    {
        (_parse, _directory) = (parse, directory);
        _config = ConfigSource.Load(parse);
        _paths = ConfigSource.Paths(_config);
        _interrupted = InterruptedJob.Read(directory);
    }

    /// <summary>Goes on with the job of a directory.</summary>
    /// <returns>The exit code of the process, as `certify` would have returned it.</returns>
    public static int Execute(ParseResult parse, string directory, CancellationToken cancel)
    {
        try
        {
            return new ResumeRun(parse, directory).Run(cancel);
        }
        catch (StationKeyException e)
        {
            throw new CommandFailure(ExitCodes.Permission, e.Message);
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{directory}: {e.Message}");
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    private int Run(CancellationToken cancel)
    {
        if (_interrupted.IsDecided && File.Exists(Path.Combine(_directory, DsseEnvelope.FileName)))
            throw new UsageException($"job {_interrupted.Start.Job} has ended: `flashbench status` shows how");
        if (!_interrupted.IsDecided && _interrupted.Refusal(FlashBenchCommand.Version) is { } reason)
            throw Refused(reason);
        using DiagnosticLog diagnostics = DiagnosticLog.Create(_paths.Log);
        var settings = DisplaySettings.From(_parse);
        if (diagnostics.Warning is { } warning)
            settings.Error.WriteLine($"flashbench: {warning}.");
        try
        {
            return RunJob(settings, diagnostics.Log, cancel);
        }
        catch (ResumeRefusedException e) when (e.ChipIsWhole)
        {
            throw new CommandFailure(ExitCodes.Usage, $"job {_interrupted.Start.Job} cannot go on: {e.Message}");
        }
        catch (ResumeRefusedException e)
        {
            throw Refused(e.Message, e.OtherBoard ? ExitCodes.BadInput : ExitCodes.Usage);
        }
        catch (Exception fault) when (JobExit.OfEscape(fault, _job is { ChipHalfWritten: true }) is { } failure)
        {
            diagnostics.Log.Error(fault, "The job ended without a record, exit {Code}", failure.ExitCode);
            throw failure;
        }
    }

    private int RunJob(DisplaySettings settings, ILogger log, CancellationToken cancel)
    {
        JournalData.JobStart start = _interrupted.Start;
        BenchEntry bench = ConfigSource.Bench(_config, start.Bench);
        bool mayAsk = !_parse.GetValue(GlobalOptions.NonInteractive) && !Console.IsInputRedirected;
        bool isVirtual = bench.Virtual is not null;
        var wishes = new WorldWishes(
            isVirtual && start.Request.RealTime, isVirtual ? checked((int)start.Request.Seed) : null, null, mayAsk)
        {
            GoesOnFrom = _interrupted.Last,
        };
        BenchWorld world = BenchWorld.Of(bench, _paths, _config.PowerGroups, wishes);
        if (world.IsSimulated != start.Simulated)
            throw new ResumeRefusedException($"bench {bench.Id} was {(start.Simulated ? "simulated" : "real")}");
        if (bench.Relays?.HasOperator == true)
            settings = settings with { Terminal = false }; // bars would wipe the instructions away
        JobResult result;
        using (var display = new JobDisplay(settings))
            result = world.Run(stop => RunOnBenchAsync(world, bench, log, display, stop), cancel);
        int code = JobExit.CodeOf(result, start.Request.DryRun);
        log.Information("Job {Job} ended: {Verdict}, exit {Code}", start.Job, result.Judgement.Verdict, code);
        ResultText.Write(settings, result, (start.Job, _directory), code);
        return code;
    }

    private async Task<JobResult> RunOnBenchAsync(
        BenchWorld world, BenchEntry bench, ILogger log, JobDisplay display, CancellationToken cancel)
    {
        using StationKey key = StationKey.LoadOrCreate(_paths.Keys);
        var folders = new JobFolders(_directory, new Vault(_paths.Vault), world.State, key)
        {
            Reserve = FreeSpace.Claim(_config, Path.GetDirectoryName(_directory)!),
        };
        log.Information(
            "Job {Job} on bench {Bench} goes on in {Directory}", _interrupted.Start.Job, bench.Id, _directory);
        JobResult result = _interrupted.IsDecided
            ? CertifyJob.Rebuild(folders, _interrupted)
            : await GoOnAsync(world, bench, folders, display, cancel);
        if (!result.CanGoOn && world.State.OpenJob(bench.Id) == _directory)
            world.State.Close(bench.Id);
        return result;
    }

    private async Task<JobResult> GoOnAsync(
        BenchWorld world, BenchEntry bench, JobFolders folders, JobDisplay display, CancellationToken cancel)
    {
        var opening = new BenchOpening(Fresh: false, Image: null, display.Note)
        {
            Work = $"job {_interrupted.Start.Job}",
            Control = NegativeControls.Find(_interrupted.Start.Control),
        };
        await using OpenedBench opened = await world.OpenAsync(opening, cancel);
        KeyRing keys = world.IsSimulated
            ? KeyRing.Intel.With(CertifyRun.TestKeyName, TestKey.FingerprintSha256)
            : KeyRing.Intel; // rule I7
        CertifyOptions options = _interrupted.Options(
            DutProfiles.Load(bench.DutProfile), keys, world.IsSimulated ? CertifyRun.TestKeyName : null,
            world.DrawNonce);
        CrashPoint? crash = CrashPoint.FromEnvironment();
        _job = new CertifyJob(opened.Parts, options, folders, world.ClockOf(_interrupted))
        {
            Listener = new JobEvents(display).Show,
            JournalProbe = crash is null ? null : crash.At,
            Now = StopSignals.NowOf(_parse),
        };
        return await _job.ResumeAsync(_interrupted, cancel);
    }

    private CommandFailure Refused(string reason, int code = ExitCodes.Usage) => _interrupted.IsDirty
        ? new CommandFailure(
            ExitCodes.Dirty, $"job {_interrupted.Start.Job} cannot go on: {reason}; its board's chip is half-written: "
            + $"`flashbench restore {Path.GetFileName(_directory)}` puts the backup back")
        : new CommandFailure(code, $"job {_interrupted.Start.Job} cannot go on: {reason}");
}
