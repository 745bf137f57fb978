using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Soak;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Cli.Soak;

/// <summary>A run that says 0 has seen every image pass everywhere.</summary>
public sealed class SoakExitTests
{
    [Theory]
    [InlineData("all passed", 0)]
    [InlineData("no job at all", 20)]
    [InlineData("a bench without a job", 20)]
    [InlineData("flaky", 20)]
    [InlineData("skipped", 20)]
    [InlineData("stopped early", 20)]
    [InlineData("inconclusive", 20)]
    [InlineData("aborted", 40)]
    [InlineData("failed", 30)]
    [InlineData("failed and inconclusive", 30)]
    [InlineData("broken twice", 50)]
    [InlineData("needs hands", 50)]
    [InlineData("half-written", 60)]
    public void The_exit_code_is_that_of_the_worst(string what, int code) =>
        Assert.Equal(code, SoakExit.CodeOf(RunSummary.Of([RunScript.Start(cycles: 2), .. EventsOf(what)])));

    private static RunEvent[] EventsOf(string what) => what switch
    {
        "no job at all" => [],
        "a bench without a job" => Job("a", 1, Verdict.Pass),
        "flaky" => [.. Job("a", 1, Verdict.Error), .. Job("a", 1, Verdict.Pass, 2), .. Job("b", 1, Verdict.Pass)],
        "skipped" => [.. Passed(), new RunEvent.Skipped("a", 2, "quarantined", RunScript.Evening)],
        "stopped early" => [.. Passed(), new RunEvent.Stopping("another program", RunScript.Evening)],
        "inconclusive" => [.. Passed(), .. Job("a", 2, Verdict.Inconclusive)],
        "aborted" => [.. Passed(), .. Job("a", 2, Verdict.Aborted)],
        "failed" => [.. Passed(), .. Job("a", 2, Verdict.Fail)],
        "failed and inconclusive" => [.. Job("a", 1, Verdict.Fail), .. Job("b", 1, Verdict.Inconclusive)],
        "broken twice" => [.. Passed(), .. Job("a", 2, Verdict.Error), .. Job("a", 2, Verdict.Error, 2)],
        "needs hands" => [.. Passed(), new RunEvent.Left("b", "gone", true, RunScript.Evening)],
        "half-written" => [.. Job("b", 1, Verdict.Pass), RunScript.Begin("a", 1, 1), HalfWritten()],
        _ => Passed(),
    };

    private static RunEvent[] Passed() => [.. Job("a", 1, Verdict.Pass), .. Job("b", 1, Verdict.Pass)];

    private static RunEvent[] Job(string bench, int step, Verdict verdict, int attempt = 1) =>
        [RunScript.Begin(bench, step, step, attempt: attempt), RunScript.End(bench, step, verdict, attempt)];

    private static RunEvent.Done HalfWritten()
    {
        RunEvent.Done done = RunScript.End("a", 1, Verdict.Error);
        return done with { Digest = done.Digest with { Dirty = true } };
    }
}
