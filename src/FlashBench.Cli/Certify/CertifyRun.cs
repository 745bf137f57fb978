using System.CommandLine;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Results;
using Serilog;

namespace FlashBench.Cli.Certify;

/// <summary>Runs one `certify` job and shows it.</summary>
internal sealed class CertifyRun
{
    private readonly CertifyRequest _request;
    private readonly JobSurroundings _around;
    private readonly BoardJob _job;

    private CertifyRun(ParseResult parse, CertifyRequest request)
    {
        _request = request;
        _around = new JobSurroundings(parse);
        _job = new BoardJob(
            _around, request, new WorldWishes(request.RealTime, request.Seed, request.UsbPort, _around.MayAsk));
        _around.ShareOnHost(_job.World.Time);
    }

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
            return new CertifiedJob(code, result, run._job.Directory, run._job.Id);
        });

    private (int Code, JobResult Result) Run(CancellationToken cancel)
    {
        string bench = _job.Bench.Id;
        if (_job.World.IsSimulated && _request.Keep && _job.World.State.DirtyJob(bench) is { } dirty)
        {
            throw new CommandFailure(
                ExitCodes.Dirty, $"job {dirty} left the chip of bench {bench} in a state that must not be booted; "
                + "run without --keep to start from a stock image");
        }

        return _around.Run(
            _job.Bench, () => _job.ChipHalfWritten, (settings, log) => RunJob(settings, log, cancel));
    }

    private (int Code, JobResult Result) RunJob(DisplaySettings settings, ILogger log, CancellationToken cancel)
    {
        JobResult result;
        using (var display = new JobDisplay(settings))
            result = _job.World.Run(stop => _job.RunAsync(log, new JobEvents(display).Show, stop), cancel);
        int code = JobExit.CodeOf(result, _request.DryRun);
        log.Information("Job {Job} ended: {Verdict}, exit {Code}", _job.Id, result.Judgement.Verdict, code);
        ResultsUpdate.After(_around.Paths, _job.Directory, place: null, settings.Error);
        if (_request.CommissioningRun is null)
            ResultText.Write(settings, result, (_job.Id, _job.Directory), code);
        return (code, result);
    }
}

/// <summary>A job that ended in a record.</summary>
/// <param name="ExitCode">The exit code that belongs to it.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="Job">Its id.</param>
internal sealed record CertifiedJob(int ExitCode, JobResult Result, string Directory, string Job);
