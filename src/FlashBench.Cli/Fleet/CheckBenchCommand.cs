using System.CommandLine;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Recovery;
using FlashBench.Hardware;

namespace FlashBench.Cli.Fleet;

/// <summary>`flashbench bench check ID`: a job that must pass, and that decides on the bench's health.</summary>
internal static class CheckBenchCommand
{
    private const int TimesMax = 10_000;

    private static readonly Argument<string> Id = new("ID")
    {
        Description = "Bench id, as `bench list` prints it",
    };

    private static readonly Option<string?> Golden = new("--image")
    {
        Description = "Image that is known to be good, plain or .gz; without it the bench's `goldenImage`, else what "
            + "its board holds",
        HelpName = "FILE",
    };

    private static readonly Option<int?> Times = new("--times")
    {
        Description = "How often; without it once, and on a looping bench until Ctrl-C",
        HelpName = "N",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var check = new Command(
            "check", "Run a job that must pass: it makes an unknown or bad bench good, and else a good one bad");
        check.Arguments.Add(Id);
        Option[] options = [Golden, Times, JobOptions.Dut, JobOptions.Operator, JobOptions.Evidence];
        foreach (Option option in options)
            check.Options.Add(option);
        check.SetAction((parse, cancel) => Task.FromResult(Run(parse, cancel)));
        return check.WithExamples(
            "flashbench bench check me8", "flashbench bench check b03 --dut X230-0417 --image golden.bin --times 3");
    }

    private static int Run(ParseResult parse, CancellationToken cancel)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchEntry bench = ConfigSource.Bench(config, parse.GetRequiredValue(Id));
        BenchPaths paths = ConfigSource.Paths(config);
        HealthRecord health = BenchHealths.Of(bench, paths);
        if (!health.TakesChecks)
        {
            throw new CommandFailure(
                ExitCodes.Unavailable, $"bench {bench.Id} is {BenchHealths.Text(health)}; it takes no health check "
                + $"before `flashbench bench unknown {bench.Id} --reason TEXT`");
        }

        int times = parse.GetValue(Times) ?? (health.Health == BenchHealth.Looping ? TimesMax : 1);
        if (times is < 1 or > TimesMax)
            throw new UsageException($"--times takes 1 to {TimesMax}");
        CertifyRequest request = RequestOf(parse, bench);
        int worst = ExitCodes.Ok;
        for (int i = 0; i < times && !cancel.IsCancellationRequested; i++)
        {
            int code = CheckOnce(parse, request, (bench, config, paths), cancel);
            worst = worst == ExitCodes.Ok ? code : worst; // the first that did not pass: later ones tell no more
        }

        return worst;
    }

    private static CertifyRequest RequestOf(ParseResult parse, BenchEntry bench) => new()
    {
        Bench = bench.Id,
        Dut = JobOptions.Name(parse, JobOptions.Dut),
        Operator = JobOptions.Name(parse, JobOptions.Operator),
        Evidence = JobOptions.Folder(parse, JobOptions.Evidence),
        Image = GoldenImage.Of(bench, JobOptions.NonEmpty(parse, Golden)),
    };

    private static int CheckOnce(
        ParseResult parse, CertifyRequest request, (BenchEntry Bench, BenchConfig Config, BenchPaths Paths) on,
        CancellationToken cancel)
    {
        try
        {
            CertifiedJob done = CertifyRun.Perform(parse, request, cancel);
            var end = JobEnd.Of(done.Result);
            string how = end.Verdict == Verdict.Pass ? "passed" : $"did not pass: {end.Reason}";
            if (end.AsCheck is { } said)
                Note(parse, on, said, $"health check {done.Job} {how}");
            int back = PutBack(parse, request, done, cancel);
            return done.ExitCode == ExitCodes.Ok ? back : done.ExitCode;
        }
        catch (BenchException e) when (e.Cause is PartCause.Failed or PartCause.Unavailable)
        {
            Note(parse, on, HealthEvent.CheckFailed, $"a health check could not begin: {e.Message}");
            throw;
        }
    }

    // A check leaves the board as it was: neither the golden image nor a neutralized one stays. A half-written chip is
    // left to `resume` and `restore`, and so is a check that was stopped.
    private static int PutBack(
        ParseResult parse, CertifyRequest request, CertifiedJob done, CancellationToken cancel)
    {
        if (!done.Result.Erased || done.Result.Dirty || cancel.IsCancellationRequested)
            return ExitCodes.Ok;
        return RestoreRun.Execute(
            parse, new RestoreRequest(done.Directory, null, request.Bench, false, null, request.Evidence), cancel);
    }

    private static void Note(
        ParseResult parse, (BenchEntry Bench, BenchConfig Config, BenchPaths Paths) on, HealthEvent said, string reason)
    {
        (HealthRecord before, HealthRecord after) = BenchHealths.StoreOf(on.Paths).Note(
            on.Bench.Id, said, reason, by: null, on.Config.Policy.BreakerFailures);
        HealthCommand.Tell(parse, on.Bench.Id, before, after);
    }
}
