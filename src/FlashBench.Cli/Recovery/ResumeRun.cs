using System.CommandLine;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
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
            var job = new ResumedBoardJob(_around, _interrupted, _directory);
            _around.ShareOnHost(job.World.Time);
            return _around.Run(
                job.Bench, () => job.ChipHalfWritten, (settings, log) => RunJob(job, settings, log, cancel));
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

    private int RunJob(ResumedBoardJob job, DisplaySettings settings, ILogger log, CancellationToken cancel)
    {
        JournalData.JobStart start = _interrupted.Start;
        JobResult result;
        using (var display = new JobDisplay(settings))
            result = job.World.Run(stop => job.RunAsync(log, new JobEvents(display).Show, stop), cancel);
        int code = JobExit.CodeOf(result, start.Request.DryRun);
        log.Information("Job {Job} ended: {Verdict}, exit {Code}", start.Job, result.Judgement.Verdict, code);
        ResultsUpdate.After(_around.Paths, _directory, place: null, settings.Error);
        ResultText.Write(settings, result, (start.Job, _directory), code);
        return code;
    }

    // A kill after the record was signed can leave it so.
    private bool IsAwaited() => new BenchState(_around.Paths.State).OpenJob(_interrupted.Start.Bench) == _directory;

    private CommandFailure Refused(string reason, int code = ExitCodes.Usage) => _interrupted.IsDirty
        ? new CommandFailure(
            ExitCodes.Dirty, $"job {_interrupted.Start.Job} cannot go on: {reason}; its board's chip is half-written: "
            + $"`flashbench restore {Path.GetFileName(_directory)}` puts the backup back")
        : new CommandFailure(code, $"job {_interrupted.Start.Job} cannot go on: {reason}");
}
