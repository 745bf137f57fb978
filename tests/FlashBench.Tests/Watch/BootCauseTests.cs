using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>What tells the causes of a loss or a silence apart.</summary>
public sealed class BootCauseTests
{
    private const string Healthy = "1e020191 160a0100 00000000 00000000 00000000 00000000";

    private static BootScript DiesAt(double second, string words = Healthy, int milliamps = 20)
    {
        var script = new BootScript
        {
            Power = at => at < second + 0.5 ? (3290, 800) : (0, milliamps),
            Heartbeats = at => at < second,
            Samples = _ => false,
        };
        for (int at = 31; at < second; at += 30)
            script.Extra.Add((at, BootScript.SampleLine(at, at - 20, words: words)));
        return script;
    }

    private static BootScript SilentFrom(double second, int milliampsAfter = 800) => new()
    {
        Power = at => (3290, at < second ? 800 : milliampsAfter),
        Heartbeats = at => at < second,
        Samples = at => at < second,
    };

    [Theory]
    [InlineData("00003006 80040000 00000000 00000000 80000000 00000000", BootClass.WatchdogConsistent)] // CWS 6 first
    [InlineData("1e000255 66002306 00000020 00000000 80000000 00000000", BootClass.BootGuardTimer)]
    [InlineData("1e000255 66002306 00000020 00000000 00000000 00000040", BootClass.BootGuardTimer)]
    [InlineData("1e000255 66002306 00000020 00000000 ffffffff ffffffff", BootClass.WatchdogConsistent)]
    [InlineData("1e000255 66002306 00000020 00000000 00000000 000000c0", BootClass.WatchdogConsistent)] // policy 3
    [InlineData("-------- -------- -------- -------- 80000000 00000000", BootClass.WatchdogConsistent)]
    [InlineData("1e000058 16320100 00000020 00000000 00000000 00000000", BootClass.SkuLock)]
    [InlineData(Healthy, BootClass.WatchdogConsistent)]
    public void Registers_name_who_acts_at_thirty_minutes(string words, BootClass expected) =>
        Assert.Equal(expected, DiesAt(1800, words).Run().Class);

    [Fact]
    public void The_firmwares_words_name_a_processor_that_is_not_allowed_but_only_at_thirty_minutes()
    {
        BootScript at30 = DiesAt(1800), at20 = DiesAt(1200);
        at30.Extra.Add((3, "INVALID CPU AND PCH COMBINATION"));
        at20.Extra.Add((3, "INVALID CPU AND PCH COMBINATION"));

        Assert.Equal(BootClass.SkuLock, at30.Run().Class);
        Assert.Equal(BootClass.UnexplainedPowerLoss, at20.Run().Class);
    }

    [Theory]
    [InlineData("mce: [Hardware Error]: CPU 0: Machine Check Exception: 5 Bank 4: b2", BootClass.Crash)]
    [InlineData("thermal thermal_zone0: acpitz: critical temperature reached", BootClass.Crash)]
    [InlineData("watchdog: BUG: soft lockup - CPU#1 stuck for 22s!", BootClass.Crash)]
    [InlineData("PM: suspend entry (deep)", BootClass.Asleep)]
    [InlineData("reboot: Power down", BootClass.DeliberateShutdown)]
    [InlineData("mce: [Hardware Error]: Machine check events logged", BootClass.UnexplainedPowerLoss)] // corrected
    [InlineData("usb 1-1: USB disconnect", BootClass.UnexplainedPowerLoss)]
    public void Words_before_a_loss_explain_it(string words, BootClass expected)
    {
        BootScript script = DiesAt(900);
        script.Extra.Add((890, $"[  870.000000] {words}"));

        Assert.Equal(expected, script.Run().Class);
    }

    [Fact]
    public void A_thermal_message_outweighs_the_orderly_shutdown_that_follows_it()
    {
        BootScript script = DiesAt(900);
        script.Extra.Add((880, "[  860.000000] thermal: critical temperature reached, shutting down"));
        script.Extra.Add((895, "[  875.000000] reboot: Power down"));

        Assert.Equal(BootClass.Crash, script.Run().Class);
    }

    [Theory]
    [InlineData("Kernel panic - not syncing: Fatal exception", BootClass.Hang)]
    [InlineData("PM: suspend entry (s2idle)", BootClass.Asleep)]
    [InlineData("reboot: System halted", BootClass.DeliberateShutdown)]
    public void Words_before_a_silence_explain_it(string words, BootClass expected)
    {
        BootScript script = SilentFrom(900);
        script.Extra.Add((899, $"[  879.000000] {words}"));

        Assert.Equal(expected, script.Run().Class);
    }

    [Fact]
    public void A_panic_that_the_system_survives_explains_nothing()
    {
        var script = new BootScript();
        script.Extra.Add((899, "[  879.000000] Kernel panic - not syncing: says a log that is replayed"));

        Assert.Equal(BootClass.Alive, script.Run().Class);
    }

    [Theory]
    [InlineData(80, BootClass.Asleep)]
    [InlineData(40, BootClass.UnexplainedPowerLoss)]
    public void The_current_that_the_profile_knows_tells_sleep_from_off(int milliamps, BootClass expected)
    {
        BootScript script = DiesAt(900, milliamps: milliamps);
        BootSettings settings = script.Settings with { SleepMilliamps = (70, 100) };

        Assert.Equal(
            expected, new BootScript
            {
                Settings = settings,
                Power = script.Power,
                Heartbeats = script.Heartbeats,
                Samples = script.Samples
            }.Run().Class);
    }

