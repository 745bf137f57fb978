namespace FlashBench.Hardware.Flash;

/// <summary>Which bytes of a chip its registers protect against erasing and programming.</summary>
/// <param name="Status">The registers the range was computed from.</param>
/// <param name="Start">First protected byte address.</param>
/// <param name="End">First byte address behind the protected range; equal to Start when nothing is protected.</param>
public sealed record SpiNorProtection(SpiNorStatus Status, uint Start, uint End)
{
    private const byte AnyBlockProtect = 0x3C; // BP0-3 or BP0-2 and TB: where every known chip keeps them

    /// <summary>True if the range is decided by a lock per block (WPS) and not by the BP bits.</summary>
    public bool ByIndividualLocks { get; init; }

    /// <summary>False if the chip's scheme is not known and the whole chip is taken for protected.</summary>
    public bool IsDecoded { get; init; } = true;

    /// <summary>What guards the registers themselves, in words.</summary>
    public string RegisterLock { get; init; } = Status.RegisterLock;

    /// <summary>Computes the protected range of a part that follows Winbond's scheme.</summary>
    /// <param name="status">The status registers of the chip.</param>
    /// <param name="sizeBytes">Its capacity in bytes.</param>
    /// <remarks>Source: Winbond W25Q128JV and W25Q64JV datasheets, status register memory protection tables.</remarks>
    public static SpiNorProtection From(SpiNorStatus status, uint sizeBytes) =>
        From(status, sizeBytes, SpiNorProtectionScheme.Winbond);

    /// <summary>Computes the protected range of a chip.</summary>
    /// <param name="status">Its registers.</param>
    /// <param name="chip">The chip.</param>
    public static SpiNorProtection From(SpiNorStatus status, SpiNorChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        return From(status, chip.SizeBytes, chip.ProtectionScheme);
    }

    /// <summary>True if any byte of the range is protected.</summary>
    /// <param name="address">First byte address.</param>
    /// <param name="length">Length in bytes; above 0.</param>
    public bool Covers(uint address, uint length) => address < End && (ulong)address + length > Start;

    /// <inheritdoc/>
    public override string ToString()
    {
        string how = ByIndividualLocks ? " by individual block locks (WPS)" : "";
        string doubt = IsDecoded ? "" : " as far as is known";
        return $"{new ProtectedRange(Start, End)} is protected{how}{doubt}, {Status}, "
            + $"status registers {RegisterLock}";
    }

    // Individual block locks are not read one by one here: all are set after power-up, so the whole chip counts.
    // Of a chip whose scheme is not known, only that no BP bit is set can be understood.
    private static SpiNorProtection From(SpiNorStatus status, uint sizeBytes, SpiNorProtectionScheme? scheme)
    {
        if (scheme is null)
        {
            bool isOpen = (status.Register1 & AnyBlockProtect) == 0;
            return new(status, 0, isOpen ? 0 : sizeBytes)
            {
                IsDecoded = isOpen,
                RegisterLock = status.LockedBy(null),
            };
        }

        bool byLocks = scheme.IndividualLocks?.IsSet(status) ?? false;
        ProtectedRange range = byLocks ? new(0, sizeBytes) : scheme.RangeOf(status, sizeBytes);
        return new(status, range.Start, range.End)
        {
            ByIndividualLocks = byLocks,
            RegisterLock = status.LockedBy(scheme.RegisterLock),
        };
    }
}
