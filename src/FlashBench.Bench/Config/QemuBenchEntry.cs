namespace FlashBench.Bench.Config;

/// <summary>A bench whose board is QEMU: it boots what is on the simulated flash chip.</summary>
/// <param name="Image">Generated image that its chip holds when new, with U-Boot at its end: "me8".</param>
/// <param name="Chip">Part name of the chip (hardware/chips.json); 8 MiB at most.</param>
/// <param name="Seed">Seed of everything that varies in chip and programmer.</param>
/// <param name="System">What U-Boot starts: "u-boot" (nothing, its prompt) or "linux" (with the DUT agent).</param>
/// <param name="Programmer">What stands between host and chip: "ch341a" or "ft2232h".</param>
/// <param name="FlashPace">How many times faster than on the wall time passes for chip and programmer; 1 is real.
/// </param>
/// <param name="Files">Folder that scripts/qemu-board has filled; null for the one that the environment names, else
/// what Debian's packages have installed.</param>
public sealed record QemuBenchEntry(
    string Image, string Chip, int Seed, string System, string Programmer = VirtualBenchEntry.DefaultProgrammer,
    int FlashPace = 1, string? Files = null)
{
    /// <summary>Images that fit the chip of such a bench.</summary>
    public static IReadOnlyList<string> Images { get; } = ["me8"];

    /// <summary>Chips that QEMU takes as its flash.</summary>
    public static IReadOnlyList<string> Chips { get; } = ["W25Q64"];

    /// <summary>What may run on the board.</summary>
    public static IReadOnlyList<string> Systems { get; } = ["u-boot", "linux"];

    /// <summary>Largest <see cref="FlashPace"/>.</summary>
    public const int FlashPaceMax = 1000;
}
