// The command processor of one MPSSE channel. Source: spi-flash.md 1.3; FTDI AN_108 (S-23).
//
// Modelled: 10h-3Fh (bit 0 MOSI moves on the falling edge, bit 1 length in bits, bit 2 MISO sampled on the falling
//   edge, bit 3 LSB first, bit 4 write, bit 5 read); 80-83 pins; 84/85 loopback; 86 divisor, 8A/8B prescaler, 8C/8D
//   three-phase clock; 87 send at once; 88/89, 94/95, 9C/9D wait on GPIOL1; 8E/8F clocks without data; 96/97 adaptive
//   clock (nobody returns it: the engine stands still). Every other opcode answers FA and itself. The engine stops
//   while the input FIFO is full, and waits for bytes of an instruction that has not arrived whole.
// Assumed: an instruction costs 100 ns besides its clocks. Bits that a short read did not fill are 0. Adaptive clock,
//   and a wait on a pin that never changes, last until the bit mode is set again.
// Not modelled: JTAG (opcodes with bit 6, which answer as unknown), open-drain pins (9Eh, FT232H).
namespace FlashBench.Simulation.Usb;

internal sealed class MpsseEngine(MpssePins pins)
{
    internal const int PacketDataBytes = 510;

    private const int InstructionNs = 100;
    private const int ThirdsPerClock = 100; // a third of a nanosecond; SCK of 30 MHz
    private const int PrescalerFactor = 5;

    private readonly byte[] _out = new byte[PacketDataBytes];
    private readonly byte[] _in = new byte[PacketDataBytes];

    private Phase _phase;
    private long _thirds; // its own time, in thirds of a nanosecond since the port exists
    private int _opcode;
    private int _left;    // bytes of a shift, or clocks
    private int _divisor;
    private bool _prescaler = true;
    private bool _threePhase;
    private bool _adaptive;
    private bool _loopback;

    private enum Phase : byte
    {
        Instruction,
        Shift,
        Clocks,
        Stuck,
    }

    internal long NowNs => _thirds / 3;

    // Set by 87h; whoever moves packets takes it back.
    internal bool SendImmediate { get; set; }

    private bool Writes => (_opcode & 0x10) != 0;

    private bool Reads => (_opcode & 0x20) != 0;

    private bool LeastFirst => (_opcode & 0x08) != 0;

    private long ClockThirds =>
        ThirdsPerClock * (1L + _divisor) * (_prescaler ? PrescalerFactor : 1) * (_threePhase ? 3 : 2) / 2;

    internal void WaitUntil(long ns) => _thirds = Math.Max(_thirds, ns * 3);

    // As after the bit mode was set: 6 MHz, nothing half done.
    internal void Reset()
    {
        (_phase, _left, _divisor) = (Phase.Instruction, 0, 0);
        (_prescaler, _threePhase, _adaptive, _loopback, SendImmediate) = (true, false, false, false, false);
    }

    internal bool CanStep(ByteFifo outs, ByteFifo ins) => _phase switch
    {
        Phase.Instruction => outs.Count > 0 && outs.Count >= Length(outs[0]) && ins.Free >= Answers(outs[0]),
        Phase.Shift => (!Writes || outs.Count > 0) && (!Reads || ins.Free > 0),
        Phase.Clocks => true,
        _ => false,
    };

    // One instruction, or the part of it up to `untilNs` (at least one byte or clock). CanStep must say yes.
    internal void Step(ByteFifo outs, ByteFifo ins, long untilNs)
    {
        switch (_phase)
        {
            case Phase.Instruction: Begin(outs, ins); break;
            case Phase.Shift: Shift(outs, ins, untilNs); break;
            default: RunClocks(untilNs); break;
        }
    }

    private static bool IsShift(int opcode) => opcode is >= 0x10 and <= 0x3F;

    // Bytes that must have arrived before it starts.
    private static int Length(byte opcode) => opcode switch
    {
        >= 0x20 and <= 0x2F when (opcode & 2) != 0 => 2,
        >= 0x10 and <= 0x3F => 3,
        0x80 or 0x82 or 0x86 or 0x8F or 0x9C or 0x9D => 3,
        0x8E => 2,
        _ => 1,
    };

    private static int Answers(byte opcode) => opcode switch
    {
        >= 0x10 and <= 0x3F => (opcode & 0x22) == 0x22 ? 1 : 0,
        0x81 or 0x83 => 1,
        0x80 or 0x82 or (>= 0x84 and <= 0x8F) or (>= 0x94 and <= 0x97) or 0x9C or 0x9D => 0,
        _ => 2,
    };

    private void Begin(ByteFifo outs, ByteFifo ins)
    {
        Span<byte> head = stackalloc byte[Length(outs[0])];
        outs.Read(head);
        _thirds += InstructionNs * 3;
        _opcode = head[0];
        int word = head.Length == 3 ? head[1] | head[2] << 8 : 0;
        if (IsShift(_opcode) && (_opcode & 2) != 0)
            ShiftBits(head[1] & 7, head[^1], ins);
        else if (IsShift(_opcode))
            Wait(Phase.Shift, word + 1);
        else
            Control(head, word, ins);
    }

