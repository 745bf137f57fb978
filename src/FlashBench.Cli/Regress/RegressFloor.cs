using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Soak;

namespace FlashBench.Cli.Regress;

/// <summary>What the cells of one regression share; any thread may use it.</summary>
/// <param name="run">Log, course and folders.</param>
/// <param name="order">What was asked.</param>
internal sealed class RegressFloor(SoakFloor run, RegressOrder order)
{
    /// <summary>Log, course and folders.</summary>
    public SoakFloor Run => run;

    /// <summary>What was asked.</summary>
    public RegressOrder Order => order;

    /// <summary>What need not be found again.</summary>
    public required KnownCells Known { get; init; }

    /// <summary>Places of the cells that are settled already.</summary>
    public required IReadOnlySet<(string, string, string, string)> Settled { get; init; }

    /// <summary>Jobs of a run that goes on which have ended, by bench and step, in their order.</summary>
    public required ILookup<(string Bench, int Step), JobDigest> Ended { get; init; }

    /// <summary>Writes a result down.</summary>
    public void Settle(CellResult result) => run.Happen(new RunEvent.Settled(result));
}
