using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

// The three status registers of a W25Q part with their non-volatile copies, the write-enable latches, and the range
// the protection bits name. Source: Winbond W25Q128JV revision F, section 7 (status registers); spi-flash.md 1.6.
internal sealed class StatusRegisters(BenchStateFile state, uint chipBytes)
{
    private const byte Busy = 0x01;               // SR1
    private const byte WriteEnableLatch = 0x02;   // SR1
    private const byte TopBottom = 0x20;          // SR1
    private const byte Sectors = 0x40;            // SR1
    private const byte Lock = 0x01;               // SR2: SRL, cleared by a power cycle
    private const byte OneTime = 0x38;            // SR2: LB1-3 go from 0 to 1 only
    private const byte Complement = 0x40;         // SR2
    private const byte WritePerBlock = 0x04;      // SR3: WPS
    private const uint SectorBytes = 4096;
    private const uint SectorRangeMax = 32 * 1024;
    private const uint BlockBytes = 64 * 1024;

    // What an instruction can change; the rest is latches and reserved bits.
    private static readonly byte[] Writable = [0xFC, 0x7B, 0x64];

    // Factory state: nothing protected, weakest drivers (25 %).
    private readonly byte[] _kept = [.. state.StatusRegisters ?? [0x00, 0x00, 0x60]];
    private readonly byte[] _now = new byte[BenchStateFile.StatusRegisterCount];

    internal bool WriteEnabled { get; set; }

    // 50h was the last instruction before a register write: that write goes to the volatile copy.
    internal bool VolatileEnabled { get; set; }

    internal bool Locked => (_now[1] & Lock) != 0;

    internal byte Read(int index, bool busy) => index != 0
        ? _now[index]
        : (byte)(_now[0] | (busy ? Busy : 0) | (WriteEnabled ? WriteEnableLatch : 0));

    // Power-on and 66h/99h: the volatile copies are loaded again. SRL survives the reset instruction, not the supply.
    internal void Reload(bool powerCycled)
    {
        bool locked = Locked && !powerCycled;
        _kept.CopyTo(_now, 0);
        if (locked)
            _now[1] |= Lock;
        (WriteEnabled, VolatileEnabled) = (false, false);
    }

    // The three registers as they will be when `values` has been written from `first` on.
    internal byte[] Merge(int first, ReadOnlySpan<byte> values)
    {
        byte[] merged = [.. _now];
        for (int i = 0; i < values.Length && first + i < merged.Length; i++)
            merged[first + i] = (byte)(values[i] & Writable[first + i]);
        merged[1] |= (byte)(_now[1] & OneTime);
        return merged;
    }

    internal void SetVolatile(ReadOnlySpan<byte> registers)
    {
        byte oneTime = (byte)(_now[1] & OneTime);
        registers.CopyTo(_now);
        _now[1] = (byte)((_now[1] & ~OneTime) | oneTime);
    }

    internal void SetNonVolatile(ReadOnlySpan<byte> registers)
    {
        registers.CopyTo(_now);
        registers.CopyTo(_kept);
        _kept[1] = (byte)(_kept[1] & ~Lock);
        state.SaveStatusRegisters(_kept);
    }

    // True if any byte of the range is protected. With WPS set every block is locked: the individual unlock
    // instructions are not modelled, and the locks are closed after power-on.
    internal bool Protects(uint address, uint length)
    {
        if ((_now[2] & WritePerBlock) != 0)
            return true;
        (uint start, uint end) = ProtectedByBits();
        bool complement = (_now[1] & Complement) != 0;
        if (start == end)
            return complement;
        bool touches = address < end && address + length > start;
        bool inside = address >= start && address + length <= end;
        return complement ? !inside : touches;
    }

    private (uint Start, uint End) ProtectedByBits()
    {
        int bits = (_now[0] >> 2) & 7;
        if (bits is 0 or 7)
            return (0, bits == 0 ? 0 : chipBytes);
        uint unit = Math.Max(BlockBytes, chipBytes / 2 >> 5);
        uint length = (_now[0] & Sectors) != 0
            ? Math.Min(SectorBytes << (bits - 1), SectorRangeMax)
            : Math.Min(unit << (bits - 1), chipBytes);
        return (_now[0] & TopBottom) != 0 ? (0, length) : (chipBytes - length, chipBytes);
    }
}
