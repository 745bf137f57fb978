using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Simulation.Board;

/// <summary>The sensor on the board's main rail and supply input. Conversion time is not modelled.</summary>
/// <param name="board">The board.</param>
/// <param name="identity">Says that it is simulated.</param>
internal sealed class SimulatedPowerSensor(SimulatedBoard board, PartIdentity identity) : IPowerSensor
{
    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public ValueTask<PowerSample> SampleAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(board.Sample());
    }
}
