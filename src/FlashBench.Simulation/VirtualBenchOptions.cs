using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation;

/// <summary>The programmer of a virtual bench.</summary>
public enum VirtualProgrammer
{
    /// <summary>A CH341A: 1.5 MHz, full speed.</summary>
    Ch341a,

    /// <summary>An FT2232H, the chip at its channel A: up to 30 MHz, high speed.</summary>
    Ft2232h,
}

/// <summary>What a virtual bench is made of.</summary>
/// <param name="Id">Bench id, for the descriptions of its parts.</param>
/// <param name="StatePath">File that keeps chip and board; its folder exists.</param>
/// <param name="Chip">The flash part on the board.</param>
/// <param name="Seed">Of everything that varies: chip times, noise, clock error, the chip's unique id.</param>
public sealed record VirtualBenchOptions(string Id, string StatePath, SpiNorChip Chip, int Seed)
{
    /// <summary>The part the chip model is; null for the usual one with the id and size of the chip.</summary>
    public SimulatedPart? Part { get; init; }

    /// <summary>What stands between the host and the chip.</summary>
    public VirtualProgrammer Programmer { get; init; } = VirtualProgrammer.Ch341a;

    /// <summary>Further images of the firmware's maker, whole or as ME regions: the board knows their code as genuine,
    /// from now on.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Published { get; init; } = [];

    /// <summary>True if every erase and page takes its typical time; else they vary by a fifth.</summary>
    public bool ExactTimes { get; init; }

    /// <summary>True if the board's operating system has the agent that prints FB1 lines.</summary>
    public bool Agent { get; init; } = true;

    /// <summary>True if host firmware hides an ME 11 whose HAP bit is set: no register can be read.</summary>
    public bool HiddenUnderHap { get; init; }
}
