namespace FlashBench.Hardware.Flash;

/// <summary>Which bytes of a chip its status registers protect against erasing and programming.</summary>
/// <param name="Status">The registers the range was computed from.</param>
/// <param name="Start">First protected byte address.</param>
/// <param name="End">First byte address behind the protected range; equal to Start when nothing is protected.</param>
public sealed record SpiNorProtection(SpiNorStatus Status, uint Start, uint End)
{
    private const int BlockProtectMax = 7;
    private const uint BlockBytes = 64 * 1024, SectorBytes = 4096, SectorRangeBytesMax = 32 * 1024;

    /// <summary>Computes the protected range.</summary>
    /// <param name="status">The status registers of the chip.</param>
    /// <param name="sizeBytes">Its capacity in bytes.</param>
    /// <remarks>
    /// Source: Winbond W25Q128JV and W25Q64JV datasheets, status register memory protection tables. Individual block
    /// locks (WPS) are not read one by one: all are set after power-up, so the whole chip counts as protected.
    /// </remarks>
    public static SpiNorProtection From(SpiNorStatus status, uint sizeBytes)
    {
        if (status.IndividualLocks)
            return new(status, 0, sizeBytes);
        uint length = Length(status, sizeBytes);
        bool atBottom = status.FromBottom;
        if (status.Complement)
            (length, atBottom) = (sizeBytes - length, !atBottom);
        return atBottom ? new(status, 0, length) : new(status, sizeBytes - length, sizeBytes);
    }

    /// <summary>True if any byte of the range is protected.</summary>
    /// <param name="address">First byte address.</param>
    /// <param name="length">Length in bytes; above 0.</param>
    public bool Covers(uint address, uint length) => address < End && (ulong)address + length > Start;

    /// <inheritdoc/>
    public override string ToString()
    {
        string range = Start == End ? "nothing" : $"0x{Start:X6}-0x{End - 1:X6}";
        string how = Status.IndividualLocks ? " by individual block locks (WPS)" : "";
        return $"{range} is protected{how}, {Status}, status registers {Status.RegisterLock}";
    }

    private static uint Length(SpiNorStatus status, uint sizeBytes)
    {
        if (status.BlockProtect is 0)
            return 0;
        if (status.BlockProtect is BlockProtectMax)
            return sizeBytes;
        int doublings = status.BlockProtect - 1;
        return status.InSectors
            ? Math.Min(SectorBytes << doublings, SectorRangeBytesMax)
            : Math.Max(BlockBytes, sizeBytes / 2 >> BlockProtectMax - 2) << doublings;
    }
}
