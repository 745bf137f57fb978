using FlashBench.Bench.Jobs;
using FlashBench.Simulation.Board;

namespace FlashBench.Cli.Certify;

/// <summary>What a simulated board does in a negative control.</summary>
/// <remarks>Source: me-firmware 7, NC4 to NC8. The baseline must live; the event is in the boot after it.</remarks>
internal static class ControlFaults
{
    private static readonly TimeSpan Midway = new(0, 12, 0), BeforeMark = new(0, 29, 50), Watchdog = new(0, 30, 0);

    /// <summary>Arranges the event; nothing for a control that is an image.</summary>
    /// <param name="control">The control; null for none.</param>
    /// <param name="faults">Those of the board.</param>
    /// <param name="baselineDone">True for a job that goes on behind its baseline: then the board's first boot is a
    /// watched one.</param>
    public static void Arrange(NegativeControl? control, BoardFaults faults, bool baselineDone)
    {
        int firstWatched = baselineDone ? 1 : 2;
        BootMoment At(TimeSpan at) => new(firstWatched, at);
        switch (control)
        {
            case NegativeControl.SoftDisable:
                faults.MeSoftDisabled = firstWatched;
                break;
            case NegativeControl.ConsoleUnplugged:
                faults.ConsoleUnplugged = new ConsoleUnplug(At(Midway), HangsUp: false);
                break;
            case NegativeControl.PowerOff:
                faults.PowerOff = new BoardPowerOff(At(BeforeMark), Announced: true);
                break;
            case NegativeControl.AcCut:
                faults.SupplyCut = new SupplyCut(At(Watchdog), BackAfter: null);
                break;
            case NegativeControl.Panic:
                faults.Crash = new SystemCrash(CrashKind.Panic, At(Midway));
                break;
            case NegativeControl.Hang:
                faults.Hang = new SystemHang(At(Midway), RepeatsLastLine: false);
                break;
        }
    }
}
