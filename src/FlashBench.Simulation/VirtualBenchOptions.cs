using FlashBench.Hardware.Flash;

namespace FlashBench.Simulation;

/// <summary>What a virtual bench is made of.</summary>
/// <param name="Id">Bench id, for the descriptions of its parts.</param>
/// <param name="StatePath">File that keeps chip and board; its folder exists.</param>
/// <param name="Chip">The flash part on the board.</param>
/// <param name="Seed">Of everything that varies: chip times, noise, clock error, the chip's unique id.</param>
public sealed record VirtualBenchOptions(string Id, string StatePath, SpiNorChip Chip, int Seed)
{
    /// <summary>True if the board's operating system has the agent that prints FB1 lines.</summary>
    public bool Agent { get; init; } = true;

    /// <summary>True if host firmware hides an ME 11 whose HAP bit is set: no register can be read.</summary>
    public bool HiddenUnderHap { get; init; }
}
