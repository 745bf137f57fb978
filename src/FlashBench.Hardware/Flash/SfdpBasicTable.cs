namespace FlashBench.Hardware.Flash;

/// <summary>One erase type of the basic table.</summary>
/// <param name="Number">1 to 4: the bit of the sector map and of the 4-byte table that names it.</param>
/// <param name="Opcode">Instruction byte for the chip's default address length.</param>
/// <param name="SizeBytes">How much it erases; a power of two.</param>
/// <param name="Typical">Typical duration; null if the table is too old to tell.</param>
/// <param name="Max">Maximum duration; null if the table is too old to tell.</param>
public sealed record SfdpEraseType(int Number, byte Opcode, uint SizeBytes, TimeSpan? Typical, TimeSpan? Max);

/// <summary>How many address bytes the instructions of a chip take.</summary>
public enum SfdpAddressBytes
{
    /// <summary>Three, always.</summary>
    Three,

    /// <summary>Three at power-up; four after it was told so.</summary>
    ThreeOrFour,

    /// <summary>Four, always.</summary>
    Four,
}

/// <summary>What makes a chip use its data lines 2 and 3 (quad enable requirements, DWORD 15).</summary>
public enum SfdpQuadEnable
{
    /// <summary>Nothing: there is no such bit.</summary>
    None,

    /// <summary>Status register 2 bit 1, written by 01h with two bytes; one byte clears the register.</summary>
    Register2Bit1Clearing,

    /// <summary>Status register 1 bit 6, written by 01h with one byte.</summary>
    Register1Bit6,

    /// <summary>Status register 2 bit 7, read by 3Fh and written by 3Eh.</summary>
    Register2Bit7,

    /// <summary>Status register 2 bit 1, written by 01h with two bytes; one byte leaves the register alone.</summary>
    Register2Bit1,

    /// <summary>As <see cref="Register2Bit1"/>, and the register is read by 35h.</summary>
    Register2Bit1Readable,

    /// <summary>Status register 2 bit 1, read by 35h and written by 31h.</summary>
    Register2Bit1Separate,

    /// <summary>A value the standard reserves.</summary>
    Reserved,
}

/// <summary>Ways into 4-byte addressing (DWORD 16 bits 31:24).</summary>
[Flags]
public enum SfdpFourByteEntry
{
    /// <summary>None is named.</summary>
    None = 0,

    /// <summary>Instruction B7h.</summary>
    Enter = 1 << 0,

    /// <summary>Write enable, then B7h.</summary>
    EnterAfterWriteEnable = 1 << 1,

    /// <summary>The extended address register, C5h, selects 16 MiB at a time.</summary>
    ExtendedAddressRegister = 1 << 2,

    /// <summary>Bit 7 of the bank register, 17h.</summary>
    BankRegister = 1 << 3,

    /// <summary>A nonvolatile configuration register.</summary>
    ConfigurationRegister = 1 << 4,

    /// <summary>Instructions of their own with four address bytes.</summary>
    OwnInstructions = 1 << 5,

    /// <summary>It is always in 4-byte addressing.</summary>
    Always = 1 << 6,
}

/// <summary>The basic flash parameter table.</summary>
/// <remarks>Source: JEDEC JESD216D, basic flash parameter table; spi-flash 1.6. Lengths 9, 16 and 20 DWORDs.</remarks>
public sealed record SfdpBasicTable
{
    private const int DwordsMin = 9, TimesDwords = 11, RegistersDwords = 16, EraseTypes = 4;
    private const int SizeBitsLog2Max = 34; // 2 GiB: addresses are 32 bits
    private const uint SizeBytesMin = 4096;
    private const byte NoOpcode = 0xFF;
    private const int DefaultPageBytes = 256;

    private static readonly TimeSpan[] EraseUnits = Milliseconds(1, 16, 128, 1000);
    private static readonly TimeSpan[] ChipEraseUnits = Milliseconds(16, 256, 4000, 64_000);

    private static readonly TimeSpan[] ProgramUnits =
        [TimeSpan.FromMicroseconds(8), TimeSpan.FromMicroseconds(64)];

    private SfdpBasicTable()
    {
    }

    /// <summary>Length of the table: 9 (JESD216), 16 (A, B) or 20 (C, D) DWORDs on most chips.</summary>
    public int LengthDwords { get; private init; }

