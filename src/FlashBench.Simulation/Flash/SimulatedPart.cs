namespace FlashBench.Simulation.Flash;

/// <summary>How the status registers of a part are laid out and written.</summary>
public enum RegisterStyle
{
    /// <summary>
    /// SR1 (BP0-2, TB, SEC, SRP0), SR2 (SRL, QE, LB1-3, CMP), SR3 (WPS, drivers); 05/35/15, 01/31/11, 50h.
    /// </summary>
    WinbondThree,

    /// <summary>As three, but BP0-3 and TB in bit 6 of SR1, and the address mode in SR3.</summary>
    WinbondLarge,

    /// <summary>SR1 and SR2 only, 05/35 and 01h, 50h; a one-byte 01h clears SR2.</summary>
    WinbondTwo,

    /// <summary>
    /// Status (BP0-3, QE in bit 6, SRWD) and configuration (TB in bit 3, one-time); 05/15 and 01h with one or two
    /// bytes; no 35h, no 50h.
    /// </summary>
    Macronix,
}

/// <summary>What a part understands beyond three address bytes.</summary>
[Flags]
public enum FourByteAddressing
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>B7h and E9h switch the address length of the three-byte instructions.</summary>
    Mode = 1,

    /// <summary>B7h and E9h need WEL, and clear it.</summary>
    ModeNeedsWriteEnable = 2,

    /// <summary>C5h and C8h write and read the extended address register (bits 31:24).</summary>
    ExtendedRegister = 4,

    /// <summary>The extended address register is 1 after 4-byte mode was left.</summary>
    LeavesRegisterSet = 8,

    /// <summary>13h and 0Ch read with four address bytes.</summary>
    Reads = 16,

    /// <summary>12h programs, 21h, 5Ch and DCh erase with four address bytes.</summary>
    Writes = 32,
}

/// <summary>What a part says of itself in its SFDP space.</summary>
public enum SfdpRevision
{
    /// <summary>No SFDP: 5Ah is not heard.</summary>
    None,

    /// <summary>JESD216, header 1.0: a basic table of 9 DWORDs, no times.</summary>
    First,

    /// <summary>JESD216B, header 1.6: 16 DWORDs with times, and a 4-byte table on parts above 16 MiB.</summary>
    Complete,
}

/// <summary>How long an operation of the part takes.</summary>
/// <param name="Typical">Typical time.</param>
/// <param name="Max">Maximum time.</param>
public readonly record struct PartTime(TimeSpan Typical, TimeSpan Max)
{
    internal static PartTime Milliseconds(double typical, double max) =>
        new(TimeSpan.FromMilliseconds(typical), TimeSpan.FromMilliseconds(max));
}

/// <summary>One erase instruction of the part.</summary>
/// <param name="Opcode">Opcode with the address length of the current mode.</param>
/// <param name="FourByteOpcode">Opcode with four address bytes, where the part has these.</param>
/// <param name="SizeBytes">How much it sets to 0xFF.</param>
/// <param name="Time">How long that takes.</param>
public sealed record PartErase(byte Opcode, byte FourByteOpcode, uint SizeBytes, PartTime Time);

/// <summary>A part as silicon: what the chip model is, whatever a driver's table says about it.</summary>
/// <remarks>
/// Facts come from the manufacturer's datasheet, never from hardware/chips.json, so that an error there does not prove
/// itself right. Known parts stand in <see cref="SimulatedParts"/>.
/// </remarks>
public sealed record SimulatedPart
{
    /// <summary>Part name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Answer to 9Fh, 24 bits, manufacturer first.</summary>
    public required uint JedecId { get; init; }

    /// <summary>Capacity in bytes.</summary>
    public required uint SizeBytes { get; init; }

    /// <summary>Program page in bytes.</summary>
    public int PageBytes { get; init; } = 256;

    /// <summary>Erase instructions, smallest first.</summary>
    public required IReadOnlyList<PartErase> Erases { get; init; }

    /// <summary>Time of a page program.</summary>
    public required PartTime PageProgram { get; init; }

    /// <summary>Time of C7h and 60h.</summary>
    public required PartTime ChipErase { get; init; }

    /// <summary>Time of a non-volatile status register write.</summary>
    public PartTime StatusWrite { get; init; } = PartTime.Milliseconds(10, 15);

    /// <summary>Layout and instructions of the status registers.</summary>
    public RegisterStyle Registers { get; init; } = RegisterStyle.WinbondThree;

    /// <summary>True if SRP0 and SRP1 together lock the registers for ever, not until the next power cycle.</summary>
    public bool LocksForEver { get; init; }

    /// <summary>What it understands beyond three address bytes.</summary>
    public FourByteAddressing FourByte { get; init; } = FourByteAddressing.None;

    /// <summary>True for a unique id by 4Bh and security registers by 44h, 42h and 48h.</summary>
    public bool HasSecurityRegisters { get; init; } = true;

    /// <summary>Its SFDP space.</summary>
    public SfdpRevision Sfdp { get; init; } = SfdpRevision.Complete;

    /// <summary>True if DWORD 5 of the basic table claims fast reads in 4-4-4 (bit 4).</summary>
    public bool ClaimsQpiReads { get; init; }

    internal bool Has(FourByteAddressing feature) => (FourByte & feature) != 0;
}
