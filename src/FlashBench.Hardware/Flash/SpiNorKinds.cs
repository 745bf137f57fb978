namespace FlashBench.Hardware.Flash;

/// <summary>How a chip is told addresses above 16 MiB.</summary>
public enum SpiNorAddressing
{
    /// <summary>Not at all: three bytes reach the whole chip.</summary>
    ThreeByte,

    /// <summary>By instructions of their own: 13h, 12h, 21h, 5Ch, DCh.</summary>
    FourByteOpcodes,

    /// <summary>B7h makes every address four bytes long, E9h three.</summary>
    FourByteMode,

    /// <summary>As <see cref="FourByteMode"/>, with 06h before B7h and E9h.</summary>
    FourByteModeAfterWriteEnable,

    /// <summary>Bit 7 of the bank register, written by 17h, makes every address four bytes long.</summary>
    BankRegister,

    /// <summary>The extended address register, written by C5h after 06h, selects one part of 16 MiB.</summary>
    ExtendedAddressRegister,

    /// <summary>Every address is four bytes long, always.</summary>
    AlwaysFourBytes,
}

/// <summary>The status and configuration registers of a chip and the way they are written.</summary>
public enum SpiNorRegisterLayout
{
    /// <summary>One register: 05h, 01h.</summary>
    One,

    /// <summary>Two registers, 05h and 35h, written together by 01h with two bytes.</summary>
    Two,

    /// <summary>
    /// Three registers, 05h, 35h and 15h; written by 01h, 31h and 11h, or the first two by 01h with two bytes: families
    /// have parts of both ways, and older ones without the third.
    /// </summary>
    Three,

    /// <summary>Two registers, 05h and 35h, written one by one by 01h and 31h.</summary>
    TwoSeparate,

    /// <summary>Macronix: status 05h and configuration 15h, written together by 01h with two bytes.</summary>
    Macronix,

    /// <summary>ISSI: status 05h, written by 01h, and the one-time function register 48h, never written here.</summary>
    Issi,
}

/// <summary>Where a chip keeps bits that can be written only once.</summary>
public enum SpiNorOtp
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Three security registers (44h, 42h, 48h), locked by LB1-3 in status register 2.</summary>
    SecurityRegisters,

    /// <summary>A secured area entered by B1h and left by C1h, locked through the security register (2Fh).</summary>
    SecuredArea,

    /// <summary>64 bytes read by 4Bh and programmed by 42h (Micron).</summary>
    OtpArray,

    /// <summary>A security sector entered by 3Ah (Eon).</summary>
    SecuritySector,

    /// <summary>Information rows read by 68h, erased by 64h, programmed by 62h (ISSI).</summary>
    InformationRows,
}

/// <summary>How a chip is asked for its unique id.</summary>
public enum SpiNorUniqueIdKind
{
    /// <summary>It has none, or no way is known.</summary>
    None,

    /// <summary>4Bh, four dummy bytes, 8 bytes.</summary>
    EightBytes,

    /// <summary>4Bh, four dummy bytes, 16 bytes.</summary>
    SixteenBytes,

    /// <summary>Bytes 4 and on of the long answer to 9Fh, as many as its byte 3 says (Micron).</summary>
    JedecTail,

    /// <summary>12 bytes at 0x80 of the SFDP space (Eon).</summary>
    SfdpSpace,
}

/// <summary>One bit of a status or configuration register.</summary>
/// <param name="Register">1, 2 or 3, as <see cref="SpiNorStatus"/> numbers them.</param>
/// <param name="Bit">0 to 7.</param>
public readonly record struct RegisterBit(int Register, int Bit)
{
    /// <summary>True if the bit is set.</summary>
    public bool IsSet(SpiNorStatus status) => (status[Register] >> Bit & 1) != 0;

    /// <summary>The registers with the bit set or cleared.</summary>
    public SpiNorStatus Set(SpiNorStatus status, bool value)
    {
        int mask = 1 << Bit;
        int register = status[Register];
        return status.With(Register, (byte)(value ? register | mask : register & ~mask & 0xFF));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Register}.{Bit}";
}
