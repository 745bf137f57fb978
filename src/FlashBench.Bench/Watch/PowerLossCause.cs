using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>Names why the main rails of a boot dropped: by what went with them, by words before, by the time.</summary>
/// <remarks>Source: me-firmware criteria, table of observations and the split of causes; the times are those of the
/// known timers.</remarks>
internal sealed class PowerLossCause(BootSettings settings, PowerTrace power, ConsoleTrace console)
{
    private const long TextBeforeLossUs = 30_000_000, SettledUs = 2_000_000;
    private const double UsPerMinute = 60e6;
    private const int InvalidProcessor = 8, PlatformDisableWait = 6;
    private const uint StartEnforcement = 1u << 31, EnforcementAfterThirtyMinutes = 1;

    private static readonly (double From, double To)[] VendorTimersMinutes = [(9.5, 10.5), (119, 121)];

    /// <summary>Names the cause.</summary>
    /// <param name="lost">First sample without the rail.</param>
    /// <param name="t0">Power-good.</param>
    /// <param name="start">Last start of the firmware: nobody knows whether a timer starts anew with it, so that both
    /// times may name one.</param>
    public (BootClass Class, string Explanation) Classify(long lost, long t0, long start)
    {
        string when = $"power was lost {FormattedTime.Clock(lost - t0)} after power-good"
            + (power.ReturnedUs is null ? "" : " and came back by itself");
        if (power.SupplyLost)
            return (BootClass.LabPower, $"{when} together with the supply: the lab's power, not the board");
        string since = $"{when}, {FormattedTime.Clock(lost - start)} after the firmware's last start,";
        return ByWords(lost, when) ?? ByTime((lost - t0) / UsPerMinute, when)
            ?? ByTime((lost - start) / UsPerMinute, since)
            ?? (power.ReturnedUs is null
                ? (BootClass.UnexplainedPowerLoss, $"{when} and nothing explains it")
                : (BootClass.SelfRestart, $"{when}: the board restarts itself"));
    }

    private (BootClass, string)? ByWords(long lost, string when)
    {
        ConsoleTexts texts = console.Texts;
        if (lost - texts.CrashUs is >= 0 and <= 2 * TextBeforeLossUs)
            return (BootClass.Crash, $"{when}, after a panic, machine check or thermal message");
        if (lost - texts.ShutdownUs is >= 0 and <= TextBeforeLossUs)
        {
            return power.ReturnedUs is null
                ? (BootClass.DeliberateShutdown, $"{when}, after the operating system said that it powers down")
                : (BootClass.SelfRestart, $"{when}, although the operating system had said that it powers down");
        }

        if (lost - texts.SuspendUs is >= 0 and <= TextBeforeLossUs)
            return (BootClass.Asleep, $"{when}, after the operating system said that it goes to sleep");
        return power.MeanMilliamps(lost + SettledUs, long.MaxValue) is double after && settings.IsAsleep(after)
            ? (BootClass.Asleep, $"{when}, and the board draws {after:0} mA as it does asleep")
            : null;
    }

    private (BootClass, string)? ByTime(double minutes, string when)
    {
        if (minutes is >= 29 and <= 31)
            return AtThirtyMinutes(when);
        return VendorTimersMinutes.Any(timer => minutes >= timer.From && minutes <= timer.To)
            ? (BootClass.VendorTimer, $"{when}: consistent with a board maker's own timer")
            : null;
    }

    private (BootClass, string) AtThirtyMinutes(string when)
    {
        if (Any(registers => registers.Status1 is { WorkingState: PlatformDisableWait }))
        {
            return (BootClass.WatchdogConsistent, $"{when} without a shutdown text: consistent with the ME watchdog, "
                + "and HFSTS1 said that it was armed");
        }

        if (Any(BootGuardActs))
        {
            return (BootClass.BootGuardTimer, $"{when} without a shutdown text: Boot Guard's 30 minutes, by HFSTS5 or "
                + "HFSTS6");
        }

        if (console.Texts.NamesSkuLock || Any(registers => registers.Status1 is { WorkingState: InvalidProcessor }))
        {
            return (BootClass.SkuLock, $"{when} without a shutdown text: the chipset does not allow this processor, "
                + "whatever the ME does");
        }

        return (BootClass.WatchdogConsistent, $"{when} without a shutdown text: consistent with the ME watchdog; no "
            + "register named the cause");
    }

    private static bool BootGuardActs(MeRegisters registers) => registers.Status1 is not null
        && ((registers.Hfsts5 is uint flow and not uint.MaxValue && (flow & StartEnforcement) != 0)
            || (registers.Hfsts6 is uint fuses and not uint.MaxValue
                && (fuses >> 6 & 3) == EnforcementAfterThirtyMinutes));

    private bool Any(Func<MeRegisters, bool> says) => console.Samples.Any(sample => says(sample.Registers));
}
