using System.Buffers.Binary;
using FlashBench.Hardware.Flash;

namespace FlashBench.Simulation.Flash;

// The SFDP space of the simulated chip: one basic table, JESD216B (16 DWORDs), computed from the chip's row, and
// claiming only what this model does (no dual or quad reads, no suspend).
internal static class SfdpTable
{
    internal const int SpaceBytes = 256;
    private const int TableOffset = 0x80;
    private const int TableDwords = 16;
    private const int MaxFactor = 6;        // erase: max = typical x 2(m + 1); 14 covers 2000/150 ms
    private const int ProgramMaxFactor = 3; // program: 8 covers 3000/448 us

    internal static byte[] Build(SpiNorChip chip)
    {
        byte[] space = new byte[SpaceBytes];
        space.AsSpan().Fill(0xFF);
        "SFDP"u8.CopyTo(space);
        new byte[] { 6, 1, 0, 0xFF }.CopyTo(space, 4);                                  // 1.6, one header
        new byte[] { 0x00, 6, 1, TableDwords, TableOffset, 0, 0, 0xFF }.CopyTo(space, 8);
        uint[] dwords = Dwords(chip);
        for (int i = 0; i < dwords.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(TableOffset + 4 * i), dwords[i]);
        return space;
    }

    private static uint[] Dwords(SpiNorChip chip) =>
    [
        0xFF8020E5,                // 4 KiB erase by 20h, 3-byte addresses, single-line reads only
        chip.SizeBytes * 8 - 1,    // density in bits, less one
        0, 0,                      // no 1-4-4, 1-1-4, 1-1-2, 1-2-2 reads
        0xFFFFFFEE, 0x0000FFFF, 0x0000FFFF,
        0x520F200C,                // erase types: 2^12 by 20h, 2^15 by 52h
        0xFF00D810,                // 2^16 by D8h, no fourth
        EraseTimes(chip),
        ProgramTimes(chip),
        0x80000000,                // no suspend and resume
        0,
        0x5CD5A204,                // power-down B9h, release ABh within 3 us, poll by 05h bit 0
        0xFF400000,                // quad enable is SR2 bit 1; a one-byte 01h leaves SR2 alone
        0x00001088,                // 66h/99h reset; SR1 non-volatile by 06h, volatile by 50h
    ];

    private static uint EraseTimes(SpiNorChip chip)
    {
        uint value = MaxFactor;
        byte[] opcodes = [0x20, 0x52, 0xD8];
        for (int i = 0; i < opcodes.Length; i++)
        {
            double typical = SpiNorInstruction.EraseFor(chip, opcodes[i]).Typical.TotalMilliseconds;
            uint count = (uint)Math.Ceiling(typical / 16) - 1;
            value |= (1u << 5 | count & 0x1F) << (4 + 7 * i); // unit 1: 16 ms
        }

        return value;
    }

    private static uint ProgramTimes(SpiNorChip chip)
    {
        uint page = (uint)Math.Ceiling(chip.PageProgramTypical.TotalMicroseconds / 64) - 1;
        uint whole = (uint)Math.Ceiling(SpiNorInstruction.ChipEraseFor(chip).Typical.TotalSeconds / 4) - 1;
        uint pageBits = (uint)int.Log2(chip.PageBytes);
        const uint ByteTimes = 0b1_0010_0_0011u; // 2.5 us a further byte, 30 us the first one, in their fields
        return ProgramMaxFactor | pageBits << 4 | (1u << 5 | page & 0x1F) << 8 | ByteTimes << 14
            | (2u << 5 | whole & 0x1F) << 24; // chip erase unit 2: 4 s
    }
}
