namespace FlashBench.Hardware.Flash;

/// <summary>A range of addresses that a chip can protect as one.</summary>
/// <param name="Start">First byte address.</param>
/// <param name="End">First byte address behind the range; equal to Start for nothing.</param>
public readonly record struct ProtectedRange(uint Start, uint End)
{
    /// <summary>Length in bytes.</summary>
    public uint LengthBytes => End - Start;

    /// <inheritdoc/>
    public override string ToString() => Start == End ? "nothing" : $"0x{Start:X6}-0x{End - 1:X6}";
}

/// <summary>How the registers of a chip express which range is protected.</summary>
/// <param name="BlockProtect">BP0, BP1 ... from the lowest bit up; at least one.</param>
/// <param name="TopBottom">TB: the range counts from the bottom; null if the chip has none.</param>
/// <param name="Sector">SEC: the range counts in 4 KiB sectors; null if the chip has none.</param>
/// <param name="Complement">CMP: the range is the one that is not protected; null if the chip has none.</param>
/// <param name="IndividualLocks">WPS: every block has its own lock instead; null if the chip has none.</param>
/// <remarks>
/// Source: spi-flash 1.6, protected range. With n BP bits of value b: 0 is nothing, 2^n-1 the whole chip, else the
/// length is unit x 2^(b-1), the unit being 64 KiB or size/2 / 2^(2^n-3) if that is more, and never more than the chip.
/// In sectors: 4 KiB x 2^(b-1), at most 32 KiB. From the top unless TB. Checked row by row against the tables of the
/// W25Q64JV, W25Q128JV, W25Q256JV, MX25L12835F and N25Q128 datasheets.
/// </remarks>
public sealed record SpiNorProtectionScheme(
    IReadOnlyList<RegisterBit> BlockProtect, RegisterBit? TopBottom, RegisterBit? Sector, RegisterBit? Complement,
    RegisterBit? IndividualLocks)
{
    private const uint BlockBytes = 64 * 1024, SectorBytes = 4096, SectorRangeBytesMax = 32 * 1024;

    /// <summary>BP0-2, TB, SEC in register 1, CMP in register 2, WPS in register 3: Winbond up to 16 MiB.</summary>
    public static SpiNorProtectionScheme Winbond { get; } =
        new([new(1, 2), new(1, 3), new(1, 4)], new(1, 5), new(1, 6), new(2, 6), new(3, 2))
        {
            RegisterLock = new RegisterBit(2, 0),
        };

    /// <summary>SRP1: locks the registers until the next power-up, or for good; null if the chip has none.</summary>
    public RegisterBit? RegisterLock { get; init; }

    /// <summary>True if TB can be set only once, and so is never changed here: Macronix, ISSI.</summary>
    public bool IsTopBottomOneTime { get; init; }

    /// <summary>
    /// For chips whose ranges follow no formula: what each BP value protects, in 64 KiB blocks from the top, or, if
    /// negative, from the bottom; null for the formula.
    /// </summary>
    public IReadOnlyList<int>? Blocks { get; init; }

    /// <summary>The bits that choose the range and may be written again and again.</summary>
    public IReadOnlyList<RegisterBit> RangeBits =>
    [
        .. BlockProtect,
        .. new[] { IsTopBottomOneTime ? null : TopBottom, Sector, Complement }.OfType<RegisterBit>(),
    ];

    /// <summary>True if both express ranges in the same way, individual locks left aside.</summary>
    public bool HasRangesOf(SpiNorProtectionScheme other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return BlockProtect.SequenceEqual(other.BlockProtect) && TopBottom == other.TopBottom && Sector == other.Sector
            && Complement == other.Complement && RegisterLock == other.RegisterLock
            && IsTopBottomOneTime == other.IsTopBottomOneTime
            && (Blocks ?? []).SequenceEqual(other.Blocks ?? []);
    }

    /// <summary>The range that these registers protect, individual locks left aside.</summary>
    /// <param name="status">The registers.</param>
    /// <param name="sizeBytes">Capacity of the chip in bytes.</param>
    public ProtectedRange RangeOf(SpiNorStatus status, uint sizeBytes)
    {
        bool atBottom = TopBottom?.IsSet(status) ?? false;
        uint length;
        if (Blocks is null)
        {
            length = Length(Value(status), Sector?.IsSet(status) ?? false, sizeBytes);
        }
        else
        {
            int blocks = Blocks[Value(status)];
            (length, atBottom) = ((uint)Math.Min((ulong)Math.Abs(blocks) * BlockBytes, sizeBytes), blocks < 0);
        }

        if (Complement?.IsSet(status) ?? false)
            (length, atBottom) = (sizeBytes - length, !atBottom);
        return atBottom ? new(0, length) : new(sizeBytes - length, sizeBytes);
    }

    /// <summary>Every range the chip can protect, with the settings for it.</summary>
    /// <param name="status">The registers as they are: every bit that does not choose the range is kept.</param>
    /// <param name="sizeBytes">Capacity of the chip in bytes.</param>
    /// <returns>Nothing first, then by start and length; per range the setting with the fewest changed bits.</returns>
    public IReadOnlyList<(ProtectedRange Range, SpiNorStatus Setting)> Settings(SpiNorStatus status, uint sizeBytes)
    {
        IReadOnlyList<RegisterBit> bits = RangeBits;
        List<(ProtectedRange Range, SpiNorStatus Setting, int Changes)> all = [];
        for (int value = 0; value < 1 << bits.Count; value++)
        {
            SpiNorStatus setting = status;
            int changes = 0;
            for (int i = 0; i < bits.Count; i++)
            {
                bool wanted = (value >> i & 1) != 0;
                changes += bits[i].IsSet(status) == wanted ? 0 : 1;
                setting = bits[i].Set(setting, wanted);
            }

            ProtectedRange range = RangeOf(setting, sizeBytes);
            all.Add((range.LengthBytes == 0 ? default : range, setting, changes));
        }

        return
        [
            .. all.GroupBy(each => each.Range).Select(same => same.MinBy(each => each.Changes))
                .OrderBy(each => each.Range.LengthBytes != 0).ThenBy(each => each.Range.Start)
                .ThenBy(each => each.Range.LengthBytes).Select(each => (each.Range, each.Setting)),
        ];
    }

    private int Value(SpiNorStatus status) =>
        BlockProtect.Select((bit, index) => bit.IsSet(status) ? 1 << index : 0).Sum();

    private uint Length(int value, bool inSectors, uint sizeBytes)
    {
        int valueMax = (1 << BlockProtect.Count) - 1;
        if (value == 0 || value == valueMax)
            return value == 0 ? 0 : sizeBytes;
        ulong unit = inSectors ? SectorBytes : Math.Max(BlockBytes, sizeBytes / 2 >> valueMax - 2);
        return (uint)Math.Min(unit << value - 1, inSectors ? SectorRangeBytesMax : sizeBytes);
    }
}