    /// <summary>Capacity in bytes; a multiple of 4 KiB, at most 2 GiB.</summary>
    public uint SizeBytes { get; private init; }

    /// <summary>How many address bytes instructions take.</summary>
    public SfdpAddressBytes AddressBytes { get; private init; }

    /// <summary>The 4 KiB erase instruction of DWORD 1; null if there is none everywhere on the chip.</summary>
    public byte? SectorErase { get; private init; }

    /// <summary>The erase types, in the order of the table; types that do not exist are left out.</summary>
    public IReadOnlyList<SfdpEraseType> Erases { get; private init; } = [];

    /// <summary>Program page in bytes; 256 if the table is too old to tell.</summary>
    public int PageBytes { get; private init; } = DefaultPageBytes;

    /// <summary>Typical time of a page program; null if the table is too old to tell.</summary>
    public TimeSpan? PageProgramTypical { get; private init; }

    /// <summary>Maximum time of a page program; null if the table is too old to tell.</summary>
    public TimeSpan? PageProgramMax { get; private init; }

    /// <summary>Typical time of a chip erase; null if the table is too old to tell.</summary>
    public TimeSpan? ChipEraseTypical { get; private init; }

    /// <summary>Maximum time of a chip erase: the larger of both multipliers; null if the table is too old.</summary>
    public TimeSpan? ChipEraseMax { get; private init; }

    /// <summary>Write enable for volatile status register bits by DWORD 1: 50h or 06h.</summary>
    public byte VolatileWriteEnable { get; private init; }

    /// <summary>True if the chip answers busy in status register 1 bit 0 (05h).</summary>
    public bool PollsStatusRegister { get; private init; } = true;

    /// <summary>True if the chip answers ready in the flag status register bit 7 (70h).</summary>
    public bool PollsFlagStatus { get; private init; }

    /// <summary>What makes the chip use data lines 2 and 3; null if the table is too old to tell.</summary>
    public SfdpQuadEnable? QuadEnable { get; private init; }

    /// <summary>True if status register 1 can be written volatile after 50h; null if the table is too old.</summary>
    public bool? StatusVolatileAfter50 { get; private init; }

    /// <summary>True if status register 1 takes 06h before a nonvolatile write; null if the table is too old.</summary>
    public bool? StatusWritableAfter06 { get; private init; }

    /// <summary>True if 66h, 99h reset the chip; null if the table is too old to tell.</summary>
    public bool? SoftReset { get; private init; }

    /// <summary>Ways into 4-byte addressing.</summary>
    public SfdpFourByteEntry FourByteEntry { get; private init; }

    /// <summary>True if E9h leaves 4-byte addressing, with or without write enable before it.</summary>
    public bool ExitsByE9 { get; private init; }

    /// <summary>True if E9h needs write enable before it.</summary>
    public bool ExitNeedsWriteEnable { get; private init; }

    /// <summary>DWORD 5 as it is: bit 4 tells MX25L25635F from MX25L25635E.</summary>
    public uint Dword5 { get; private init; }

    /// <summary>Reads the table.</summary>
    /// <exception cref="SfdpFormatException">It is too short, or names a size no chip has.</exception>
    internal static SfdpBasicTable From(SfdpDwords table)
    {
        if (table.Count < DwordsMin)
            throw table.Fault(1, $"a basic table of {table.Count} DWORDs is shorter than {DwordsMin}");
        uint size = ReadSize(table);
        bool hasSector = table.Bits(1, 1, 0) == 1 && (byte)table.Bits(1, 15, 8) is not (0 or NoOpcode);
        SfdpBasicTable basic = new()
        {
            LengthDwords = table.Count,
            SizeBytes = size,
            AddressBytes = table.Bits(1, 18, 17) switch
            {
                0 => SfdpAddressBytes.Three,
                1 => SfdpAddressBytes.ThreeOrFour,
                2 => SfdpAddressBytes.Four,
                _ => throw table.Fault(1, "the number of address bytes has a reserved value"),
            },
            SectorErase = hasSector ? (byte)table.Bits(1, 15, 8) : null,
            VolatileWriteEnable = table.Bit(1, 4) ? SpiNorOpcode.WriteEnable : SpiNorOpcode.VolatileWriteEnable,
            Dword5 = table[5],
            Erases = ReadErases(table, size),
        };
        if (table.Count >= TimesDwords)
            basic = basic.WithTimes(table);
        return table.Count >= RegistersDwords ? basic.WithRegisters(table) : basic;
    }

