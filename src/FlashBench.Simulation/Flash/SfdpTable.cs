using System.Buffers.Binary;

namespace FlashBench.Simulation.Flash;

// The SFDP space of a simulated part, computed from its facts: the basic table of JESD216 (9 DWORDs) or JESD216B (16),
// and the 4-byte instruction table. Source: JEDEC JESD216B (S-28), as spi-flash.md 1.6 digests it.
// It claims what the model does (no dual or quad reads, no suspend), but for the 4-4-4 reads by which MX25L25635F is
// told from MX25L25635E.
internal static class SfdpTable
{
    internal const int SpaceBytes = 256;
    private const int TableOffset = 0x80;
    private const int FourByteOffset = 0xC0;
    private const int FourByteDwords = 2;
    private const int FirstDwords = 9;
    private const int MaxFactor = 6;        // erase: max = typical x 2(m + 1); 14 covers 2000/150 ms
    private const int ProgramMaxFactor = 3; // program: 8 covers 3000/448 us
    private const uint ThreeByteMax = 1 << 24;

    internal static byte[] Build(SimulatedPart part)
    {
        bool complete = part.Sfdp == SfdpRevision.Complete;
        bool fourByte = complete && part.Has(FourByteAddressing.Writes);
        byte minor = (byte)(complete ? 6 : 0);
        byte[] space = new byte[SpaceBytes];
        space.AsSpan().Fill(0xFF);
        "SFDP"u8.CopyTo(space);
        new byte[] { minor, 1, (byte)(fourByte ? 1 : 0), 0xFF }.CopyTo(space, 4);
        uint[] basic = complete ? [.. Basic(part), .. Times(part)] : Basic(part);
        WriteTable(space, 8, 0xFF00, minor, TableOffset, basic);
        if (fourByte)
            WriteTable(space, 16, 0xFF84, 0, FourByteOffset, FourByte(part));
        return space;
    }

    private static void WriteTable(byte[] space, int header, int id, byte minor, byte offset, uint[] dwords)
    {
        new byte[] { (byte)(id & 0xFF), minor, 1, (byte)dwords.Length, offset, 0, 0, (byte)(id >> 8) }
            .CopyTo(space, header);
        for (int i = 0; i < dwords.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(offset + 4 * i), dwords[i]);
    }

    // 4 KiB erase by 20h; address bytes 3, or 3 and 4; single-line reads only.
    private static uint[] Basic(SimulatedPart part)
    {
        uint[] dwords = new uint[FirstDwords];
        dwords[0] = 0xFF8020E5 | (part.SizeBytes > ThreeByteMax ? 1u << 17 : 0);
        dwords[1] = (uint)(part.SizeBytes * 8UL - 1);
        dwords[4] = 0xFFFFFFEE | (part.ClaimsQpiReads ? 0x10u : 0);
        (dwords[5], dwords[6]) = (0x0000FFFF, part.ClaimsQpiReads ? 0xEB44FFFF : 0x0000FFFF);
        for (int i = 0; i < part.Erases.Count; i++)
        {
            uint type = (uint)part.Erases[i].Opcode << 8 | (uint)uint.Log2(part.Erases[i].SizeBytes);
            dwords[7 + i / 2] |= type << (16 * (i % 2));
        }

        dwords[8] |= part.Erases.Count < 4 ? 0xFF000000 : 0;
        return dwords;
    }

    private static uint[] Times(SimulatedPart part) =>
    [
        EraseTimes(part),
        ProgramTimes(part),
        0x80000000, // no suspend and resume
        0,
        0x5CD5A204, // power-down B9h, release ABh within 3 us, poll by 05h bit 0
        0xFF400000, // quad enable is SR2 bit 1; a one-byte 01h leaves SR2 alone
        0x00001088 | AddressModes(part), // 66h/99h reset; SR1 non-volatile by 06h, volatile by 50h
    ];

    // Bits 14 and up: how 4-byte mode is left; bits 24 and up: how it is entered.
    private static uint AddressModes(SimulatedPart part)
    {
        bool needsEnable = part.Has(FourByteAddressing.ModeNeedsWriteEnable);
        uint value = 0;
        if (part.Has(FourByteAddressing.Mode))
            value |= (needsEnable ? 1u << 15 | 1u << 25 : 1u << 14 | 1u << 24) | 1u << 20 | 1u << 21;
        if (part.Has(FourByteAddressing.ExtendedRegister))
            value |= 1u << 16 | 1u << 26;
        return value | (part.Has(FourByteAddressing.Writes) ? 1u << 29 : 0);
    }

    // 13h, 0Ch, 12h and an erase for each type.
    private static uint[] FourByte(SimulatedPart part)
    {
        uint[] dwords = new uint[FourByteDwords];
        (dwords[0], dwords[1]) = (0xFFFF0000 | 1u << 0 | 1u << 1 | 1u << 6, 0xFFFFFFFF);
        for (int i = 0; i < part.Erases.Count; i++)
        {
            dwords[0] |= 1u << (9 + i);
            dwords[1] = (dwords[1] & ~(0xFFu << (8 * i))) | (uint)part.Erases[i].FourByteOpcode << (8 * i);
        }

        return dwords;
    }

    private static uint EraseTimes(SimulatedPart part)
    {
        uint value = MaxFactor;
        for (int i = 0; i < part.Erases.Count; i++)
        {
            double typical = part.Erases[i].Time.Typical.TotalMilliseconds;
            uint count = (uint)Math.Ceiling(typical / 16) - 1;
            value |= (1u << 5 | count & 0x1F) << (4 + 7 * i); // unit 1: 16 ms
        }

        return value;
    }

    private static uint ProgramTimes(SimulatedPart part)
    {
        uint page = (uint)Math.Ceiling(part.PageProgram.Typical.TotalMicroseconds / 64) - 1;
        uint whole = (uint)Math.Max(0, Math.Ceiling(part.ChipErase.Typical.TotalSeconds / 4) - 1);
        uint pageBits = (uint)int.Log2(part.PageBytes);
        const uint ByteTimes = 0b1_0010_0_0011u; // 2.5 us a further byte, 30 us the first one, in their fields
        return ProgramMaxFactor | pageBits << 4 | (1u << 5 | page & 0x1F) << 8 | ByteTimes << 14
            | (2u << 5 | whole & 0x1F) << 24; // chip erase unit 2: 4 s
    }
}
