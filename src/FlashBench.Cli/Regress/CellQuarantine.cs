using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Fleet;

namespace FlashBench.Cli.Regress;

/// <summary>Cells that a quarantine keeps out.</summary>
internal static class CellQuarantine
{
    /// <summary>Why a cell is left out now; null if it is not.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="bench">The bench; "" for a virtual board of its own.</param>
    /// <param name="dut">Serial of the board; null if none was named.</param>
    /// <param name="paths">Folders of the host.</param>
    /// <exception cref="CommandFailure">The list of what is quarantined cannot be read.</exception>
    public static string? Of(RegressCell cell, string bench, string? dut, BenchPaths paths)
    {
        var subject = new QuarantineSubject(
            bench, dut, cell.Profile?.Id ?? "", cell.File.Me.Split(' ')[^1], cell.File.Sha256);
        var store = new QuarantineStore(paths.State);
        return FleetDoor.OnList(() => store.Find(subject, FleetDoor.Now())) is [var entry, ..]
            ? entry.ToString()
            : null;
    }

    /// <summary>The result of a cell that is left out: nothing of it lasts.</summary>
    /// <param name="named">Names the cell.</param>
    /// <param name="why">What speaks against it.</param>
    public static CellResult LeftOut(CellResult named, string why) => named with
    {
        Outcome = CellOutcome.Static,
        Stage = CellJudge.Run,
        Reason = $"left out: {why}",
        Key = "", // what is kept out now is not tomorrow
    };
}
