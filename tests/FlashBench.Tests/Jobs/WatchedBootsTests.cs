using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Simulation.Board;

namespace FlashBench.Tests.Jobs;

/// <summary>Warm boots, soaks, fail-fast and words for the technician, in whole jobs.</summary>
public sealed class WatchedBootsTests
{
    private static DutProfile With(DutProfile profile, Func<WatchProfile, WatchProfile> watch) =>
        profile with { Watch = watch(profile.Watch) };

    private static Check Find(JobBench bench, string id) =>
        Decision.Decide(bench.Verify().Facts).Checks.Single(check => check.Id == id);

    [Fact]
    public void A_warm_boot_restarts_by_the_agent_and_counts_from_there()
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1, WarmBoots = 1 }),
        };

        Assert.Equal(0, bench.Run().ExitCode);

        BootObservation warm = bench.Verify().Facts.Boots[^1];
        JournalRecord asked = bench.Records.Single(record => record.Data is JournalData.BootRestart);
        Assert.Equal("agent", ((JournalData.BootRestart)asked.Data).How);
        Assert.Equal((BootKind.Warm, BootClass.Alive, 1), (warm.Kind, warm.Class, warm.Banners));
        Assert.True(warm.CountedFromUs > asked.Time.MonoUs);
        Assert.True(warm.LastSignUs > warm.CountedFromUs + 1_860_000_000);
        Assert.All(warm.Samples, sample => Assert.True(sample.AtUs > asked.Time.MonoUs));
        Assert.Contains("1 warm", Find(bench, "D2").Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_board_that_does_not_restart_is_not_taken_for_one_that_did()
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1, WarmBoots = 1 }),
            Arrange = bench => bench.Faults.RestartIgnored = true,
        };

        Assert.Equal(20, bench.Run().ExitCode);

        BootObservation warm = bench.Verify().Facts.Boots[^1];
        Assert.Equal((BootKind.Warm, BootClass.Silent), (warm.Kind, warm.Class));
        Assert.Empty(warm.Samples);
    }

    [Fact]
    public void A_bench_without_agent_and_reset_button_cannot_make_a_warm_boot()
    {
        using var bench = new JobBench
        {
            Agent = false,
            Require = EvidenceLevel.L2,
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1, WarmBoots = 1 }),
        };

        Assert.Equal(20, bench.Run().ExitCode);
    }

    [Fact]
    public void A_soak_is_a_further_boot_that_is_watched_longer()
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1, SoakMinutes = [65] }),
        };

        Assert.Equal(0, bench.Run().ExitCode);

        BootObservation soak = bench.Verify().Facts.Boots[^1];
        Assert.Equal(("soak-65", BootClass.Alive), (soak.Kind, soak.Class));
        Assert.True(soak.LastSignUs > soak.CountedFromUs + 65L * 60 * 1_000_000);
        Assert.Contains("one of 65 min", Find(bench, "D2").Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_soak_finds_the_two_hour_timer_that_no_short_boot_shows()
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1, SoakMinutes = [130] }),
            Arrange = bench => bench.Faults.VendorTimer = TimeSpan.FromMinutes(120),
        };

        Assert.Equal(30, bench.Run().ExitCode);

        Assert.Equal(BootClass.VendorTimer, bench.Verify().Facts.Boots[^1].Class);
    }

    [Theory]
    [InlineData(true, BootClass.NotDisabled, 10)]
    [InlineData(false, BootClass.SkuLock, 31)]
    public void Only_where_the_profile_asks_does_an_early_sample_end_a_boot(
        bool failFast, BootClass expected, double minutesMax)
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { FailFast = failFast }),
            Arrange = bench => bench.Faults.InvalidProcessor = 2,
        };

        Assert.Equal(30, bench.Run().ExitCode);

        BootObservation seen = bench.Verify().Facts.Boots[^1];
        Assert.Equal(expected, seen.Class);
        Assert.InRange((seen.EndUs - seen.CommandedUs) / 60e6, failFast ? 0 : 29, minutesMax);
        Assert.Equal(Verdict.Fail, Find(bench, "C1").Outcome);
    }

    [Fact]
    public void A_control_is_shown_by_plain_boots_whatever_the_profile_asks()
    {
        using var bench = new JobBench
        {
            Control = NegativeControl.DamagedManifest,
            Describe = profile => With(profile, watch => watch with
            {
                ColdBoots = 1,
                WarmBoots = 1,
                SoakMinutes = [65],
                FailFast = true,
            }),
        };

        Assert.Equal(30, bench.Run().ExitCode);

        Assert.Equal(
            [(BootKind.Baseline, BootClass.Alive), (BootKind.Watch, BootClass.WatchdogConsistent)],
            bench.Verify().Facts.Boots.Select(boot => (boot.Kind, boot.Class)));
        Assert.Equal(Verdict.Pass, Find(bench, "N1").Outcome);
    }

    [Fact]
    public void A_baseline_whose_ME_runs_is_not_ended_by_fail_fast()
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1, FailFast = true }),
        };

        Assert.Equal(0, bench.Run().ExitCode);
    }

    [Fact]
    public void The_technician_hears_what_the_ME_says_in_the_first_minutes_and_when_the_console_says_nothing()
    {
        using var bench = new JobBench
        {
            Describe = profile => With(profile, watch => watch with { ColdBoots = 1 }),
            Arrange = bench => bench.Faults.ConsoleSilent = new BootMoment(2, TimeSpan.Zero),
        };
        bench.Run();

        string[] notes = [.. bench.Events.OfType<JobEvent.Note>().Select(note => note.Text)];
        Assert.Contains(notes, note => note.StartsWith("ME 0:", StringComparison.Ordinal)
            && note.Contains("(HFSTS1 0x1E000255)", StringComparison.Ordinal));
        Assert.Single(notes, note => note.StartsWith("nothing on the console 60 s", StringComparison.Ordinal));
    }
}
