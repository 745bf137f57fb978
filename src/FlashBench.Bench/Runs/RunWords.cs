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
        return Simulated([.. start.Benches.Select(bench => (bench.Id, bench.Simulated))]);
    }

    /// <summary>Which of these benches, or types of boards, are simulated; null if none is.</summary>
    public static string? Simulated(IReadOnlyCollection<(string Name, bool IsSimulated)> benches)
    {
        ArgumentNullException.ThrowIfNull(benches);
        if (!benches.Any(bench => bench.IsSimulated))
            return null;
        return benches.All(bench => bench.IsSimulated)
            ? "SIMULATED: no real board was examined"
            : "SIMULATED: " + string.Join(", ", benches.Where(bench => bench.IsSimulated).Select(bench => bench.Name));
    }
}
