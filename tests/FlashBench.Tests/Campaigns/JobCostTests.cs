using System.Diagnostics;
using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Live;

namespace FlashBench.Tests.Campaigns;

/// <summary>What a whole virtual job costs: baseline and two cold boots of 31 minutes each, from the first read to the
/// signed record.</summary>
/// <remarks>FLASHBENCH_JOB_COST is how many jobs of each size are measured, FLASHBENCH_JOB_COST_TABLE takes the rows;
/// scripts/job-cost sets them. The process must be alone: the figure is its processor time.</remarks>
public sealed class JobCostTests
{
    private const int WarmUp = 100; // until the just-in-time compiler has come to rest

    [Theory]
    [InlineData("me8", 20, 1)]
    [InlineData("me11", 20, 1)]
    [InlineData("me8", 24, 4)]
    public void A_whole_virtual_job_costs_less_than_a_second_of_processor_time(string kind, int sizeBits, int every)
    {
        int wanted = int.TryParse(
            Environment.GetEnvironmentVariable("FLASHBENCH_JOB_COST"), CultureInfo.InvariantCulture, out int count)
            ? Math.Max(1, count / every) : 1;
        string root = Directory.CreateTempSubdirectory("flashbench-cost-").FullName;
        using StationKey key = StationKey.LoadOrCreate(Path.Combine(root, "keys"));
        var phases = new PhaseCosts();
        for (int i = 0; i < WarmUp / every && wanted > 1; i++)
            Play(root, key, CampaignCase.Plain(kind, 1u << sizeBits), new PhaseCosts());
        TimeSpan before = Cpu();

        for (int i = 0; i < wanted; i++)
            Assert.Equal(Verdict.Pass, Play(root, key, CampaignCase.Plain(kind, 1u << sizeBits), phases));

        double each = (Cpu() - before).TotalMilliseconds / wanted;
        Directory.Delete(root, recursive: true);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_JOB_COST_TABLE") is { Length: > 0 } table)
        {
            File.AppendAllText(table, string.Create(CultureInfo.InvariantCulture,
                $"| {kind} | {(1u << sizeBits) >> 20} MiB | {wanted} | {each:0} | {phases.Row(wanted)} |\n"));
        }
    }

    /// <summary>The same job, whose events go nowhere and into a stream by turns; all threads count.</summary>
    [Fact]
    public void A_job_whose_events_are_published_costs_little_more()
    {
        int wanted = int.TryParse(
            Environment.GetEnvironmentVariable("FLASHBENCH_JOB_COST"), CultureInfo.InvariantCulture, out int count)
            ? Math.Max(1, count) : 1;
        string root = Directory.CreateTempSubdirectory("flashbench-cost-").FullName;
        using StationKey key = StationKey.LoadOrCreate(Path.Combine(root, "keys"));
        CampaignCase @case = CampaignCase.Plain("me8", 1 << 20);
        using EventFeed feed = EventFeed.Open(root, [], TimeProvider.System, TimeProvider.System);
        RowEvents row = feed.Row("me8");
        TimeSpan[] costs = new TimeSpan[2];
        for (int i = wanted > 1 ? -WarmUp : 0; i < 2 * wanted; i++)
        {
            TimeSpan before = Cpu();
            Assert.Equal(Verdict.Pass, Play(root, key, @case, i % 2 == 0 ? _ => { } : row.Hear));
            costs[Math.Abs(i % 2)] += i < 0 ? TimeSpan.Zero : Cpu() - before;
        }

        feed.Dispose();
        long bytes = new FileInfo(Path.Combine(root, EventFeed.FileName)).Length;
        Directory.Delete(root, recursive: true);
        Assert.InRange(bytes / wanted, 1000, 100_000);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_LIVE_COST_TABLE") is { Length: > 0 } table)
        {
            double[] each = [.. costs.Select(cost => cost.TotalMilliseconds / wanted)];
            File.AppendAllText(table, string.Create(CultureInfo.InvariantCulture,
                $"| {wanted} | {each[0]:0.0} | {each[1]:0.0} | {(each[1] / each[0] - 1) * 100:0.0} % | "
                + $"{bytes / 1024.0 / wanted:0.0} |\n"));
        }
    }

    private static Verdict? Play(string root, StationKey key, CampaignCase @case, PhaseCosts phases)
    {
        phases.Begin();
        Verdict? verdict = Play(root, key, @case, phases.Hear);
        phases.End();
        return verdict;
    }

    private static Verdict? Play(string root, StationKey key, CampaignCase @case, Action<JobEvent> listener)
    {
        var folders = new CampaignFolders(Path.Combine(root, "job"));
        Directory.CreateDirectory(folders.Root);
        var job = new CampaignJob(@case, key)
        {
            Listener = listener,
            Witnessed = false,
        };
        ProcessEnd end = job.Run(new CampaignProcess(folders, @case.Plan, "")
        {
            Image = @case.Image(),
        });
        Directory.Delete(folders.Root, recursive: true);
        return end.Result?.Judgement.Verdict;
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;

    // Processor time of the process between two events of the job.
    private sealed class PhaseCosts
    {
        private readonly Dictionary<string, TimeSpan> _costs = new(StringComparer.Ordinal);
        private string _phase = "set-up";
        private TimeSpan _since;

        public void Begin() => (_phase, _since) = ("set-up", Cpu());

        public void End() => Enter("");

        public void Hear(JobEvent happened)
        {
            if (happened is JobEvent.PhaseStarted started)
                Enter(started.Name);
        }

        public string Row(int jobs) => string.Join(", ", _costs.Select(cost => string.Create(
            CultureInfo.InvariantCulture, $"{cost.Key} {cost.Value.TotalMilliseconds / jobs:0}")));

        private void Enter(string phase)
        {
            TimeSpan now = Cpu();
            _costs[_phase] = _costs.GetValueOrDefault(_phase) + now - _since;
            (_phase, _since) = (phase, now);
        }
    }
}
