using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Results;
using Serilog;

namespace FlashBench.Cli.Recovery;

/// <summary>Wires one interrupted job together again and runs it to its end.</summary>
internal sealed class ResumeRun
{
    private readonly string _directory;
    private readonly InterruptedJob _interrupted;
    private readonly JobSurroundings _around;

    private ResumeRun(ParseResult parse, string directory)
    {
        _directory = Path.GetFullPath(directory);
        _around = new JobSurroundings(parse);
        _interrupted = InterruptedJob.Read(directory);
    }

    /// <summary>Goes on with the job of a directory.</summary>
    /// <returns>The exit code of the process, as `certify` would have returned it.</returns>
    public static int Execute(ParseResult parse, string directory, CancellationToken cancel)
    {
        try
        {
            return JobSurroundings.Enter(() => new ResumeRun(parse, directory).Run(cancel));
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{directory}: {e.Message}");
        }
    }

    private int Run(CancellationToken cancel)
    {
        if (_interrupted.IsDecided && File.Exists(Path.Combine(_directory, DsseEnvelope.FileName)) && !IsAwaited())
            throw new UsageException($"job {_interrupted.Start.Job} has ended: `flashbench status` shows how");
        if (!_interrupted.IsDecided && _interrupted.Refusal(FlashBenchCommand.Version) is { } reason)
            throw Refused(reason);
        try
        {
            BenchEntry bench = ConfigSource.Bench(_around.Config, _interrupted.Start.Bench);
            return _around.Run(bench, (settings, log) => RunJob(bench, settings, log, cancel));
        }
        catch (ResumeRefusedException e) when (e.ChipIsWhole)
        {
            throw new CommandFailure(ExitCodes.Usage, $"job {_interrupted.Start.Job} cannot go on: {e.Message}");
        }
        catch (ResumeRefusedException e)
        {
            throw Refused(e.Message, e.OtherBoard ? ExitCodes.BadInput : ExitCodes.Usage);
        }
    }

    private int RunJob(BenchEntry bench, DisplaySettings settings, ILogger log, CancellationToken cancel)
    {
        JournalData.JobStart start = _interrupted.Start;
        bool isVirtual = bench.Virtual is not null;
        var wishes = new WorldWishes(
            isVirtual && start.Request.RealTime, isVirtual ? checked((int)start.Request.Seed) : null, null,
            _around.MayAsk)
        {
            GoesOnFrom = _interrupted.Last,
        };
        BenchWorld world = BenchWorld.Of(bench, _around.Paths, _around.Config.PowerGroups, wishes);
        if (world.IsSimulated ? !start.Simulated : start.Simulated && !HasRealPart(start))
            throw new ResumeRefusedException($"bench {bench.Id} was {(start.Simulated ? "simulated" : "real")}");
        RefuseSettledBoard(world.State, bench.Id);
        JobResult result;
        using (var display = new JobDisplay(settings))
            result = world.Run(stop => RunOnBenchAsync(world, bench, log, display, stop), cancel);
        int code = JobExit.CodeOf(result, start.Request.DryRun);
        log.Information("Job {Job} ended: {Verdict}, exit {Code}", start.Job, result.Judgement.Verdict, code);
        ResultsUpdate.After(_around.Paths, _directory, place: null, settings.Error);
        ResultText.Write(settings, result, (start.Job, _directory), code);
        return code;
    }

    // One simulated part marks a job; a wired bench has others, a virtual one has not.
    private static bool HasRealPart(JournalData.JobStart start) => start.Parts.Any(part => !part.Simulated);

    // A kill after the record was signed can leave it so.
    private bool IsAwaited() => new BenchState(_around.Paths.State).OpenJob(_interrupted.Start.Bench) == _directory;

    // Blocks that the job had written count as written. After a restore they are not, and the board is whole.
    private void RefuseSettledBoard(BenchState state, string bench)
    {
        string job = _interrupted.Start.Job;
        if (_interrupted.IsDirty && !_interrupted.IsDecided && state.DirtyJob(bench) is null
            && state.OpenJob(bench) != _directory)
        {
            throw new UsageException(
                $"job {job} cannot go on: the chip that it left half-written was restored or replaced; run it anew");
        }
    }

    private async Task<JobResult> RunOnBenchAsync(
        BenchWorld world, BenchEntry bench, ILogger log, JobDisplay display, CancellationToken cancel)
    {
        _around.ArmCrash();
        using StationKey key = StationKey.LoadOrCreate(_around.Paths.Keys);
        var folders = new JobFolders(_directory, new Vault(_around.Paths.Vault), world.State, key)
        {
            Reserve = _around.Reserve(_directory),
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
            BaselineDone = _interrupted.IsBaselineWatched,
        };
        await using OpenedBench opened = await world.OpenAsync(opening, cancel);
        bool simulated = world.IsSimulated;
        CertifyOptions options = _interrupted.Options(
            DutProfiles.Load(bench.DutProfile), JobSurroundings.KeysOf(simulated),
            JobSurroundings.TestKeyOf(simulated), world.DrawNonce);
        CertifyJob job = _around.JobOn(opened, options, folders, world.ClockOf(_interrupted), display);
        return await job.ResumeAsync(_interrupted, cancel);
    }

    private CommandFailure Refused(string reason, int code = ExitCodes.Usage) => _interrupted.IsDirty
        ? new CommandFailure(
            ExitCodes.Dirty, $"job {_interrupted.Start.Job} cannot go on: {reason}; its board's chip is half-written: "
            + $"`flashbench restore {Path.GetFileName(_directory)}` puts the backup back")
        : new CommandFailure(code, $"job {_interrupted.Start.Job} cannot go on: {reason}");
}
