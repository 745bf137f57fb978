using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>Restarts before the operating system shows itself: how far they only make the watch begin anew.</summary>
public sealed class EarlyRestartTests
{
    private const string Banner = "coreboot-4.22 x86_64 bootblock starting (log level: 7)...";

    [Theory]
    [InlineData(1)]
    [InlineData(3)] // the most that boards do by themselves (me-firmware 4)
    [InlineData(5)]
    public void A_few_global_resets_with_a_dip_and_a_banner_each_are_a_normal_start(int resets)
    {
        (double From, double To)[] dips = [.. Enumerable.Range(1, resets).Select(i => (8.0 * i, (8.0 * i) + 2))];
        BootScript starting = Dipping(dips, until: dips[^1].To + 5);
        starting.Run();
        Assert.Null(starting.Last!.StopReason((long)(starting.Until * 1e6)));

        BootObservation seen = Dipping(dips).Run();

        Assert.Equal(BootClass.Alive, seen.Class);
        Assert.Equal((8L * resets + 2) * 1_000_000, seen.PowerGoodUs);
    }

    [Fact]
    public void More_of_them_are_a_loop()
    {
        BootScript script = Dipping(
            [.. Enumerable.Range(1, 7).Select(i => (8.0 * i, (8.0 * i) + 2))], until: 100);

        Assert.Equal(BootClass.BootLoop, script.Run().Class);
    }

    // Half an hour without a sign of life, then the rails drop for a moment: the board sat in its setup, or its console
    // was not heard. What comes afterwards may look as healthy as it likes.
    [Theory]
    [InlineData(1800, BootClass.WatchdogConsistent)]
    [InlineData(600, BootClass.VendorTimer)]
    [InlineData(1000, BootClass.SelfRestart)]
    public void A_rail_that_drops_long_after_the_start_is_a_loss_and_no_global_reset(double at, BootClass expected)
    {
        BootObservation seen = Dipping([(at, at + 3)]).Run();

        Assert.Equal(expected, seen.Class);
        Assert.Equal(FlashBench.Bench.Verdict.Fail, WatchChecks.OutcomeOf(seen.Class));
        Assert.Equal((long)(at * 1e6), seen.PowerLostUs);
    }

    [Fact]
    public void A_restart_long_after_the_start_leaves_open_what_was_before_it()
    {
        var script = new BootScript { Kernel = 1820, Until = 1820 + 1920 };
        script.Extra.Add((1800, Banner));

        BootObservation seen = script.Run();

        Assert.Equal(BootClass.Silent, seen.Class);
        Assert.Contains("restarted", seen.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warm_boot_whose_rail_went_down_was_none()
    {
        BootObservation seen = Warm(askedAt: 60, (at => at is >= 62 and < 65 ? (0, 30) : (3290, 800)));

        Assert.Equal(BootClass.Gap, seen.Class);
        Assert.Contains("no warm boot", seen.Explanation, StringComparison.Ordinal);
        Assert.Equal(BootClass.Alive, Warm(askedAt: 60, _ => (3290, 800)).Class);
    }

    [Fact]
    public void A_board_that_lost_power_just_before_a_warm_boot_was_asked_for_has_lost_it()
    {
        BootObservation seen = Warm(askedAt: 60, at => at is >= 58 and < 62 ? (0, 30) : (3290, 800));

        Assert.Equal((BootClass.SelfRestart, 58_000_000), (seen.Class, seen.PowerLostUs));
    }

    [Fact]
    public void A_low_sample_before_a_warm_boot_is_asked_for_is_not_forgotten()
    {
        BootObservation before = Warm(askedAt: 60, at => at is 50 ? (0, 30) : (3290, 800));
        BootObservation amid = Warm(askedAt: 60.2, at => at is 60 ? (0, 30) : (3290, 800));

        Assert.Equal((BootClass.Gap, BootClass.Reset), (before.Class, amid.Class)); // nobody may ask for one then
    }

    [Fact]
    public void A_board_that_restarted_by_itself_before_a_warm_boot_was_asked_for_is_a_reset()
    {
        BootObservation seen = Warm(askedAt: 60, _ => (3290, 800), (58, Banner));

        Assert.Equal((BootClass.Reset, 58_000_000), (seen.Class, seen.ResetUs));
    }

    // The rail is low from each first second to the second one; the firmware says so every time that it starts.
    private static BootScript Dipping((double From, double To)[] dips, double? until = null)
    {
        double kernel = dips[^1].To + 20;
        var script = new BootScript
        {
            Power = at => dips.Any(dip => at >= dip.From && at < dip.To) ? (0, 30) : (3290, 800),
            Kernel = kernel,
            Until = until ?? (kernel + 1920),
            Heartbeats = at => until is null,
            Samples = at => until is null,
        };
        script.Extra.AddRange(dips.Select(dip => (dip.To + 0.6, Banner)));
        return script;
    }

    // The system is up at 30 s, restarts when asked, and is up again 20 s later.
    private static BootObservation Warm(
        double askedAt, Func<double, (int Millivolts, int Milliamps)> power, params (double At, string Line)[] extra)
    {
        var watch = new BootWatch(new BootScript().Settings, 1, (BootKind.Warm, BootScript.Nonce), 0);
        var events = new List<(double At, Action Do)> { (askedAt, () => watch.OnRestartAsked((long)(askedAt * 1e6))) };
        int noise = 0;
        for (double at = 0; at <= 2100; at += 0.5)
        {
            double now = at;
            (int millivolts, int milliamps) = now < 0.5 ? (0, 20) : power(now);
            events.Add((now, () => watch.OnPower((long)(now * 1e6), millivolts, milliamps + noise++ % 3)));
        }

        void Say(double at, string line) => events.Add(
            (at, () => watch.OnConsole((long)(at * 1e6), Encoding.Latin1.GetBytes(line + "\r\n"))));

        foreach ((double from, double to) in ((double, double)[])[(10, 57), (askedAt + 10, 2100)])
        {
            Say(from - 9, Banner);
            for (int i = 0; from + 10 + (5 * i) < to; i++)
                Say(from + 10 + (5 * i), BootScript.SampleLine(i + 1, 10 + (5 * i)));
        }

        foreach ((double at, string line) in extra)
            Say(at, line);
        foreach ((_, Action happen) in events.OrderBy(entry => entry.At))
            happen();
        return watch.Observe(2_100_000_000);
    }
}
