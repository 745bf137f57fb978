namespace FlashBench.Bench.Config;

/// <summary>A bench whose board is QEMU: its flash is a virtual chip behind a virtual programmer.</summary>
/// <param name="Image">Generated image that lies under the board's firmware: "me8".</param>
/// <param name="Chip">Part name of the chip (hardware/chips.json); 8 MiB at most.</param>
/// <param name="Seed">Seed of everything random on this bench.</param>
/// <param name="System">What boots from the flash: "u-boot", or "linux" with the DUT agent on its console.</param>
/// <param name="Programmer">What stands between host and chip: "ch341a" or "ft2232h".</param>
public sealed record QemuBenchEntry(string Image, string Chip, int Seed, string System, string Programmer);