    private SfdpBasicTable WithTimes(SfdpDwords table)
    {
        uint pageLog2 = table.Bits(11, 7, 4);
        if (pageLog2 is 0 or > 12)
            throw table.Fault(11, $"a page of 2^{pageLog2} bytes");
        TimeSpan page = Time(table.Bits(11, 12, 8), ProgramUnits[table.Bits(11, 13, 13)]);
        TimeSpan chip = Time(table.Bits(11, 28, 24), ChipEraseUnits[table.Bits(11, 30, 29)]);
        uint program = 2 * (table.Bits(11, 3, 0) + 1), erase = 2 * (table.Bits(10, 3, 0) + 1);
        return this with
        {
            PageBytes = 1 << (int)pageLog2,
            PageProgramTypical = page,
            PageProgramMax = page * program,
            ChipEraseTypical = chip,
            ChipEraseMax = chip * Math.Max(program, erase),
        };
    }

    private SfdpBasicTable WithRegisters(SfdpDwords table)
    {
        uint polling = table.Bits(14, 7, 2), write = table.Bits(16, 6, 0), exit = table.Bits(16, 23, 14);
        return this with
        {
            PollsStatusRegister = polling == 0 || (polling & 1) != 0,
            PollsFlagStatus = (polling & 2) != 0,
            QuadEnable = (SfdpQuadEnable)table.Bits(15, 22, 20),
            StatusVolatileAfter50 = (write & 0b01100) != 0,
            StatusWritableAfter06 = (write & 0b11001) != 0,
            SoftReset = table.Bit(16, 12),
            FourByteEntry = (SfdpFourByteEntry)table.Bits(16, 30, 24),
            ExitsByE9 = (exit & 0b11) != 0,
            ExitNeedsWriteEnable = (exit & 0b11) == 0b10,
        };
    }

    private static uint ReadSize(SfdpDwords table)
    {
        uint density = table[2];
        if (density >> 31 != 0)
        {
            uint log2 = density & 0x7FFF_FFFF;
            return log2 is >= 15 and <= SizeBitsLog2Max
                ? (uint)(1UL << (int)log2 - 3)
                : throw table.Fault(2, $"a density of 2^{log2} bits");
        }

        ulong bits = (ulong)density + 1;
        return bits % (8 * SizeBytesMin) == 0
            ? (uint)(bits / 8)
            : throw table.Fault(2, $"a density of {bits} bits is no multiple of 4 KiB");
    }

    private static List<SfdpEraseType> ReadErases(SfdpDwords table, uint size)
    {
        List<SfdpEraseType> erases = [];
        for (int type = 1; type <= EraseTypes; type++)
        {
            int dword = type <= 2 ? 8 : 9, low = type % 2 == 1 ? 0 : 16;
            uint log2 = table.Bits(dword, low + 7, low);
            byte opcode = (byte)table.Bits(dword, low + 15, low + 8);
            if (log2 == 0 || opcode is 0 or NoOpcode)
                continue;
            if (log2 > 31 || 1u << (int)log2 > size)
                throw table.Fault(dword, $"erase type {type} of 2^{log2} bytes is larger than the chip");
            erases.Add(WithTime(table, new SfdpEraseType(type, opcode, 1u << (int)log2, null, null)));
        }

        return erases;
    }

    private static SfdpEraseType WithTime(SfdpDwords table, SfdpEraseType erase)
    {
        if (table.Count < TimesDwords)
            return erase;
        int low = 4 + 7 * (erase.Number - 1);
        TimeSpan typical = Time(table.Bits(10, low + 4, low), EraseUnits[table.Bits(10, low + 6, low + 5)]);
        return erase with { Typical = typical, Max = typical * (2 * (table.Bits(10, 3, 0) + 1)) };
    }

    private static TimeSpan Time(uint count, TimeSpan unit) => unit * (count + 1);

    private static TimeSpan[] Milliseconds(params int[] values) =>
        [.. values.Select(value => TimeSpan.FromMilliseconds(value))];
}
