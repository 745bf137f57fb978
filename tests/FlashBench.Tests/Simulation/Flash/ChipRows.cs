using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Flash;

namespace FlashBench.Tests.Simulation.Flash;

// Parts for the tests of the chip model; times as in hardware/chips.json. The small one keeps files small.
internal static class ChipRows
{
    internal static SpiNorChip W25Q80 { get; } = Row("W25Q80", 0xEF4014, 1 << 20);

    internal static SpiNorChip W25Q64 { get; } = Row("W25Q64", 0xEF4017, 8 << 20);

    internal static SpiNorChip W25Q128 { get; } = Row("W25Q128", 0xEF4018, 16 << 20);

    // What a state file wants to know of a part.
    internal static SpiNorChip Of(SimulatedPart part) => Row(part.Name, part.JedecId, part.SizeBytes);

    private static SpiNorChip Row(string name, uint id, uint size) => new(
        name, id, size, 256,
        [
            new EraseCommand(0x20, 4096, TimeSpan.FromMilliseconds(45), TimeSpan.FromMilliseconds(400)),
            new EraseCommand(0xD8, 65536, TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(2000)),
        ],
        TimeSpan.FromMicroseconds(400), TimeSpan.FromMilliseconds(3), 2700, 3600, "test row");
}
