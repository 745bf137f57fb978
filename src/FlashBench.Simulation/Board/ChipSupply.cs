using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation.Board;

/// <summary>Who feeds the chip: programmer and board each say it for themselves.</summary>
/// <remarks>Not modelled: a programmer that feeds the whole board through the clip. Safe for concurrent use.</remarks>
/// <param name="chip">The chip.</param>
internal sealed class ChipSupply(SimulatedSpiNor chip)
{
    private readonly Lock _gate = new();
    private bool _programmer;
    private bool _board;

    /// <summary>The programmer is plugged in, or not.</summary>
    public void SetProgrammer(bool fed, long at)
    {
        lock (_gate)
            chip.SetSupply(_programmer = fed, _board, at);
    }

    /// <summary>The board's rail is up, or not.</summary>
    public void SetBoard(bool fed, long at)
    {
        lock (_gate)
            chip.SetSupply(_programmer, _board = fed, at);
    }
}
