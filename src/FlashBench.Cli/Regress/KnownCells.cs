using FlashBench.Bench.Regress;

namespace FlashBench.Cli.Regress;

/// <summary>What an earlier run found, and need not be found again.</summary>
/// <param name="known">The earlier run; null for none, or if nothing is to be taken over.</param>
internal sealed class KnownCells(RegressTable? known)
{
    private readonly Dictionary<string, CellResult> _known = known?.Cells
        .Where(cell => cell.IsLasting)
        .GroupBy(cell => cell.Key).ToDictionary(group => group.Key, group => group.First()) ?? [];

    /// <summary>The earlier result of a cell on which nothing has changed since; null if it must be examined.</summary>
    public CellResult? Find(CellResult named) => !_known.TryGetValue(named.Key, out CellResult? earlier) ? null
        : earlier with
        {
            File = named.File, // the content may have another name now
        };
}
