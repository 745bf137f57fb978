using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

public sealed class BootWatchTests
{
    [Fact]
    public void A_board_that_lives_past_the_mark_is_alive()
    {
        BootObservation seen = new BootScript().Run();

        Assert.Equal(BootClass.Alive, seen.Class);
        Assert.Equal(500_000, seen.PowerGoodUs);
        Assert.Equal(1, seen.Banners);
        Assert.True(seen.Samples.Count > 60);
    }

    [Theory]
    [InlineData(1, BootClass.UnexplainedPowerLoss)]
    [InlineData(600, BootClass.VendorTimer)]
    [InlineData(1739, BootClass.UnexplainedPowerLoss)]
    [InlineData(1741, BootClass.WatchdogConsistent)]
    [InlineData(1799, BootClass.WatchdogConsistent)]
    [InlineData(1800, BootClass.WatchdogConsistent)]
    [InlineData(1801, BootClass.WatchdogConsistent)]
    [InlineData(1859, BootClass.WatchdogConsistent)]
    [InlineData(1862, BootClass.UnexplainedPowerLoss)]
    public void The_time_of_death_decides_its_name_and_is_measured_to_a_second(double died, BootClass expected)
    {
        BootObservation seen = new BootScript
        {
            Power = at => at < died + 0.5 ? (3290, 800) : (0, 20),
            Heartbeats = at => at < died,
            Samples = at => at < died,
        }.Run();

        Assert.Equal(expected, seen.Class);
        Assert.InRange(seen.PowerLostUs!.Value - seen.PowerGoodUs!.Value, (long)((died - 1) * 1e6),
            (long)((died + 1) * 1e6));
    }

    [Theory]
    [InlineData(BootScript.Nonce, 2)] // it was asked again after the restart
    [InlineData("00000000", 1)]       // it has just started
    public void A_restart_without_a_banner_shows_in_the_uptime_of_a_checked_line(string nonce, int number)
    {
        var script = new BootScript { Heartbeats = at => at < 1200, Samples = at => at < 1200 };
        script.Extra.Add((1245, BootScript.SampleLine(number, 15, nonce)));
        script.Extra.Add((1248, BootScript.SampleLine(number + 1, 18, nonce)));

        BootObservation seen = script.Run();

        Assert.Equal(BootClass.Reset, seen.Class);
        Assert.InRange(seen.ResetUs!.Value, 1_229_000_000, 1_231_000_000); // when its kernel started
    }

    [Fact]
    public void Lines_of_another_boot_or_of_an_agent_that_starts_anew_are_no_restart()
    {
        var script = new BootScript();
        script.Extra.Add((1245.5, BootScript.SampleLine(1, 15, "deadbeef")));
        script.Extra.Add((1246.5, BootScript.SampleLine(1, 1226.5, "00000000")));
        script.Extra.Add((1247.5, BootScript.HeartbeatLine(1, 3)));
        script.Extra.Add((1248.5, BootScript.SampleLine(1, 15))); // an old line of this boot, three times
        script.Extra.Add((1249.5, BootScript.SampleLine(1, 15)));
        script.Extra.Add((1260.5, BootScript.SampleLine(1, 15)));

        Assert.Equal(BootClass.Alive, script.Run().Class);
    }

    [Fact]
    public void A_shutdown_that_the_system_announced_is_deliberate()
    {
        var script = new BootScript { Power = at => at < 1790 ? (3290, 800) : (0, 20), Heartbeats = at => at < 1780 };
        script.Extra.Add((1785, "[ 1765.000000] reboot: Power down"));

        Assert.Equal(BootClass.DeliberateShutdown, script.Run().Class);
    }

    [Fact]
    public void Power_that_goes_with_the_supply_is_the_labs()
    {
        BootObservation seen = new BootScript { Power = at => at < 1800 ? (3290, 800) : (0, 0) }.Run();

        Assert.Equal(BootClass.LabPower, seen.Class);
    }

    [Fact]
    public void A_panic_before_the_loss_is_a_crash()
    {
        var script = new BootScript { Power = at => at < 1800 ? (3290, 800) : (0, 20) };
        script.Extra.Add((1795, "[ 1775.1] Kernel panic - not syncing"));

        Assert.Equal(BootClass.Crash, script.Run().Class);
    }

