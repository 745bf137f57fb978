using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Simulation.Board;

/// <summary>The coil of the relay that feeds the board. What the contact does is the board's affair.</summary>
/// <param name="board">The board.</param>
/// <param name="identity">Says that it is simulated.</param>
internal sealed class SimulatedRelay(SimulatedBoard board, PartIdentity identity) : IOutputLine
{
    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new(board.IsDriven);

    /// <inheritdoc/>
    public ValueTask DriveAsync(bool active, CancellationToken cancel)
    {
        board.Drive(active);
        return ValueTask.CompletedTask;
    }
}