    [Theory]
    [InlineData(800, BootClass.SignsOfLifeLost)]
    [InlineData(860, BootClass.SignsOfLifeLost)]
    [InlineData(950, BootClass.Hang)]
    [InlineData(500, BootClass.Hang)]
    public void A_current_that_changes_with_the_silence_is_a_hang(int milliamps, BootClass expected) =>
        Assert.Equal(expected, SilentFrom(900, milliamps).Run().Class);

    [Fact]
    public void A_line_that_repeats_itself_is_a_hang()
    {
        BootScript script = SilentFrom(900);
        for (int i = 0; i < 10; i++)
            script.Extra.Add((905 + 5 * i, "[  879.000000] usb 1-1: new device"));

        Assert.Equal(BootClass.Hang, script.Run().Class);
    }

    [Theory]
    [InlineData(905, BootClass.ConsoleFault)]
    [InlineData(100, BootClass.SignsOfLifeLost)] // long over when the silence began
    public void Noise_on_the_line_from_the_silence_on_is_a_console_fault(double at, BootClass expected)
    {
        BootScript script = SilentFrom(900);
        script.Run();
        BootWatch watch = script.Last!;
        watch.OnConsoleNoise((long)(at * 1e6));

        Assert.Equal(expected, watch.Observe(1_920_000_000).Class);
    }

    [Fact]
    public void A_console_that_hung_up_explains_a_silence_and_is_a_hole_where_life_went_on()
    {
        BootScript silent = SilentFrom(900), alive = new();
        silent.Run();
        alive.Run();
        silent.Last!.OnConsoleHole("the console was not continuous: hang-up (1)");
        alive.Last!.OnConsoleHole("the console was not continuous: hang-up (1)");

        Assert.Equal(BootClass.ConsoleFault, silent.Last!.Observe(1_920_000_000).Class);
        Assert.Equal(BootClass.Gap, alive.Last!.Observe(1_920_000_000).Class);
    }

    [Fact]
    public void A_loss_is_told_by_the_sensor_whatever_the_console_did()
    {
        BootScript script = DiesAt(1800);
        script.Run();
        script.Last!.OnConsoleHole("the console was not continuous: hang-up (1)");

        Assert.Equal(BootClass.WatchdogConsistent, script.Last!.Observe(1_920_000_000).Class);
    }

    [Theory]
    [InlineData(1000, BootClass.SelfRestart)]
    [InlineData(1800, BootClass.WatchdogConsistent)]
    public void A_board_that_comes_back_by_itself_is_named_so_unless_the_time_says_more(double died, BootClass expected)
    {
        BootObservation seen = new BootScript
        {
            Power = at => at >= died && at < died + 4 ? (0, 30) : (3290, 800),
            Heartbeats = at => at < died,
            Samples = at => at < died,
        }.Run();

        Assert.Equal(expected, seen.Class);
        Assert.Contains("came back by itself", seen.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_supply_that_fails_for_three_seconds_is_the_labs_even_at_thirty_minutes()
    {
        BootObservation seen = new BootScript
        {
            Power = at => at is >= 1800 and < 1803 ? (0, 0) : (3290, 800),
            Heartbeats = at => at < 1800,
            Samples = at => at < 1800,
        }.Run();

        Assert.Equal(BootClass.LabPower, seen.Class);
    }

    [Fact]
    public void A_board_that_dies_right_after_power_good_is_not_the_labs_for_the_current_before_it()
    {
        BootObservation seen = new BootScript
        {
            PowerGood = 0,
            Power = at => at < 1 ? (0, 0) : at < 1.5 ? (3290, 800) : (0, 38),
            Heartbeats = _ => false,
            Samples = _ => false,
            Until = 20,
        }.Run();

        Assert.Equal(BootClass.UnexplainedPowerLoss, seen.Class);
    }

    [Theory]
    [InlineData(0.009, BootClass.Alive)]
    [InlineData(0.0104, BootClass.ClockMismatch)]
    public void The_boards_clock_is_measured_against_the_benchs(double fast, BootClass expected)
    {
        var script = new BootScript { Heartbeats = _ => false, Samples = _ => false };
        for (int i = 0; i < 380; i++)
            script.Extra.Add((30 + 5 * i, BootScript.SampleLine(i + 1, 10 + 5 * i * (1 + fast))));

        BootObservation seen = script.Run();

        Assert.Equal(expected, seen.Class);
        Assert.InRange(seen.Clock!.PartsPerMillion, fast * 1e6 - 20, fast * 1e6 + 20);
    }

    [Fact]
    public void Signs_of_life_are_counted_by_what_gave_them()
    {
        BootObservation seen = new BootScript().Run();

        Assert.Equal(seen.Signs.Count, seen.SignCounts.Agent + seen.SignCounts.Heartbeats);
        Assert.True(seen.SignCounts.Agent > 60 && seen.SignCounts.Heartbeats > 370);
    }

    [Fact]
    public void A_restart_asked_for_in_a_cold_boot_is_a_hole_and_hides_no_reset()
    {
        BootScript script = new();
        script.Run();
        script.Last!.OnRestartAsked(60_000_000);

        Assert.Equal(BootClass.Gap, script.Last!.Observe(1_920_000_000).Class);
    }
}
