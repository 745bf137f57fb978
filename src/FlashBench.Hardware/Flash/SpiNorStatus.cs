namespace FlashBench.Hardware.Flash;

/// <summary>The status and configuration registers of a chip, as they were read.</summary>
/// <param name="Register1">Answer to 05h: WIP, WEL, BP0-2, TB, SEC, SRP0 from bit 0 up.</param>
/// <param name="Register2">
/// Answer to 35h: SRP1 (0), QE (1), LB1-3 (3-5), CMP (6), SUS (7); on Macronix parts the configuration register (15h),
/// on ISSI parts the function register (48h); 0 if there is none.
/// </param>
/// <param name="Register3">Answer to 15h: WPS (2), drive strength (5-6); 0 if there is none.</param>
/// <remarks>
/// Source: Winbond W25Q64JV and W25Q128JV datasheets, status registers; the named bits are those of this family.
/// </remarks>
public readonly record struct SpiNorStatus(byte Register1, byte Register2, byte Register3)
{
    /// <summary>Write in progress: the chip is busy and deaf to everything but status reads.</summary>
    public const byte WriteInProgress = 1 << 0;

    /// <summary>Write enable latch.</summary>
    public const byte WriteEnableLatch = 1 << 1;

    /// <summary>What an unanswered read looks like; no ready chip has this status.</summary>
    public const byte Unanswered = 0xFF;

    /// <summary>A register by its number, 1 to 3.</summary>
    public byte this[int register] => register switch
    {
        1 => Register1,
        2 => Register2,
        3 => Register3,
        _ => throw new ArgumentOutOfRangeException(nameof(register)),
    };

    /// <summary>Value of BP2-0; 0 to 7.</summary>
    public int BlockProtect => Register1 >> 2 & 7;

    /// <summary>TB: the protected range counts from the bottom of the chip.</summary>
    public bool FromBottom => (Register1 & 1 << 5) != 0;

    /// <summary>SEC: the protected range counts in 4 KiB sectors.</summary>
    public bool InSectors => (Register1 & 1 << 6) != 0;

    /// <summary>CMP: what BP, TB and SEC describe is the range that is not protected.</summary>
    public bool Complement => (Register2 & 1 << 6) != 0;

    /// <summary>WPS: every block has its own lock, and all are locked after power-up.</summary>
    public bool IndividualLocks => (Register3 & 1 << 2) != 0;

    /// <summary>What guards the status registers themselves, in words: SRP1 (2.0) and SRP0.</summary>
    public string RegisterLock => LockedBy(new RegisterBit(2, 0));

    /// <summary>What guards the registers of a chip, in words.</summary>
    /// <param name="lockBit">Where the chip keeps SRP1; null if it has none.</param>
    public string LockedBy(RegisterBit? lockBit) => (lockBit?.IsSet(this) ?? false, Register1 >> 7) switch
    {
        (false, 0) => "writable by software",
        (false, _) => "locked while WP# is low",
        (true, 0) => "locked until the next power-up",
        _ => "locked for good",
    };

    /// <summary>The registers with one of them replaced.</summary>
    /// <param name="register">1 to 3.</param>
    /// <param name="value">Its new value.</param>
    public SpiNorStatus With(int register, byte value) => register switch
    {
        1 => this with { Register1 = value },
        2 => this with { Register2 = value },
        3 => this with { Register3 = value },
        _ => throw new ArgumentOutOfRangeException(nameof(register)),
    };

    /// <inheritdoc/>
    public override string ToString() => $"SR1=0x{Register1:X2} SR2=0x{Register2:X2} SR3=0x{Register3:X2}";
}