    [Fact]
    public void Signs_of_life_that_stop_before_the_mark_are_lost_and_not_a_failure()
    {
        BootObservation seen = new BootScript { Heartbeats = at => at < 1859, Samples = at => at < 1859 }.Run();

        Assert.Equal(BootClass.SignsOfLifeLost, seen.Class);
    }

    [Fact]
    public void A_silence_longer_than_allowed_is_a_loss_even_if_life_returns()
    {
        BootObservation seen = new BootScript
        {
            Heartbeats = at => at is < 600 or > 631,
            Samples = at => at is < 590 or > 640,
        }.Run();

        Assert.Equal(BootClass.SignsOfLifeLost, seen.Class);
    }

    [Fact]
    public void A_powered_board_without_a_word_is_silent()
    {
        Assert.Equal(BootClass.Silent, new BootScript { Heartbeats = _ => false, Samples = _ => false }.Run().Class);
    }

    [Fact]
    public void A_banner_after_the_system_was_up_is_a_reset()
    {
        var script = new BootScript();
        script.Extra.Add((1200, "coreboot-4.22 x86_64 bootblock starting (log level: 7)..."));

        Assert.Equal(BootClass.Reset, script.Run().Class);
    }

    [Fact]
    public void The_clock_starts_with_the_kernel_and_not_with_power_good()
    {
        // 1870 s are past power-good + 31:00, but not past the kernel's start + 31:00.
        BootObservation seen = new BootScript { Until = 1870 }.Run();

        Assert.InRange(seen.CountedFromUs!.Value, 19_900_000, 20_100_000);
        Assert.Equal(BootClass.SignsOfLifeLost, seen.Class);
    }

    [Fact]
    public void A_reset_at_7_00_counts_even_if_the_first_banner_was_lost()
    {
        var script = new BootScript { FirstBanner = false, Kernel = 430, Until = 1900 };
        script.Extra.Add((420, "coreboot-4.22 x86_64 bootblock starting (log level: 7)..."));

        BootObservation seen = script.Run();

        Assert.Equal(BootClass.SignsOfLifeLost, seen.Class); // alive at the end, but not for 31:00 since the reset
    }

    [Fact]
    public void An_operating_system_that_shows_itself_too_late_is_no_sign_of_a_boot()
    {
        Assert.Equal(BootClass.Silent, new BootScript { Kernel = 200, Until = 2200 }.Run().Class);
    }

    [Fact]
    public void A_board_that_restarts_again_and_again_is_a_loop_and_the_watch_ends()
    {
        var script = new BootScript { Heartbeats = _ => false, Samples = _ => false, Until = 700 };
        for (int minute = 1; minute < 12; minute++)
            script.Extra.Add((60 * minute, "coreboot-4.22 x86_64 bootblock starting (log level: 7)..."));

        BootObservation seen = script.Run();

        Assert.Equal(BootClass.BootLoop, seen.Class);
        Assert.Equal("the firmware starts again and again", script.Last!.StopReason(700_000_000));
    }

    [Fact]
    public void A_heartbeat_alone_does_not_make_a_boot_alive()
    {
        Assert.Equal(BootClass.Unanswered, new BootScript { Samples = _ => false }.Run().Class);
        Assert.Equal(BootClass.Unanswered, new BootScript { Samples = at => at < 1800 }.Run().Class);
    }

    [Fact]
    public void A_sensor_that_falls_silent_leaves_a_gap_at_the_end()
    {
        Assert.Equal(BootClass.Gap, new BootScript { Sensor = at => at < 60 }.Run().Class);
    }

    [Fact]
    public void A_damaged_first_heartbeat_does_not_make_true_samples_old()
    {
        var script = new BootScript { Heartbeats = at => at > 36 };
        script.Extra.Add((30, "heartbeat 1 up 28.00")); // really 10.00

        Assert.Equal(BootClass.Alive, script.Run().Class);
    }

