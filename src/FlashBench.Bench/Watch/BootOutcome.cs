using static FlashBench.Bench.Watch.FormattedTime;

namespace FlashBench.Bench.Watch;

/// <summary>Names what happened in one boot, most telling cause first.</summary>
/// <remarks>Source: me-firmware criteria, table of observations; the times are those of the known timers.</remarks>
internal sealed class BootOutcome(BootSettings settings, PowerTrace power, ConsoleTrace console)
{
    /// <summary>More starts of the firmware than this without an operating system are a loop.</summary>
    public const int EarlyStartsMax = 6;

    private const long SensorGapMaxUs = 5_000_000, TextBeforeSilenceUs = 60_000_000;

    /// <summary>A hole in the record; null if there is none.</summary>
    public required string? Gap { get; init; }

    /// <summary>A hole in what the console said; null if there is none.</summary>
    public required string? ConsoleHole { get; init; }

    /// <summary>Last noise on the console: break, receive errors.</summary>
    public required long? NoiseUs { get; init; }

    /// <summary>When the board was asked for a warm boot; null if it was not.</summary>
    public required long? RestartAskedUs { get; init; }

    /// <summary>End of the watch.</summary>
    public required long EndUs { get; init; }

    public (BootClass Class, string Explanation) Classify(long? clockStartUs)
    {
        if (power.Frozen)
            return (BootClass.SensorFrozen, "the power sensor repeated one value: it no longer measures");
        if (power.PowerGoodUs is not long t0 || clockStartUs is not long start)
            return NoPowerGood();
        if (FailFast.Alarm(settings, console.Samples, start) is string alarm)
            return (BootClass.NotDisabled, alarm);
        if (power.LostUs is long lost)
            return new PowerLossCause(settings, power, console).Classify(lost, t0);
        if (console.ResetUs is long reset)
            return Restarted(reset, t0);
        bool stopped = Stopped(start);
        if (Hole(stopped) is string hole)
            return (BootClass.Gap, hole);
        return SystemUp() ?? (stopped ? Silence(t0, start) : SignsOfLife(t0, start));
    }

    private (BootClass, string) NoPowerGood() => power.SupplySeen
        ? (BootClass.NeverBooted, "the supply is connected and draws standby current, but the main rail never came up: "
            + "the board does not boot")
        : (BootClass.LabPower, "no current flowed into the board after the relay closed");

    private (BootClass, string) Restarted(long reset, long t0)
    {
        string when = $"the board started again {Clock(reset - t0)} after power-good";
        return reset - console.Texts.CrashUs is >= 0 and <= 4 * TextBeforeSilenceUs
            ? (BootClass.Crash, $"{when}, after a panic, machine check or thermal message")
            : (BootClass.Reset, when);
    }

    // A console that was gone is a hole where life went on or never showed; else it is why nothing was heard any more.
    private string? Hole(bool stopped)
    {
        long gap = power.LongestGapUs(EndUs);
        if (power.Dips > 0)
            return "the main rail read low in single samples while the board went on: sensor or supply";
        if (Gap is not null || gap > SensorGapMaxUs)
            return Gap ?? $"the power sensor gave no sample for {Seconds(gap)}";
        return stopped ? null : ConsoleHole;
    }

    // True if the signs of life ended before the mark, and long before the end of the watch.
    private bool Stopped(long start) => console.Signs.LastUs is long last && EndUs - last > settings.GapMaxUs
        && last <= start + settings.MinimumUs;

    private (BootClass, string) Silence(long t0, long start) =>
        new SilenceCause(settings, power, console)
        {
            ConsoleHole = ConsoleHole,
            NoiseUs = NoiseUs,
            EndUs = EndUs
        }.Classify(t0, start);

    private (BootClass, string)? SystemUp()
    {
        if (console.OsUpUs is null && Math.Max(console.EarlyStarts, power.Restarts) > EarlyStartsMax)
        {
            return (BootClass.BootLoop,
                $"the board started {Math.Max(console.EarlyStarts, power.Restarts)} times and never reached an "
                + "operating system");
        }

        if (console.OsUpUs is not long up)
            return NeverUp();
        long since = Math.Max(
            Math.Max(power.PowerGoodUs!.Value, RestartAskedUs ?? 0), console.LastEarlyBannerUs ?? 0);
        return up - since <= settings.BootLimitUs ? null
            : (BootClass.Silent,
                $"the first sign of the operating system came only {Clock(up - since)} after the start, later "
                + $"than the allowed {Clock(settings.BootLimitUs)}: what happened before is unknown");
    }

    private (BootClass, string) NeverUp()
    {
        if (console.Texts.CrashUs >= (console.LastEarlyBannerUs ?? 0))
        {
            return (BootClass.Hang,
                "the board is powered, and a panic or machine check kept its system from coming up");
        }

        if (console.Texts.SuspendUs is not null)
            return (BootClass.Asleep, "the board said that it goes to sleep");
        return (BootClass.Silent, console.SaidAnything || settings.ExpectedSilence
            ? "the board is powered, but nothing on its console counts as a sign of life"
            : "the board is powered, but nothing came on its console at all: cable, speed, or a firmware without "
                + "console");
    }

    private (BootClass, string) SignsOfLife(long t0, long start)
    {
        long last = console.Signs.LastUs!.Value, mark = start + settings.MinimumUs;
        if (last <= mark)
        {
            return (BootClass.SignsOfLifeLost, $"the last sign of life came {Clock(last - t0)} after power-good, "
                + $"before the mark at {Clock(mark - t0)}; the board stayed powered");
        }

        long silence = console.Signs.LongestSilenceUs(power.LostUs ?? EndUs);
        if (silence > settings.GapMaxUs)
        {
            return (BootClass.SignsOfLifeLost, $"no sign of life for {Seconds(silence)}, more than the allowed "
                + $"{Seconds(settings.GapMaxUs)}; the board stayed powered");
        }

        if (console.LateStart is var (from, late))
        {
            return (BootClass.Silent, $"the board restarted {Clock(late - from)} after its start without a sign of an "
                + $"operating system, later than the allowed {Clock(settings.BootLimitUs)}: what happened before is "
                + "unknown");
        }

        if (console.Clock is { } clock && Math.Abs(clock.PartsPerMillion) > ClockComparison.PartsPerMillionMax)
        {
            return (BootClass.ClockMismatch, $"the board's uptime and the bench's clock differ by "
                + $"{Percent(clock)} %, more than the allowed 1 %: neither says how long it lived");
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
}
