namespace FlashBench.Bench.Runs;

/// <summary>What must stand beside every table of a run.</summary>
public static class RunWords
{
    /// <summary>What a PASS of this run needs.</summary>
    public static string Required(RunEvent.Started start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return start.Require is { } level ? $"needs level {level}, as was asked" : "needs the level of each profile";
    }

    /// <summary>Which benches are simulated (rule I7); null if none is.</summary>
    public static string? Simulated(RunEvent.Started start)
    {
        ArgumentNullException.ThrowIfNull(start);
        int count = start.Benches.Count(bench => bench.Simulated);
        if (count == 0)
            return null;
        return count == start.Benches.Length
            ? "SIMULATED: no real board was examined"
            : "SIMULATED: "
                + string.Join(", ", start.Benches.Where(bench => bench.Simulated).Select(bench => bench.Id));
    }
}
