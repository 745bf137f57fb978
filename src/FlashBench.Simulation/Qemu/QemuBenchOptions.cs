using FlashBench.Hardware.Flash;

namespace FlashBench.Simulation.Qemu;

/// <summary>What runs on a QEMU board.</summary>
public enum QemuSystem
{
    /// <summary>U-Boot from the flash chip, which ends at its prompt.</summary>
    UBoot,

    /// <summary>U-Boot from the flash chip, which starts Linux with the DUT agent from the board's disk.</summary>
    Linux,
}

/// <summary>What a bench with a QEMU board is made of.</summary>
/// <param name="Id">Bench id, for the descriptions of its parts.</param>
/// <param name="StatePath">File that keeps the chip; its folder exists. Beside it lies that of the process.</param>
/// <param name="Chip">The flash part on the board; 8 MiB at most, which is QEMU's limit.</param>
/// <param name="Seed">Of everything that varies in chip and programmer.</param>
/// <param name="Files">Programs and files of the host.</param>
public sealed record QemuBenchOptions(string Id, string StatePath, SpiNorChip Chip, int Seed, QemuBoardFiles Files)
{
    /// <summary>Largest chip that the machine takes as its flash, in bytes.</summary>
    public const uint ChipBytesMax = 8 << 20;

    /// <summary>What runs on the board.</summary>
    public QemuSystem System { get; init; }

    /// <summary>What stands between the host and the chip.</summary>
    public VirtualProgrammer Programmer { get; init; } = VirtualProgrammer.Ch341a;

    /// <summary>How many times faster than on the wall time passes for chip and programmer; 1 is real.</summary>
    /// <remarks>The board itself always runs in real time.</remarks>
    public int FlashPace { get; init; } = 1;

    /// <summary>A board that nobody switches off ends by itself after this time: no process is forgotten.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Folder of the process: sockets, pid, what QEMU says.</summary>
    internal string RunFolder => StatePath + ".run";
}