    private void Control(ReadOnlySpan<byte> head, int word, ByteFifo ins)
    {
        bool high = pins.IsWaitPinHigh;
        switch (_opcode)
        {
            case 0x80: pins.SetLow(head[1], head[2], NowNs); break;
            case 0x82: pins.SetHigh(head[1], head[2]); break;
            case 0x81: ins.Write([pins.Low]); break;
            case 0x83: ins.Write([pins.High]); break;
            case 0x84 or 0x85: _loopback = _opcode == 0x84; break;
            case 0x86: _divisor = word; break;
            case 0x87: SendImmediate = true; break;
            case 0x88 or 0x94: _phase = high ? Phase.Instruction : Phase.Stuck; break;
            case 0x89 or 0x95: _phase = high ? Phase.Stuck : Phase.Instruction; break;
            case 0x8A or 0x8B: _prescaler = _opcode == 0x8B; break;
            case 0x8C or 0x8D: _threePhase = _opcode == 0x8C; break;
            case 0x8E: Wait(Phase.Clocks, (head[1] & 7) + 1); break;
            case 0x8F: Wait(Phase.Clocks, (word + 1) * 8); break;
            case 0x96 or 0x97: _adaptive = _opcode == 0x96; break;
            case 0x9C when !high: Wait(Phase.Clocks, (word + 1) * 8); break;
            case 0x9D when high: Wait(Phase.Clocks, (word + 1) * 8); break;
            case 0x9C or 0x9D: break;
            default: ins.Write([0xFA, head[0]]); break;
        }
    }

    private void Wait(Phase phase, int count) => (_phase, _left) = (_adaptive ? Phase.Stuck : phase, count);

    private MpsseEdges Edges()
    {
        bool idlesHigh = pins.ClockIdlesHigh, falling = (_opcode & 4) != 0;
        double sampleNs = ClockThirds / (falling ? 3.0 : 6.0); // since the falling edge that moves MISO
        return new MpsseEdges(
            Writes && (_opcode & 1) == 0 && !idlesHigh,
            (falling && idlesHigh) || pins.MisoDelayNs > sampleNs);
    }

    private void Shift(ByteFifo outs, ByteFifo ins, long untilNs)
    {
        int count = (int)Math.Clamp((untilNs * 3 - _thirds) / (8 * ClockThirds), 1, Math.Min(_left, PacketDataBytes));
        if (Writes)
            count = Math.Min(count, outs.Count);
        if (Reads)
            count = Math.Min(count, Math.Min(ins.Free, PacketDataBytes - ins.Count % PacketDataBytes));
        Span<byte> mosi = _out.AsSpan(0, count), miso = _in.AsSpan(0, count);
        FetchMosi(outs, mosi);
        long from = NowNs;
        _thirds += count * 8 * ClockThirds;
        pins.Exchange(from, NowNs, mosi, miso, Edges());
        if (_loopback)
            mosi.CopyTo(miso);
        if (LeastFirst)
            BitOrder.Reverse(miso, miso);
        if (Reads)
            ins.Write(miso);
        _left -= count;
        _phase = _left > 0 ? Phase.Shift : Phase.Instruction;
    }

    private void FetchMosi(ByteFifo outs, Span<byte> mosi)
    {
        if (!Writes)
        {
            mosi.Fill(pins.Mosi ? (byte)0xFF : (byte)0x00);
            return;
        }

        outs.Read(mosi);
        if (LeastFirst)
            BitOrder.Reverse(mosi, mosi);
    }

    private void ShiftBits(int last, byte data, ByteFifo ins)
    {
        if (_adaptive)
        {
            _phase = Phase.Stuck;
            return;
        }

        int read = 0;
        for (int i = 0; i <= last; i++)
        {
            _thirds += ClockThirds;
            bool mosi = Writes ? (data >> (LeastFirst ? i : 7 - i) & 1) != 0 : pins.Mosi;
            bool miso = pins.Exchange(NowNs, mosi, Edges());
            int bit = (_loopback ? mosi : miso) ? 1 : 0;
            read = LeastFirst ? read >> 1 | bit << 7 : read << 1 | bit;
        }

        if (Reads)
            ins.Write([(byte)read]);
    }

    // With the chip selected they are clocks like any others; else they are a delay.
    private void RunClocks(long untilNs)
    {
        long count = Math.Clamp((untilNs * 3 - _thirds) / ClockThirds, 1, _left);
        count -= count > 8 ? count % 8 : 0;
        bool mosi = pins.Mosi;
        if (pins.ClocksChip && count % 8 == 0)
        {
            count = Math.Min(count, PacketDataBytes * 8);
            Span<byte> line = _out.AsSpan(0, (int)count / 8);
            line.Fill(mosi ? (byte)0xFF : (byte)0x00);
            pins.Exchange(NowNs, NowNs + count * ClockThirds / 3, line, _in.AsSpan(0, line.Length), default);
        }
        else if (pins.ClocksChip)
        {
            count = Math.Min(count, 7);
            for (int i = 0; i < count; i++)
                pins.Exchange(NowNs + i * ClockThirds / 3, mosi, default);
        }

        _thirds += count * ClockThirds;
        _left -= (int)count;
        _phase = _left > 0 ? Phase.Clocks : Phase.Instruction;
    }
}
