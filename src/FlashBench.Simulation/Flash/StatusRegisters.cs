using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

// The status registers of a part with their non-volatile copies, the latches, the address mode, and the range that the
// protection bits name. Source: the status register sections of the datasheets that SimulatedParts.cs names;
// spi-flash.md 1.6.
internal sealed class StatusRegisters(BenchStateFile state, SimulatedPart part)
{
    private const byte Busy = 0x01;               // SR1
    private const byte WriteEnableLatch = 0x02;   // SR1
    private const byte Sectors = 0x40;            // SR1 of the small Winbonds
    private const byte PinLock = 0x80;            // SR1: SRP0, SRWD
    private const byte Complement = 0x40;         // SR2
    private const byte PowerUpFourByte = 0x02;    // SR3 of the large Winbonds: ADP
    private const byte FourByteNow = 0x01;        // the same: ADS
    private const byte MacronixFourByte = 0x20;   // configuration register
    private const byte WritePerBlock = 0x04;      // SR3: WPS
    private const uint SectorBytes = 4096;
    private const uint SectorRangeMax = 32 * 1024;
    private const uint BlockBytes = 64 * 1024;

    private readonly Layout _layout = LayoutOf(part.Registers);
    private readonly byte[] _kept = [.. state.StatusRegisters ?? LayoutOf(part.Registers).Factory];
    private readonly byte[] _now = new byte[BenchStateFile.StatusRegisterCount];

    internal bool WriteEnabled { get; set; }

    // 50h was the last instruction before a register write: that write goes to the volatile copy.
    internal bool VolatileEnabled { get; set; }

    // The instructions that take a three-byte address take four now.
    internal bool FourByteMode { get; set; }

    // Address bits 31:24 of a three-byte address.
    internal byte ExtendedAddress { get; set; }

    // LB1 to LB3: security registers that are locked, bit 0 the first.
    internal int LockedSecurity => part.Registers == RegisterStyle.Macronix ? 0 : _now[1] >> 3 & 7;

    private bool Locked => (_now[1] & _layout.Lock) != 0;

    private bool QuadEnabled => (_now[_layout.QuadRegister] & _layout.Quad) != 0;

    internal byte Read(int index, bool busy)
    {
        int value = _now[index];
        if (index == 0)
            value |= (busy ? Busy : 0) | (WriteEnabled ? WriteEnableLatch : 0);
        else if (FourByteMode && index == 2 && part.Registers == RegisterStyle.WinbondLarge)
            value |= FourByteNow;
        else if (FourByteMode && part.Registers == RegisterStyle.Macronix)
            value |= MacronixFourByte;
        return (byte)value;
    }

    // True if the registers cannot be written: until the power cycle, for ever, or while WP# is low. WP# has no say
    // while its pin is a data line.
    internal bool RefusesWrite(bool writeProtectLow) =>
        Locked || (writeProtectLow && (_now[0] & PinLock) != 0 && !QuadEnabled);

    // Power-on and 66h/99h: the volatile copies are loaded again. SRL survives the reset instruction, not the supply.
    internal void Reload(bool powerCycled)
    {
        bool locked = Locked && !powerCycled;
        _kept.CopyTo(_now, 0);
        if (locked)
            _now[1] |= _layout.Lock;
        (WriteEnabled, VolatileEnabled, ExtendedAddress) = (false, false, 0);
        FourByteMode = part.Registers == RegisterStyle.WinbondLarge && (_now[2] & PowerUpFourByte) != 0;
    }

    // The registers as they will be when `values` has been written from `first` on.
    internal byte[] Merge(int first, ReadOnlySpan<byte> values)
    {
        byte[] merged = [.. _now];
        for (int i = 0; i < values.Length && first + i < merged.Length; i++)
            merged[first + i] = (byte)(values[i] & _layout.Writable[first + i]);
        if (part.Registers == RegisterStyle.WinbondTwo && values.Length == 1)
            merged[1] = 0;
        merged[1] |= (byte)(_now[1] & _layout.OneTime);
        return merged;
    }

    internal void SetVolatile(ReadOnlySpan<byte> registers)
    {
        byte oneTime = (byte)(_now[1] & _layout.OneTime);
        registers.CopyTo(_now);
        _now[1] = (byte)((_now[1] & ~_layout.OneTime) | oneTime);
    }

    internal void SetNonVolatile(ReadOnlySpan<byte> registers)
    {
        registers.CopyTo(_now);
        registers.CopyTo(_kept);
        if (!part.LocksForEver || (_kept[0] & PinLock) == 0)
            _kept[1] = (byte)(_kept[1] & ~_layout.Lock);
        state.SaveStatusRegisters(_kept);
    }

    // True if any byte of the range is protected. With WPS set every block is locked: the individual unlock
    // instructions are not modelled, and the locks are closed after power-on.
    internal bool Protects(uint address, uint length)
    {
        if ((_now[2] & WritePerBlock) != 0)
            return true;
        (uint start, uint end) = ProtectedByBits();
        bool complement = part.Registers != RegisterStyle.Macronix && (_now[1] & Complement) != 0;
        if (start == end)
            return complement;
        bool touches = address < end && address + length > start;
        bool inside = address >= start && address + length <= end;
        return complement ? !inside : touches;
    }

    private (uint Start, uint End) ProtectedByBits()
    {
        int all = (1 << _layout.ProtectBits) - 1;
        int bits = (_now[0] >> 2) & all;
        if (bits == 0 || bits == all)
            return (0, bits == 0 ? 0 : part.SizeBytes);
        uint unit = Math.Max(BlockBytes, part.SizeBytes / 2 >> (all - 2));
        uint length = _layout.ProtectBits == 3 && (_now[0] & Sectors) != 0
            ? Math.Min(SectorBytes << (bits - 1), SectorRangeMax)
            : Math.Min(unit << (bits - 1), part.SizeBytes);
        bool bottom = (_now[_layout.BottomRegister] & _layout.Bottom) != 0;
        return bottom ? (0, length) : (part.SizeBytes - length, part.SizeBytes);
    }

    private static Layout LayoutOf(RegisterStyle style) => style switch
    {
        RegisterStyle.WinbondLarge => new([0x00, 0x00, 0x60], [0xFC, 0x7B, 0x66], 0x01, 0x38, 4, 0, 0x40, 1, 0x02),
        RegisterStyle.WinbondTwo => new([0x00, 0x00, 0x00], [0xFC, 0x7B, 0x00], 0x01, 0x38, 3, 0, 0x20, 1, 0x02),
        RegisterStyle.Macronix => new([0x00, 0x07, 0x00], [0xFC, 0xCF, 0x00], 0x00, 0x08, 4, 1, 0x08, 0, 0x40),
        _ => new([0x00, 0x00, 0x60], [0xFC, 0x7B, 0x64], 0x01, 0x38, 3, 0, 0x20, 1, 0x02),
    };

    // Factory: nothing protected. Writable: what an instruction can change; the rest is latches and reserved bits.
    // Lock and OneTime are bits of the second register; one-time bits go from 0 to 1 only.
    private sealed record Layout(
        byte[] Factory, byte[] Writable, byte Lock, byte OneTime, int ProtectBits, int BottomRegister, byte Bottom,
        int QuadRegister, byte Quad);
}
