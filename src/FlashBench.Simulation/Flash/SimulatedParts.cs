// The parts that are modelled, from their datasheets: Winbond W25Q64JV (S-02), W25Q128JV (S-03), W25Q64CV, W25Q128FV,
// W25Q256FV, W25Q256JV; Macronix MX25L12835F, MX25L25635E, MX25L25635F (S-27). The variants that share an id differ as
// spi-flash.md 1.6 says.
//
// Assumed: times of the parts other than W25Q64JV and W25Q128JV are rounded. W25Q256FV needs 06h before B7h and E9h.
using FlashBench.Hardware.Flash;

namespace FlashBench.Simulation.Flash;

/// <summary>The parts that the chip model knows by name.</summary>
public static class SimulatedParts
{
    private const uint MiB = 1 << 20;
    private const uint MacronixId = 0xC2;
    private const FourByteAddressing AllOpcodes = FourByteAddressing.Reads | FourByteAddressing.Writes;

    /// <summary>Winbond W25Q64CV, 8 MiB: two status registers, the second cleared by a one-byte 01h.</summary>
    public static SimulatedPart W25Q64CV { get; } = Winbond("W25Q64CV", 0xEF4017, 8 * MiB, 0.7) with
    {
        Registers = RegisterStyle.WinbondTwo,
        Sfdp = SfdpRevision.First,
    };

    /// <summary>Winbond W25Q40, 512 KiB.</summary>
    public static SimulatedPart W25Q40 { get; } = Winbond("W25Q40", 0xEF4013, MiB / 2, 0.4);

    /// <summary>Winbond W25Q80, 1 MiB.</summary>
    public static SimulatedPart W25Q80 { get; } = Winbond("W25Q80", 0xEF4014, MiB, 0.4);

    /// <summary>Winbond W25Q64JV, 8 MiB.</summary>
    public static SimulatedPart W25Q64JV { get; } = Winbond("W25Q64JV", 0xEF4017, 8 * MiB, 0.4);

    /// <summary>Winbond W25Q128JV, 16 MiB.</summary>
    public static SimulatedPart W25Q128JV { get; } = Winbond("W25Q128JV", 0xEF4018, 16 * MiB, 0.4);

    /// <summary>Winbond W25Q128FV, 16 MiB: SRP0 with SRP1 is for ever.</summary>
    public static SimulatedPart W25Q128FV { get; } = Winbond("W25Q128FV", 0xEF4018, 16 * MiB, 0.7) with
    {
        LocksForEver = true,
        Sfdp = SfdpRevision.First,
    };

    /// <summary>Winbond W25Q256FV, 32 MiB: reads with four address bytes, programs and erases only by mode.</summary>
    public static SimulatedPart W25Q256FV { get; } = Winbond("W25Q256FV", 0xEF4019, 32 * MiB, 0.7) with
    {
        Registers = RegisterStyle.WinbondLarge,
        LocksForEver = true,
        FourByte = FourByteAddressing.Mode | FourByteAddressing.ModeNeedsWriteEnable
            | FourByteAddressing.ExtendedRegister | FourByteAddressing.LeavesRegisterSet | FourByteAddressing.Reads,
        Sfdp = SfdpRevision.First,
    };

    /// <summary>Winbond W25Q256JV, 32 MiB: every instruction with four address bytes.</summary>
    public static SimulatedPart W25Q256JV { get; } = Winbond("W25Q256JV", 0xEF4019, 32 * MiB, 0.7) with
    {
        Registers = RegisterStyle.WinbondLarge,
        FourByte = FourByteAddressing.Mode | FourByteAddressing.ExtendedRegister | AllOpcodes,
    };

    /// <summary>Macronix MX25L12835F, 16 MiB.</summary>
    public static SimulatedPart MX25L12835F { get; } = Macronix("MX25L12835F", 0xC22018, 16 * MiB);

    /// <summary>Macronix MX25L25635E, 32 MiB: 4-byte mode, no instructions with four address bytes.</summary>
    public static SimulatedPart MX25L25635E { get; } = Macronix("MX25L25635E", 0xC22019, 32 * MiB) with
    {
        FourByte = FourByteAddressing.Mode,
    };

