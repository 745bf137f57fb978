namespace FlashBench.Simulation.Faults;

/// <summary>Where the faults of a plan happen.</summary>
/// <param name="bench">The bench.</param>
/// <param name="time">Its clock.</param>
/// <param name="boot">The host's boot clock; null where it is real.</param>
public sealed class FaultSite(VirtualBench bench, TimeProvider time, VirtualBootClock? boot)
{
    private readonly List<ITimer> _timers = []; // they end with their clock

    /// <summary>The bench.</summary>
    public VirtualBench Bench => bench;

    /// <summary>The host's boot clock; null where it is real.</summary>
    public VirtualBootClock? Boot => boot;

    /// <summary>The display clock of the host; null where it is real.</summary>
    public VirtualTime? Display => time as VirtualTime;

    /// <summary>Lets something happen so many seconds from now; 0 for at once.</summary>
    public void At(long second, Action action)
    {
        if (second == 0)
        {
            action();
            return;
        }

        _timers.Add(time.CreateTimer(
            _ => action(), null, TimeSpan.FromSeconds(second), Timeout.InfiniteTimeSpan));
    }
}
