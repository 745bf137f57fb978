using FlashBench.Bench.Jobs;
using FlashBench.Simulation.Board;

namespace FlashBench.Cli.Certify;

/// <summary>What a simulated board does in a negative control.</summary>
/// <remarks>Source: me-firmware 7, NC4 to NC8. The first boot is the baseline, which must live; the event is in the
/// second, the first watched one.</remarks>
internal static class ControlFaults
{
    private const int FirstWatched = 2;

    private static readonly TimeSpan Midway = new(0, 12, 0), BeforeMark = new(0, 29, 50), Watchdog = new(0, 30, 0);

    /// <summary>Arranges the event; nothing for a control that is an image.</summary>
    public static void Arrange(NegativeControl? control, BoardFaults faults)
    {
        switch (control)
        {
            case NegativeControl.SoftDisable:
                faults.MeSoftDisabled = FirstWatched;
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

    private static BootMoment At(TimeSpan at) => new(FirstWatched, at);
}
