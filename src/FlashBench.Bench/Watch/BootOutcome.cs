using System.Globalization;

namespace FlashBench.Bench.Watch;

/// <summary>Names what happened in one boot, most telling cause first.</summary>
/// <remarks>Source: me-firmware criteria, table of observations; the times are those of the known timers.</remarks>
internal sealed class BootOutcome(BootSettings settings, PowerTrace power, ConsoleTrace console)
{
    /// <summary>More starts of the firmware than this without an operating system are a loop.</summary>
    public const int EarlyStartsMax = 6;

    private const long UsPerSecond = 1_000_000, SensorGapMaxUs = 5 * UsPerSecond, TextBeforeLossUs = 30 * UsPerSecond;

    private static readonly (double From, double To)[] VendorTimersMinutes = [(9.5, 10.5), (119, 121)];

    /// <summary>A hole in the record; null if there is none.</summary>
    public required string? Gap { get; init; }

    /// <summary>End of the watch.</summary>
    public required long EndUs { get; init; }

    public (BootClass Class, string Explanation) Classify(long? clockStartUs)
    {
        if (power.Frozen)
            return (BootClass.SensorFrozen, "the power sensor repeated one value: it no longer measures");
        if (power.PowerGoodUs is not long t0 || clockStartUs is not long start)
            return NoPowerGood();
        if (power.LostUs is long lost)
            return PowerLost(lost, lost - t0);
        if (console.ResetUs is long reset)
            return (BootClass.Reset, $"the board started again {Clock(reset - t0)} after power-good");
        if (Hole() is string hole)
            return (BootClass.Gap, hole);
        return SystemUp() ?? SignsOfLife(t0, start);
    }

    /// <summary>Longest time without a sign of life from the first one to the end of power or of the watch.</summary>
    public long LongestSilenceUs()
    {
        long longest = 0;
        for (int i = 0; i < console.Signs.Count; i++)
        {
            long next = i + 1 < console.Signs.Count ? console.Signs[i + 1] : power.LostUs ?? EndUs;
            longest = Math.Max(longest, next - console.Signs[i]);
        }

        return longest;
    }

    private (BootClass, string) NoPowerGood() => power.SupplySeen
        ? (BootClass.NeverBooted, "the supply is connected and draws standby current, but the main rail never came up: "
            + "the board does not boot")
        : (BootClass.LabPower, "no current flowed into the board after the relay closed");

    private (BootClass, string) PowerLost(long lost, long afterUs)
    {
        string when = $"power was lost {Clock(afterUs)} after power-good";
        double minutes = afterUs / 60.0 / UsPerSecond;
        if (power.SupplyLost)
            return (BootClass.LabPower, $"{when} together with the supply: the lab's power, not the board");
        if (lost - console.ShutdownTextUs is >= 0 and <= TextBeforeLossUs)
            return (BootClass.DeliberateShutdown, $"{when}, after the operating system said that it powers down");
        if (lost - console.CrashTextUs is >= 0 and <= 2 * TextBeforeLossUs)
            return (BootClass.Crash, $"{when}, after a panic or thermal message");
        if (minutes is >= 29 and <= 31)
            return (BootClass.WatchdogConsistent, $"{when} without a shutdown text: consistent with the ME watchdog");
        return VendorTimersMinutes.Any(timer => minutes >= timer.From && minutes <= timer.To)
            ? (BootClass.VendorTimer, $"{when}: consistent with a board maker's own timer")
            : (BootClass.UnexplainedPowerLoss, $"{when} and nothing explains it");
    }

    private string? Hole()
    {
        long gap = power.LongestGapUs(EndUs);
        if (power.Dips > 0)
            return "the main rail read low in single samples while the board went on: sensor or supply";
        return Gap ?? (gap > SensorGapMaxUs ? $"the power sensor gave no sample for {Seconds(gap)}" : null);
    }

    private (BootClass, string)? SystemUp()
    {
        if (console.OsUpUs is null && console.EarlyStarts + power.Restarts > EarlyStartsMax)
        {
            return (BootClass.BootLoop,
                $"the board started {Math.Max(console.EarlyStarts, power.Restarts)} times and never reached an "
                + "operating system");
        }

        if (console.OsUpUs is not long up)
            return (BootClass.Silent, "the board is powered, but nothing on its console counts as a sign of life");
        long since = Math.Max(power.PowerGoodUs!.Value, console.LastEarlyBannerUs ?? 0);
        return up - since <= settings.BootLimitUs ? null
            : (BootClass.Silent,
                $"the first sign of the operating system came only {Clock(up - since)} after the start, later "
                + $"than the allowed {Clock(settings.BootLimitUs)}: what happened before is unknown");
    }

    private (BootClass, string) SignsOfLife(long t0, long start)
    {
        long last = console.Signs[^1], mark = start + settings.MinimumUs;
        if (last <= mark)
        {
            return (BootClass.SignsOfLifeLost, $"the last sign of life came {Clock(last - t0)} after power-good, "
                + $"before the mark at {Clock(mark - t0)}; the board stayed powered");
        }

        long silence = LongestSilenceUs();
        if (silence > settings.GapMaxUs)
        {
            return (BootClass.SignsOfLifeLost, $"no sign of life for {Seconds(silence)}, more than the allowed "
                + $"{Seconds(settings.GapMaxUs)}; the board stayed powered");
        }

        if (!Answered(mark))
        {
            return (BootClass.Unanswered,
                $"the {(console.HasHeartbeat ? "heartbeat" : "login prompt")} went on, but no line past the mark "
                + "answered this boot's nonce: it could be a repetition of another boot");
        }

        return (BootClass.Alive,
            $"power and signs of life held until {Clock(last - t0)} after power-good, past the mark "
            + $"at {Clock(mark - t0)}");
    }

    private bool Answered(long mark) => console.Samples.Count > 0 && console.Samples[^1].AtUs > mark;

    private static string Clock(long us) => string.Create(
        CultureInfo.InvariantCulture, $"{us / (60 * UsPerSecond)}:{us % (60 * UsPerSecond) / 1e6:00.0}");

    private static string Seconds(long us) => string.Create(CultureInfo.InvariantCulture, $"{us / 1e6:0.0} s");
}