    /// <summary>Macronix MX25L25635F, 32 MiB: every instruction with four address bytes.</summary>
    public static SimulatedPart MX25L25635F { get; } = Macronix("MX25L25635F", 0xC22019, 32 * MiB) with
    {
        FourByte = FourByteAddressing.Mode | FourByteAddressing.ExtendedRegister | AllOpcodes,
        ClaimsQpiReads = true,
    };

    /// <summary>Every part; of those that share an id the usual one first.</summary>
    public static IReadOnlyList<SimulatedPart> All { get; } =
    [
        W25Q40, W25Q80, W25Q64JV, W25Q64CV, W25Q128JV, W25Q128FV, W25Q256JV, W25Q256FV, MX25L12835F, MX25L25635F,
        MX25L25635E,
    ];

    /// <summary>The part with this name, upper or lower case; null if there is none.</summary>
    public static SimulatedPart? ByName(string name) =>
        All.FirstOrDefault(part => part.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The usual part with the row's id and size; else one made up from the row.</summary>
    /// <param name="row">Row of the driver's table; of a known part only id and size are used.</param>
    /// <remarks>
    /// Made up: Macronix registers for manufacturer C2h, else Winbond's; above 16 MiB with every 4-byte instruction.
    /// </remarks>
    public static SimulatedPart For(SpiNorChip row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return All.FirstOrDefault(part => part.JedecId == row.JedecId && part.SizeBytes == row.SizeBytes)
            ?? Made(row, row.JedecId >> 16 == MacronixId, row.SizeBytes > 16 * MiB);
    }

    private static SimulatedPart Made(SpiNorChip row, bool macronix, bool large)
    {
        SimulatedPart part = macronix
            ? Macronix(row.Name, row.JedecId, row.SizeBytes)
            : Winbond(row.Name, row.JedecId, row.SizeBytes, 0);
        return part with
        {
            PageBytes = row.PageBytes,
            PageProgram = new PartTime(row.PageProgramTypical, row.PageProgramMax),
            Registers = large && !macronix ? RegisterStyle.WinbondLarge : part.Registers,
            FourByte = large
                ? FourByteAddressing.Mode | FourByteAddressing.ExtendedRegister | AllOpcodes
                : FourByteAddressing.None,
        };
    }

    // tSE 45/400, tBE1 120/1600, tBE2 150/2000 ms; tCE grows with the array, 40/200 s for 128 Mbit.
    private static SimulatedPart Winbond(string name, uint id, uint size, double pageMs) => new()
    {
        Name = name,
        JedecId = id,
        SizeBytes = size,
        Erases = Erases(
            PartTime.Milliseconds(45, 400), PartTime.Milliseconds(120, 1600), PartTime.Milliseconds(150, 2000)),
        PageProgram = PartTime.Milliseconds(pageMs, 3),
        ChipErase = PartTime.Milliseconds(2500.0 * size / MiB, 12_500.0 * size / MiB),
    };

    private static SimulatedPart Macronix(string name, uint id, uint size) => new()
    {
        Name = name,
        JedecId = id,
        SizeBytes = size,
        Erases = Erases(
            PartTime.Milliseconds(45, 200), PartTime.Milliseconds(200, 1000), PartTime.Milliseconds(350, 2000)),
        PageProgram = PartTime.Milliseconds(0.5, 3),
        ChipErase = PartTime.Milliseconds(3500.0 * size / MiB, 10_000.0 * size / MiB),
        StatusWrite = PartTime.Milliseconds(20, 40),
        Registers = RegisterStyle.Macronix,
        HasSecurityRegisters = false,
        Sfdp = SfdpRevision.First,
    };

    private static PartErase[] Erases(PartTime sector, PartTime half, PartTime block) =>
    [
        new(0x20, 0x21, 4096, sector), new(0x52, 0x5C, 32768, half), new(0xD8, 0xDC, 65536, block),
    ];
}
