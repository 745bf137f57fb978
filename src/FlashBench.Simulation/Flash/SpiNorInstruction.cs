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
    ReadSecurity,
    ReadExtendedAddress,
    WriteEnable,
    WriteDisable,
    WriteEnableVolatile,
    WriteStatus,
    WriteExtendedAddress,
    Program,
    ProgramSecurity,
    Erase,
    EraseSecurity,
    ChipErase,
    EnterFourByte,
    LeaveFourByte,
    PowerDown,
    Release,
    EnableReset,
    Reset,
}

// How many address bytes follow the opcode.
internal enum SpiNorAddress : byte
{
    None,
    Three,
    ByMode,
    Four,
}

// One instruction; Register is the status register, Erase what an erase opcode erases.
internal sealed record SpiNorInstruction(
    SpiNorAction Action, SpiNorAddress Address = SpiNorAddress.None, int Dummies = 0, int Register = 0)
{
    internal static SpiNorInstruction Ignored { get; } = new(SpiNorAction.Ignore);

    internal PartErase? Erase { get; init; }

    internal int AddressBytes(bool fourByteMode) => Address switch
    {
        SpiNorAddress.None => 0,
        SpiNorAddress.Four => 4,
        SpiNorAddress.ByMode when fourByteMode => 4,
        _ => 3,
    };
}

// The instructions of a part. Source: the instruction set tables of the datasheets that SimulatedParts.cs names.
internal sealed class SpiNorInstructionSet
{
    private readonly SpiNorInstruction[] _byOpcode = new SpiNorInstruction[256];

    internal SpiNorInstructionSet(SimulatedPart part)
    {
        Array.Fill(_byOpcode, SpiNorInstruction.Ignored);
        AddCommon(part);
        AddRegisters(part.Registers);
        AddFourByte(part);
        if (!part.HasSecurityRegisters)
            return;
        Add(0x4B, SpiNorAction.ReadUniqueId, SpiNorAddress.ByMode, 1); // four dummy bytes, or five
        Add(0x44, SpiNorAction.EraseSecurity, SpiNorAddress.ByMode);
        Add(0x42, SpiNorAction.ProgramSecurity, SpiNorAddress.ByMode);
        Add(0x48, SpiNorAction.ReadSecurity, SpiNorAddress.ByMode, 1);
    }

    internal SpiNorInstruction this[byte opcode] => _byOpcode[opcode];

    private void AddCommon(SimulatedPart part)
    {
        Add(0x9F, SpiNorAction.ReadId);
        Add(0x03, SpiNorAction.ReadData, SpiNorAddress.ByMode);
        Add(0x0B, SpiNorAction.ReadData, SpiNorAddress.ByMode, 1);
        Add(0x06, SpiNorAction.WriteEnable);
        Add(0x04, SpiNorAction.WriteDisable);
        Add(0x02, SpiNorAction.Program, SpiNorAddress.ByMode);
        Add(0xC7, SpiNorAction.ChipErase);
        Add(0x60, SpiNorAction.ChipErase);
        Add(0xB9, SpiNorAction.PowerDown);
        Add(0xAB, SpiNorAction.Release);
        Add(0x66, SpiNorAction.EnableReset);
        Add(0x99, SpiNorAction.Reset);
        if (part.Sfdp != SfdpRevision.None)
            Add(0x5A, SpiNorAction.ReadSfdp, SpiNorAddress.Three, 1);
        foreach (PartErase erase in part.Erases)
            _byOpcode[erase.Opcode] = new(SpiNorAction.Erase, SpiNorAddress.ByMode) { Erase = erase };
    }

    private void AddRegisters(RegisterStyle style)
    {
        Add(0x05, SpiNorAction.ReadStatus);
        Add(0x01, SpiNorAction.WriteStatus);
        if (style == RegisterStyle.Macronix)
        {
            Add(0x15, SpiNorAction.ReadStatus, register: 1);
            return;
        }

        Add(0x50, SpiNorAction.WriteEnableVolatile);
        Add(0x35, SpiNorAction.ReadStatus, register: 1);
        if (style == RegisterStyle.WinbondTwo)
            return;
        Add(0x15, SpiNorAction.ReadStatus, register: 2);
        Add(0x31, SpiNorAction.WriteStatus, register: 1);
        Add(0x11, SpiNorAction.WriteStatus, register: 2);
    }

    private void AddFourByte(SimulatedPart part)
    {
        if (part.Has(FourByteAddressing.Mode))
        {
            Add(0xB7, SpiNorAction.EnterFourByte);
            Add(0xE9, SpiNorAction.LeaveFourByte);
        }

        if (part.Has(FourByteAddressing.ExtendedRegister))
        {
            Add(0xC5, SpiNorAction.WriteExtendedAddress);
            Add(0xC8, SpiNorAction.ReadExtendedAddress);
        }

        if (part.Has(FourByteAddressing.Reads))
        {
            Add(0x13, SpiNorAction.ReadData, SpiNorAddress.Four);
            Add(0x0C, SpiNorAction.ReadData, SpiNorAddress.Four, 1);
        }

        if (!part.Has(FourByteAddressing.Writes))
            return;
        Add(0x12, SpiNorAction.Program, SpiNorAddress.Four);
        foreach (PartErase erase in part.Erases)
            _byOpcode[erase.FourByteOpcode] = new(SpiNorAction.Erase, SpiNorAddress.Four) { Erase = erase };
    }

    private void Add(
        byte opcode, SpiNorAction action, SpiNorAddress address = SpiNorAddress.None, int dummies = 0,
        int register = 0) => _byOpcode[opcode] = new(action, address, dummies, register);
}
