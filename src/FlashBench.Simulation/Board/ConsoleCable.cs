using FlashBench.Hardware.Console;

namespace FlashBench.Simulation.Board;

/// <summary>The serial cable with its adapter: pulled at either end, and plugged in again.</summary>
/// <remarks>
/// Modelled: a host that sees its adapter go and come, and one that sees nothing when the board's end is pulled; bytes
/// of both directions are lost meanwhile. Not modelled: the noise of pulling.
/// </remarks>
/// <param name="timeline">The board's time.</param>
/// <param name="happened">Tells the host.</param>
internal sealed class ConsoleCable(BoardTimeline timeline, Action<ConsoleEvent> happened)
{
    /// <summary>True if bytes get through.</summary>
    public bool Plugged { get; private set; } = true;

    /// <summary>False if the host has lost the adapter.</summary>
    public bool AdapterThere { get; private set; } = true;

    /// <summary>Schedules what shall happen to the cable in a boot.</summary>
    public void Schedule(ConsoleUnplug? fault, int boot, TimeSpan began)
    {
        if (fault is not null && fault.When.Applies(boot))
            timeline.At(began + fault.When.At, new BoardScope(), at => Pull(at, fault));
    }

    private void Pull(TimeSpan at, ConsoleUnplug fault)
    {
        if (!Plugged)
            return;
        (Plugged, AdapterThere) = (false, !fault.HangsUp);
        if (fault.HangsUp)
            happened(new ConsoleEvent.HangUp(timeline.Timestamp(at)));
        if (fault.BackAfter is TimeSpan pause)
            timeline.At(at + pause, new BoardScope(), Plug);
    }

    private void Plug(TimeSpan at)
    {
        if (!AdapterThere)
            happened(new ConsoleEvent.Back(timeline.Timestamp(at)));
        (Plugged, AdapterThere) = (true, true);
    }
}
