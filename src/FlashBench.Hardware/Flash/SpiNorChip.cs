namespace FlashBench.Hardware.Flash;

/// <summary>One erase instruction of a chip, with its datasheet times.</summary>
/// <param name="Opcode">Instruction byte, followed by as many address bytes as the chip is set to.</param>
/// <param name="SizeBytes">How much it sets to 0xFF; the address is aligned to it.</param>
/// <param name="Typical">Typical duration.</param>
/// <param name="Max">Maximum duration; still busy after it is a fault.</param>
public sealed record EraseCommand(byte Opcode, uint SizeBytes, TimeSpan Typical, TimeSpan Max)
{
    /// <summary>The instruction byte that takes four address bytes in any mode; null if there is none.</summary>
    public byte? FourByteOpcode { get; init; }
}

/// <summary>What is known about one SPI NOR chip: its row of hardware/chips.json, completed by its own SFDP.</summary>
/// <param name="Name">Part name for people.</param>
/// <param name="JedecId">Answer to 9Fh: manufacturer, type, capacity, most significant byte first.</param>
/// <param name="SizeBytes">Capacity in bytes.</param>
/// <param name="PageBytes">Program page in bytes; programming wraps inside it.</param>
/// <param name="Erases">Erase instructions, smallest first; none on a chip that is read only here.</param>
/// <param name="PageProgramTypical">Typical time of one page program.</param>
/// <param name="PageProgramMax">Maximum time of one page program.</param>
/// <param name="SupplyMillivoltsMin">Lowest supply voltage in millivolts; 0 if it is not known.</param>
/// <param name="SupplyMillivoltsMax">Highest supply voltage in millivolts; 0 if it is not known.</param>
/// <param name="Source">The document the row was taken from.</param>
public sealed record SpiNorChip(
    string Name, uint JedecId, uint SizeBytes, int PageBytes, IReadOnlyList<EraseCommand> Erases,
    TimeSpan PageProgramTypical, TimeSpan PageProgramMax, int SupplyMillivoltsMin, int SupplyMillivoltsMax,
    string Source)
{
    private readonly string? _title;

    /// <summary>The name with the variants that share the id: "W25Q256 (FV or JV: JV by SFDP)".</summary>
    public string Title { get => _title ?? Name; init => _title = value; }

    /// <summary>The parts that have this id and agree with the chip's SFDP; empty if none is known.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>How addresses above 16 MiB are reached.</summary>
    public SpiNorAddressing Addressing { get; init; }

    /// <summary>True if C5h writes an extended address register, which leaving B7h mode may change.</summary>
    public bool HasExtendedAddressRegister { get; init; }

    /// <summary>The bit that tells 4-byte addressing; null if none is known.</summary>
    public RegisterBit? FourByteModeBit { get; init; }

    /// <summary>Which status and configuration registers there are, and how they are written.</summary>
    public SpiNorRegisterLayout Registers { get; init; } = SpiNorRegisterLayout.Three;

    /// <summary>How block protection is expressed in the registers; null if it is not known.</summary>
    public SpiNorProtectionScheme? ProtectionScheme { get; init; } = SpiNorProtectionScheme.Winbond;

    /// <summary>The quad enable bit; null if there is none or none is known.</summary>
    public RegisterBit? QuadEnable { get; init; }

    /// <summary>True if 50h makes the next status register write volatile.</summary>
    public bool HasVolatileStatus { get; init; }

    /// <summary>True if 70h reads a flag status register (ready, erase and program errors), which 50h clears.</summary>
    public bool HasFlagStatus { get; init; }

    /// <summary>Where the chip keeps bits that are written once.</summary>
    public SpiNorOtp Otp { get; init; }

    /// <summary>How the unique id is read.</summary>
    public SpiNorUniqueIdKind UniqueIdKind { get; init; }

    /// <summary>True if the chip's own SFDP was read and is part of this.</summary>
    public bool HasSfdp { get; init; }

    /// <summary>True if the table knows the id.</summary>
    public bool IsInTable { get; init; } = true;

    /// <summary>What the table is not sure of, and what was left out, for the record; may be empty.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>True if nothing may be erased or programmed: what would do it is not known.</summary>
    public bool IsReadOnly => Erases.Count == 0;

    /// <summary>True if the supply voltage is known.</summary>
    public bool IsSupplyKnown => SupplyMillivoltsMax > 0;

    /// <summary>A chip nobody knows, for reading only.</summary>
    /// <param name="jedecId">Its answer to 9Fh.</param>
    /// <param name="sizeBytes">Its size by the user's word, in bytes; above 0, at most 2 GiB.</param>
    public static SpiNorChip ReadOnly(uint jedecId, uint sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sizeBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeBytes, 1u << 31);
        return new SpiNorChip(
            $"unknown chip {jedecId:X6}", jedecId, sizeBytes, 256, [], SpiNorDefaults.PageProgramTypical,
            SpiNorDefaults.PageProgramMax, 0, 0, "size by the user")
        {
            Registers = SpiNorRegisterLayout.One,
            ProtectionScheme = null,
            Addressing = sizeBytes > SpiNorCommands.ThreeByteReach
                ? SpiNorAddressing.FourByteMode
                : SpiNorAddressing.ThreeByte,
            IsInTable = false,
        };
    }
}
