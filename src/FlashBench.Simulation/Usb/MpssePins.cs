// The pins of one MPSSE channel and the chip at them. Source: spi-flash.md 1.3; FTDI AN_108 (S-23) for the edges.
//
// Modelled: low byte D0 SCK, D1 MOSI, D2 MISO, D3 CS#, D4-D7 general; high byte as plain pins. A pin that is no output
//   is pulled up. The chip is selected while D3 is an output and low; it is clocked only while D0 is an output. A
//   rising edge of D0 by 80h while the chip is selected clocks one bit. A chip that samples on rising edges gets
//   each bit one clock late from an instruction that moves MOSI on the rising edge of a clock that idles low; MISO is
//   sampled one bit late if it arrives after the sampling edge (MisoDelayNs), or on the falling edge of a clock that
//   idles high.
// Assumed: 81h reads as D2 the bit that was clocked last.
using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation.Usb;

internal sealed class MpssePins(SimulatedSpiNor? chip, DeviceClock clock)
{
    private const int ClockPin = 0x01;
    private const int MosiPin = 0x02;
    private const int MisoPin = 0x04;
    private const int SelectPin = 0x08;
    private const int WaitPin = 0x20; // GPIOL1

    private int _levels;
    private int _outputs;
    private int _highLevels;
    private int _highOutputs;
    private bool _selected;
    private bool _miso = true;

    // From the falling clock edge at the programmer until MISO is stable there.
    internal double MisoDelayNs { get; set; }

    // True while any pin is driven.
    internal bool Drives => _outputs != 0 || _highOutputs != 0;

    internal bool ClockIdlesHigh => (_outputs & _levels & ClockPin) != 0;

    // The level that MOSI has between two instructions.
    internal bool Mosi => (_outputs & MosiPin) == 0 || (_levels & MosiPin) != 0;

    internal bool IsWaitPinHigh => (Low & WaitPin) != 0;

    // True if clocks reach a chip.
    internal bool ClocksChip => _selected && (_outputs & ClockPin) != 0;

    internal byte Low => (byte)((_levels & _outputs) | (~_outputs & 0xFF & (_miso ? 0xFF : ~MisoPin)));

    internal byte High => (byte)((_highLevels & _highOutputs) | (~_highOutputs & 0xFF));

    internal void SetLow(int levels, int outputs, long ns)
    {
        bool clockWasHigh = ClockIdlesHigh;
        (_levels, _outputs) = (levels, outputs);
        bool selected = (_outputs & ~_levels & SelectPin) != 0;
        if (selected && !_selected)
            chip?.Select(clock.Timestamp(ns));
        else if (!selected && _selected)
            chip?.Deselect(clock.Timestamp(ns));
        bool clocks = selected && _selected && ClockIdlesHigh && !clockWasHigh;
        _selected = selected;
        if (clocks)
            ClockBit(ns, Mosi);
        if (!selected)
            _miso = true;
    }

    internal void SetHigh(int levels, int outputs) => (_highLevels, _highOutputs) = (levels, outputs);

    internal void Release(long ns)
    {
        SetLow(0, 0, ns);
        SetHigh(0, 0);
    }

    // Whole bytes as they leave and arrive, first bit on top; `mosi` is changed where its bits come late.
    internal void Exchange(long fromNs, long untilNs, Span<byte> mosi, Span<byte> miso, MpsseEdges edges)
    {
        bool last = (mosi[^1] & 1) != 0;
        if (edges.LateMosi)
            Delay(mosi, Mosi);
        if ((_outputs & MosiPin) == 0)
            mosi.Fill(0xFF);
        if (ClocksChip && chip is not null)
            chip.Exchange(clock.Timestamp(fromNs), clock.Timestamp(untilNs), mosi, miso);
        else
            miso.Fill(0xFF);
        bool carry = _miso;
        _miso = (miso[^1] & 1) != 0;
        if (edges.LateMiso)
            Delay(miso, carry);
        LeaveMosi(last);
    }

    // One bit; returns what the programmer samples.
    internal bool Exchange(long ns, bool mosi, MpsseEdges edges)
    {
        bool sent = (edges.LateMosi ? Mosi : mosi) || (_outputs & MosiPin) == 0;
        bool carry = _miso;
        ClockBit(ns, sent);
        LeaveMosi(mosi);
        return edges.LateMiso ? carry : _miso;
    }

    private void ClockBit(long ns, bool mosi) =>
        _miso = !ClocksChip || chip is null || chip.ClockBit(clock.Timestamp(ns), mosi);

    private void LeaveMosi(bool level) => _levels = level ? _levels | MosiPin : _levels & ~MosiPin;

    private static void Delay(Span<byte> bits, bool carry)
    {
        int before = carry ? 0x80 : 0;
        for (int i = 0; i < bits.Length; i++)
        {
            int next = bits[i] << 7 & 0x80;
            bits[i] = (byte)(before | bits[i] >> 1);
            before = next;
        }
    }
}

// What comes one bit late with the edges that an instruction uses.
internal readonly record struct MpsseEdges(bool LateMosi, bool LateMiso);
