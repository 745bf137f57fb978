using FlashBench.Bench.Regress;

namespace FlashBench.Bench.Live;

/// <summary>How many cells of a regression came to which end.</summary>
public sealed class CellCounts
{
    private readonly int[] _counts = new int[Enum.GetValues<CellOutcome>().Length];

    /// <summary>Cells that are settled.</summary>
    public int Settled => _counts.Sum();

    /// <summary>Cells of one of these ends.</summary>
    public int Of(params ReadOnlySpan<CellOutcome> outcomes)
    {
        int count = 0;
        foreach (CellOutcome outcome in outcomes)
            count += _counts[(int)outcome];
        return count;
    }

    /// <summary>Cells with nothing against them for which no job ran.</summary>
    public int NotRun => Of(CellOutcome.Static, CellOutcome.Duplicate, CellOutcome.Refused, CellOutcome.NoImage);

    /// <summary>Cells of which nobody can say whether they are good.</summary>
    public int Else => Settled - NotRun - Of(CellOutcome.Pass, CellOutcome.Holds, CellOutcome.Fail);

    internal void Add(CellOutcome outcome) => _counts[(int)outcome]++;
}
