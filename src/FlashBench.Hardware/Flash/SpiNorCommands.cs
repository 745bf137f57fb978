namespace FlashBench.Hardware.Flash;

/// <summary>The bytes of the commands that carry an address, in the addressing the chip needs.</summary>
/// <param name="chip">The chip.</param>
/// <remarks>
/// Source: spi-flash 1.6. The chip must have been brought into this addressing first: see
/// <see cref="SpiNorFlash.PrepareAsync"/>. Pure; holds no state.
/// </remarks>
internal sealed class SpiNorCommands(SpiNorChip chip)
{
    /// <summary>How far three address bytes reach; stacked parts wrap here, so no command crosses it.</summary>
    public const uint ThreeByteReach = 1 << 24;

    private const byte BankFourBytes = 0x80;

    /// <summary>True if the chip must be told before an address above 16 MiB, and afterwards put back.</summary>
    public bool ChangesState => chip.Addressing is
        SpiNorAddressing.FourByteMode or SpiNorAddressing.FourByteModeAfterWriteEnable
        or SpiNorAddressing.BankRegister or SpiNorAddressing.ExtendedAddressRegister;

    private bool FourBytes =>
        chip.Addressing is not (SpiNorAddressing.ThreeByte or SpiNorAddressing.ExtendedAddressRegister);

    private bool OwnOpcodes => chip.Addressing == SpiNorAddressing.FourByteOpcodes;

    /// <summary>Opcode and address of a read.</summary>
    public byte[] Read(uint address) =>
        With(OwnOpcodes ? SpiNorOpcode.ReadDataFourByte : SpiNorOpcode.ReadData, address);

    /// <summary>Opcode, address and data of a page program.</summary>
    public byte[] Program(uint address, ReadOnlySpan<byte> data) =>
        [.. With(OwnOpcodes ? SpiNorOpcode.PageProgramFourByte : SpiNorOpcode.PageProgram, address), .. data];

    /// <summary>Opcode and address of an erase.</summary>
    public byte[] Erase(EraseCommand erase, uint address) =>
        With(OwnOpcodes ? erase.FourByteOpcode ?? erase.Opcode : erase.Opcode, address);

    /// <summary>Opcode and address of any other command that takes the chip's usual address.</summary>
    public byte[] With(byte opcode, uint address) => FourBytes
        ? [opcode, Part(address, 24), Part(address, 16), Part(address, 8), Part(address, 0)]
        : [opcode, Part(address, 16), Part(address, 8), Part(address, 0)];

    /// <summary>What brings the chip from its power-up state to where the commands above are right.</summary>
    /// <param name="address">What the next command is for; counts with an extended address register.</param>
    public IReadOnlyList<SpiTransaction> Enter(uint address) => chip.Addressing switch
    {
        SpiNorAddressing.FourByteMode => [Frame(SpiNorOpcode.EnterFourByteMode)],
        SpiNorAddressing.FourByteModeAfterWriteEnable =>
            [Frame(SpiNorOpcode.WriteEnable), Frame(SpiNorOpcode.EnterFourByteMode), Frame(SpiNorOpcode.WriteDisable)],
        SpiNorAddressing.BankRegister => [Frame(SpiNorOpcode.WriteBankRegister, BankFourBytes)],
        SpiNorAddressing.ExtendedAddressRegister => Segment(Part(address, 24)),
        _ => [],
    };

    /// <summary>What brings the chip back to three address bytes, its lower 16 MiB and a cleared latch.</summary>
    /// <remarks>Source: spi-flash 1.6. W25Q256FV sets its address register to 1 as it leaves the mode.</remarks>
    public IReadOnlyList<SpiTransaction> Leave()
    {
        if (chip.SizeBytes <= ThreeByteReach || chip.Addressing == SpiNorAddressing.AlwaysFourBytes)
            return [];
        List<SpiTransaction> frames = [];
        if (chip.Addressing == SpiNorAddressing.FourByteModeAfterWriteEnable)
            frames.Add(Frame(SpiNorOpcode.WriteEnable));
        if (chip.Addressing == SpiNorAddressing.BankRegister)
            frames.Add(Frame(SpiNorOpcode.WriteBankRegister, 0));
        frames.Add(Frame(SpiNorOpcode.LeaveFourByteMode));
        if (chip.HasExtendedAddressRegister || chip.Addressing == SpiNorAddressing.ExtendedAddressRegister)
            frames.AddRange(Segment(0));
        frames.Add(Frame(SpiNorOpcode.WriteDisable));
        return frames;
    }

    /// <summary>How many of <paramref name="length"/> bytes can be read by one command from here.</summary>
    public static int WithinReach(uint address, int length) =>
        (int)Math.Min(length, ThreeByteReach - address % ThreeByteReach);

    private static SpiTransaction[] Segment(byte segment) =>
        [Frame(SpiNorOpcode.WriteEnable), Frame(SpiNorOpcode.WriteExtendedAddress, segment)];

    private static SpiTransaction Frame(params byte[] bytes) => new(bytes);

    private static byte Part(uint address, int shift) => (byte)(address >> shift & 0xFF);
}
