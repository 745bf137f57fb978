using FlashBench.Hardware.Flash;

namespace FlashBench.Simulation.Flash;

// What the chip does with an opcode.
internal enum SpiNorAction : byte
{
    Ignore,
    ReadId,
    ReadStatus,
    ReadData,
    ReadUniqueId,
    ReadSfdp,
    WriteEnable,
    WriteDisable,
    WriteEnableVolatile,
    WriteStatus,
    Program,
    Erase,
    ChipErase,
    PowerDown,
    Release,
    EnableReset,
    Reset,
}

// One instruction: HeadBytes counts the opcode, address and dummy bytes; Register is the status register (0 to 2).
internal readonly record struct SpiNorInstruction(SpiNorAction Action, int HeadBytes = 1, int Register = 0)
{
    // Source: Winbond W25Q128JV revision F, section 8.1.2 (instruction set table 1, standard SPI).
    internal static SpiNorInstruction Decode(byte opcode) => opcode switch
    {
        0x9F => new(SpiNorAction.ReadId),
        0x05 => new(SpiNorAction.ReadStatus, 1, 0),
        0x35 => new(SpiNorAction.ReadStatus, 1, 1),
        0x15 => new(SpiNorAction.ReadStatus, 1, 2),
        0x03 => new(SpiNorAction.ReadData, 4),
        0x0B => new(SpiNorAction.ReadData, 5),
        0x4B => new(SpiNorAction.ReadUniqueId, 5),
        0x5A => new(SpiNorAction.ReadSfdp, 5),
        0x06 => new(SpiNorAction.WriteEnable),
        0x04 => new(SpiNorAction.WriteDisable),
        0x50 => new(SpiNorAction.WriteEnableVolatile),
        0x01 => new(SpiNorAction.WriteStatus, 1, 0),
        0x31 => new(SpiNorAction.WriteStatus, 1, 1),
        0x11 => new(SpiNorAction.WriteStatus, 1, 2),
        0x02 => new(SpiNorAction.Program, 4),
        0x20 or 0x52 or 0xD8 => new(SpiNorAction.Erase, 4),
        0xC7 or 0x60 => new(SpiNorAction.ChipErase),
        0xB9 => new(SpiNorAction.PowerDown),
        0xAB => new(SpiNorAction.Release),
        0x66 => new(SpiNorAction.EnableReset),
        0x99 => new(SpiNorAction.Reset),
        _ => new(SpiNorAction.Ignore),
    };

    // The erase a W25Q part does on this opcode. Times come from the chip's row; the 32 KiB erase is in the silicon
    // even where the row leaves it out. Source: W25Q128JV revision F, section 9.6 (tBE1 120/1600 ms).
    internal static EraseCommand EraseFor(SpiNorChip chip, byte opcode) =>
        chip.Erases.FirstOrDefault(erase => erase.Opcode == opcode) ?? opcode switch
        {
            0x20 => new EraseCommand(0x20, 4096, Milliseconds(45), Milliseconds(400)),
            0x52 => new EraseCommand(0x52, 32768, Milliseconds(120), Milliseconds(1600)),
            _ => new EraseCommand(0xD8, 65536, Milliseconds(150), Milliseconds(2000)),
        };

    // tCE grows with the array: 20/100 s for 64 Mbit, 40/200 s for 128 Mbit.
    internal static EraseCommand ChipEraseFor(SpiNorChip chip)
    {
        TimeSpan typical = TimeSpan.FromSeconds(20) * (chip.SizeBytes / (8.0 * 1024 * 1024));
        return new EraseCommand(0xC7, chip.SizeBytes, typical, typical * 5);
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