    [Fact]
    public void One_low_sample_of_a_board_that_goes_on_is_a_gap_and_no_loss()
    {
        BootObservation seen = new BootScript { Power = at => at == 700 ? (2990, 800) : (3290, 800) }.Run();

        Assert.Equal((BootClass.Gap, null), (seen.Class, seen.PowerLostUs));
    }

    [Fact]
    public void A_short_loss_before_the_system_is_a_global_reset_after_which_all_starts_anew()
    {
        BootObservation seen = new BootScript
        {
            Power = at => at is >= 5 and < 8 ? (0, 30) : (3290, 800),
            Until = 1930,
        }.Run();

        Assert.Equal((BootClass.Alive, 8_000_000), (seen.Class, seen.PowerGoodUs));
    }

    [Fact]
    public void A_silence_in_a_boot_that_never_answers_again_is_a_loss_of_life()
    {
        BootObservation seen = new BootScript
        {
            Heartbeats = at => at is < 600 or > 900,
            Samples = at =>
            at < 600
        }.Run();

        Assert.Equal(BootClass.SignsOfLifeLost, seen.Class);
    }

    [Fact]
    public void A_damaged_heartbeat_does_not_make_the_later_ones_old()
    {
        var script = new BootScript();
        script.Extra.Add((33, "heartbeat 90 up 13.00"));

        Assert.Equal(BootClass.Alive, script.Run().Class);
    }

    [Fact]
    public void Lines_with_another_nonce_are_stale_and_no_samples()
    {
        var script = new BootScript { Samples = _ => false };
        script.Extra.Add((100, BootScript.SampleLine(3, 80, nonce: "deadbeef")));

        BootObservation seen = script.Run();

        Assert.Equal((0, 1), (seen.Samples.Count, seen.StaleSamples));
    }

    [Fact]
    public void Lines_whose_uptime_does_not_fit_the_clock_are_stale()
    {
        var script = new BootScript { Samples = _ => false };
        script.Extra.Add((100, BootScript.SampleLine(1, 300)));
        script.Extra.Add((500, BootScript.SampleLine(2, 100)));

        Assert.Empty(script.Run().Samples);
    }

    [Fact]
    public void A_sensor_that_repeats_one_value_for_20_seconds_is_frozen()
    {
        Assert.NotEqual(BootClass.SensorFrozen, Repeating(40).Class);
        Assert.Equal(BootClass.SensorFrozen, Repeating(41).Class);
    }

    [Fact]
    public void A_board_that_is_off_and_draws_a_steady_current_is_no_frozen_sensor()
    {
        var watch = new BootWatch(new BootScript().Settings, 1, (BootKind.Watch, BootScript.Nonce), 0);
        for (int i = 0; i < 7200; i++)
            watch.OnPower(i * 250_000, 3290, 800 + i % 3);
        for (int i = 7200; i < 7262; i++)
            watch.OnPower(i * 250_000, 0, 20);

        Assert.Equal(BootClass.WatchdogConsistent, watch.Observe(1_815_500_000).Class);
    }

    [Fact]
    public void A_sensor_that_pauses_leaves_a_gap()
    {
        var watch = new BootWatch(new BootScript().Settings, 1, (BootKind.Watch, BootScript.Nonce), 0);
        for (int i = 0; i < 200; i++)
            watch.OnPower(i * 500_000 + (i > 100 ? 6_000_000 : 0), 3290 + i % 2, 800);

        Assert.Equal(BootClass.Gap, watch.Observe(110_000_000).Class);
    }

    [Fact]
    public void A_rail_that_never_comes_up_under_standby_current_is_a_board_that_does_not_boot()
    {
        BootObservation seen = new BootScript
        {
            PowerGood = 5000,
            Heartbeats = _ => false,
            Samples = _ => false,
            Until = 60,
        }.Run();

        Assert.Equal(BootClass.NeverBooted, seen.Class);
    }

    private static BootObservation Repeating(int samples)
    {
        var watch = new BootWatch(new BootScript().Settings, 1, (BootKind.Watch, BootScript.Nonce), 0);
        for (int i = 0; i < samples; i++)
            watch.OnPower(i * 500_000, 3290, 801);
        return watch.Observe(samples * 500_000);
    }
}
