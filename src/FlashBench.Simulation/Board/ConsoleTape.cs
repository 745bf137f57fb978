namespace FlashBench.Simulation.Board;

/// <summary>The last boots as their transmitter sent them, for the fault that replays one.</summary>
internal sealed class ConsoleTape
{
    private const int BootsMax = 5;

    private readonly Dictionary<int, List<(TimeSpan At, byte[] Bytes)>> _boots = [];

    /// <summary>Keeps bytes that arrived <paramref name="at"/> after their boot began.</summary>
    public void Record(int boot, TimeSpan at, byte[] bytes)
    {
        if (!_boots.TryGetValue(boot, out var tape))
        {
            _boots[boot] = tape = [];
            _boots.Remove(boot - BootsMax);
        }

        tape.Add((at, bytes));
    }

    /// <summary>What a boot sent; empty if it is not kept.</summary>
    public IReadOnlyList<(TimeSpan At, byte[] Bytes)> Of(int boot) =>
        _boots.TryGetValue(boot, out var tape) ? tape : [];
}
