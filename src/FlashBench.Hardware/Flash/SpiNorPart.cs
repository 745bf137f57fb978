namespace FlashBench.Hardware.Flash;

/// <summary>What must be seen on a chip for a part to be the one that is there; null asks nothing.</summary>
/// <param name="SfdpMinorMin">Lowest minor revision of the SFDP header.</param>
/// <param name="SfdpMinorMax">Highest minor revision of the SFDP header.</param>
/// <param name="Dword5Bit4">DWORD 5 bit 4 of the basic table (Macronix).</param>
/// <param name="ExtendedId">How the answer to 9Fh goes on after three bytes, in hex.</param>
internal sealed record PartCondition(int? SfdpMinorMin, int? SfdpMinorMax, bool? Dword5Bit4, string? ExtendedId)
{
    /// <summary>True if something was seen that the condition asks for, and nothing against it.</summary>
    public bool? Holds(Sfdp? sfdp, string extendedId)
    {
        bool? holds = null;
        if (ExtendedId is not null)
        {
            if (extendedId.Length < ExtendedId.Length)
                return null;
            holds = extendedId.StartsWith(ExtendedId, StringComparison.OrdinalIgnoreCase);
        }

        if (sfdp is null || (SfdpMinorMin, SfdpMinorMax, Dword5Bit4) is (null, null, null))
            return holds;
        bool agrees = sfdp.Minor >= (SfdpMinorMin ?? 0) && sfdp.Minor <= (SfdpMinorMax ?? byte.MaxValue)
            && (Dword5Bit4 ?? (sfdp.Basic.Dword5 >> 4 & 1) != 0) == ((sfdp.Basic.Dword5 >> 4 & 1) != 0);
        return (holds ?? true) && agrees;
    }

    /// <summary>What the condition looks at, in words.</summary>
    public string By => ExtendedId is null ? "SFDP" : "the long id";
}

/// <summary>One erase instruction as a row of the table has it; times may be missing.</summary>
internal sealed record PartErase(byte Opcode, uint SizeBytes, byte? FourByte, TimeSpan? Typical, TimeSpan? Max);

/// <summary>One part of the chip table: what its datasheet says, without what the row is not sure of.</summary>
internal sealed record SpiNorPart
{
    public required string Family { get; init; }

    /// <summary>What distinguishes the part from others with its id; null if it is alone.</summary>
    public string? Variant { get; init; }

    public required uint JedecId { get; init; }

    public required uint SizeBytes { get; init; }

    public int PageBytes { get; init; } = 256;

    public required IReadOnlyList<PartErase> Erases { get; init; }

    public TimeSpan? PageProgramTypical { get; init; }

    public TimeSpan? PageProgramMax { get; init; }

    public required int SupplyMillivoltsMin { get; init; }

    public required int SupplyMillivoltsMax { get; init; }

    public SpiNorAddressing Addressing { get; init; }

    public bool HasExtendedAddressRegister { get; init; }

    public RegisterBit? FourByteModeBit { get; init; }

    public SpiNorRegisterLayout Registers { get; init; }

    public SpiNorProtectionScheme? Scheme { get; init; }

    public RegisterBit? QuadEnable { get; init; }

    public bool HasVolatileStatus { get; init; }

    public bool HasFlagStatus { get; init; }

    public SpiNorOtp Otp { get; init; }

    public SpiNorUniqueIdKind UniqueId { get; init; }

    public PartCondition? When { get; init; }

    public required string Source { get; init; }

    /// <summary>What the row is not sure of; null if nothing.</summary>
    public string? Unsure { get; init; }
}
