using FlashBench.Bench.Jobs;
using FlashBench.Simulation.Board;

namespace FlashBench.Cli.Certify;

/// <summary>What a simulated board does in a negative control.</summary>
/// <remarks>Source: me-firmware 7, NC4 to NC8. The first boot is the baseline, which must live; the event is in the
/// second, the first watched one.</remarks>
internal static class ControlFaults
{
    private const int FirstWatched = 2;

    private static readonly TimeSpan Midway = TimeSpan.FromMinutes(12), BeforeMark = new(0, 29, 50);

    /// <summary>Arranges the event; nothing for a control that is an image.</summary>
    public static void Arrange(NegativeControl? control, BoardFaults faults)
    {
        switch (control)
        {
            case NegativeControl.ConsoleUnplugged:
                faults.ConsoleSilent = new BootMoment(FirstWatched, Midway);
                break;
            case NegativeControl.PowerOff:
                faults.PowerOff = new BoardPowerOff(new BootMoment(FirstWatched, BeforeMark), Announced: true);
                break;
        }
    }
}
