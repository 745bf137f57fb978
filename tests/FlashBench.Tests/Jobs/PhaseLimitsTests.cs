using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Tests.Evidence;

namespace FlashBench.Tests.Jobs;

/// <summary>How long a job may take before it counts as hanging.</summary>
public sealed class PhaseLimitsTests
{
    private static readonly string[] All =
        ["identify", "backup", "audit", "baseline", "plan", "write", "watch", "re-read"];

    [Fact]
    public void The_longest_watch_that_a_profile_may_ask_for_has_limits_that_a_timer_takes()
    {
        JournalData.JobStart start = SampleJobs.Pass().Facts.Start;
        start = start with
        {
            Watch = start.Watch with
            {
                MinimumSeconds = WatchLimits.SecondsMax,
                BaselineSeconds = WatchLimits.SecondsMax,
                BootLimitSeconds = WatchLimits.SecondsMax,
                ColdBoots = WatchLimits.ColdBootsMax,
                WarmBoots = WatchLimits.WarmBootsMax,
            },
        };

        using var job = new CancellationTokenSource(PhaseLimits.OfJob(All, start), TimeProvider.System);
        foreach (string phase in All)
        {
            TimeSpan limit = PhaseLimits.Of(phase, start, chipBytes: null);
            using var one = new CancellationTokenSource(limit + PhaseLimits.LetGo, TimeProvider.System);
            Assert.False(one.IsCancellationRequested);
        }
    }

    [Fact]
    public void A_watch_may_take_longer_than_all_its_boots()
    {
        JournalData.JobStart start = SampleJobs.Pass().Facts.Start;

        double boots = start.Watch.ColdBoots * start.Watch.MinimumSeconds;

        Assert.True(PhaseLimits.Of("watch", start, chipBytes: null).TotalSeconds > boots);
    }
}
