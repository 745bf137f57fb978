using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>The campaign: whole jobs with random boards, faults, kills and what comes after them, against the rules I1
/// to I8 of the design, judged by the models.</summary>
/// <remarks>
/// FLASHBENCH_CAMPAIGN is "seed:jobs", or "seed:=job" for one of them; FLASHBENCH_CAMPAIGN_PLAN replaces the plan of
/// that one; FLASHBENCH_CAMPAIGN_FIRST ends it at the first broken rule; FLASHBENCH_CAMPAIGN_TABLE takes the summary.
/// scripts/campaign and scripts/break-invariants set them. Without them a slice runs.
/// </remarks>
public sealed class CampaignTests
{
    private const int SliceSeed = 20261126, SliceJobs = 150;
    private const int ShownMax = 20;
    private static readonly TimeSpan RealLimit = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    [Fact]
    public void No_job_whatever_goes_wrong_breaks_a_rule_that_holds_always()
    {
        (int seed, int first, int jobs) = Wanted();
        using var run = new CampaignRun();
        var clock = Stopwatch.StartNew();
        TimeSpan before = Cpu();
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = TestContext.Current.CancellationToken,
        };

        bool stops = Environment.GetEnvironmentVariable("FLASHBENCH_CAMPAIGN_FIRST") is { Length: > 0 };
        Parallel.For(first, first + jobs, parallel, (job, loop) =>
        {
            Play(run, seed, job, minimises: !stops);
            if (stops && !_failures.IsEmpty)
                loop.Stop();
        });

        string summary = Summary(seed, jobs, clock.Elapsed, Cpu() - before);
        TestContext.Current.SendDiagnosticMessage(summary);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_CAMPAIGN_TABLE") is { Length: > 0 } table)
            File.WriteAllText(table, summary + "\n");
        Assert.True(_failures.IsEmpty, string.Join("\n", _failures.Take(ShownMax)));
    }

    private static (int Seed, int First, int Jobs) Wanted()
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_CAMPAIGN") is not { Length: > 0 } text)
            return (SliceSeed, 0, SliceJobs);
        string[] fields = text.Split(':');
        int seed = int.Parse(fields[0], CultureInfo.InvariantCulture);
        return fields[1].StartsWith('=')
            ? (seed, int.Parse(fields[1].AsSpan(1), CultureInfo.InvariantCulture), 1)
            : (seed, 0, int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    private void Play(CampaignRun run, int seed, int job, bool minimises)
    {
        CampaignCase @case = CampaignCase.Draw(seed, job);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_CAMPAIGN_PLAN") is { Length: > 0 } plan)
            @case = @case with { Plan = FaultPlanJson.Read(File.ReadAllBytes(plan)) };
        // A loop that takes no virtual time can only be seen from outside, and only be ended with the process.
        using var hang = new Timer(
            _ => Environment.FailFast($"job {job} of seed {seed} hangs: {@case}"), null, RealLimit,
            Timeout.InfiniteTimeSpan);
        CaseOutcome outcome = run.Play(@case);
        Count(outcome.Verdict is { } verdict ? verdict.ToString().ToUpperInvariant()
            : outcome.Killed ? "killed" : "no record");
        if (outcome.Marked)
            Count("left marked");
        foreach (string what in outcome.After)
            Count($"then {what}");
        if (outcome.SameAsUndisturbed)
            Count("went on and ended as if undisturbed");
        if (outcome.Broken.Count == 0)
            return;
        FaultPlan least = minimises ? run.Minimise(@case, outcome.Broken) : @case.Plan;
        string json = Encoding.UTF8.GetString(FaultPlanJson.Write(least));
        _failures.Enqueue(
            $"job {job}: {string.Join("; ", outcome.Broken)}\n  {@case}\n  least faults: {least}\n  {json}\n"
            + $"  again: scripts/campaign --seed {seed} --job {job}, evidence in {run.Root}");
    }

    private void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    private string Summary(int seed, int jobs, TimeSpan elapsed, TimeSpan cpu)
    {
        string ends = string.Join(", ", _counts.OrderBy(end => end.Key, StringComparer.Ordinal)
            .Select(end => $"{end.Key} {end.Value}"));
        long peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        return string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {jobs} jobs in {elapsed.TotalSeconds:0} s ({jobs / elapsed.TotalSeconds:0.0} a second, "
            + $"{cpu.TotalMilliseconds / jobs:0} ms CPU each, peak memory {peak} MiB), invariants broken by "
            + $"{_failures.Count}; {ends}");
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;
}
