// The serial port that a channel of an FT2232H is in bit mode 0, if the EEPROM says so. Source: FTDI FT2232H datasheet
// (S-26), AN232B-05 (S-48), the request and status lists of `ftdi_sio` (S-25).
//
// Modelled: a frame takes its time, both ways; both FIFOs of the channel (a byte that finds the IN FIFO full is lost,
//   and the next one carries "overrun"); divisor and format; break both ways (one that arrives is a NUL with its
//   status bit); DTR and RTS, the four incoming lines; RTS/CTS flow control of the transmitter; the event character.
//   The line status of a packet is of all its bytes together; packets without data repeat the last one.
// Assumed: 9600 8N1, DTR and RTS inactive at power-on; a reset of the port by request keeps the settings.
// Not modelled: XON/XOFF, DTR/DSR flow control, RTS that follows the FIFO, the error character, parity that is wrong
//   because both ends differ, latency timer changes by the modem lines.
namespace FlashBench.Simulation.Usb;

internal sealed class Ft2232hUart(UartPeer peer)
{
    private const long Never = long.MaxValue;
    private const byte HighSpeed = 0x02;       // low half of the modem status: packets of 512 bytes
    private const byte TransmitterFree = 0x20; // THRE
    private const byte TransmitterIdle = 0x40; // TEMT
    private const byte Cts = 0x10;
    private const int BreakBit = 1 << 14;
    private const int EventEnabled = 1 << 8;
    private const int RtsCts = 1;              // high byte of the flow control request's wIndex

    private UartFraming _framing = UartFraming.PowerOn;
    private UartErrors _errors;     // of what is in the IN FIFO and was not reported
    private UartErrors _reported;   // of the last packet with data
    private byte? _shifting;
    private bool _break;
    private bool _waitsForCts;
    private int _eventCharacter;
    private long _txNs;             // the shifter is free
    private long _rxNs;             // the last frame from the peer is over

    internal UartPeer Peer => peer;

    // The last thing that it did.
    internal long NowNs { get; private set; }

    internal void Reset()
    {
        _framing = UartFraming.PowerOn;
        (_errors, _reported, _shifting, _break, _waitsForCts, _eventCharacter) = (0, 0, null, false, false, 0);
        peer.SetLines(dtr: false, rts: false);
        peer.Forget();
    }

    // Bytes that the host sent reached the empty FIFO.
    internal void FillFrom(long ns) => _txNs = Math.Max(_txNs, ns);

    internal void SetDivisor(int value, int high) => _framing = _framing.WithDivisor(value, high);

    internal void SetFormat(int value, long ns)
    {
        bool low = (value & BreakBit) != 0;
        if (low && !_break)
            peer.ReceiveBreak();
        if (_break && !low)
            _txNs = Math.Max(_txNs, ns);
        _break = low;
        _framing = _framing.WithFormat(value);
    }

    // wValue: levels in the low byte, which of them are meant in the high one.
    internal void SetModemControl(int value)
    {
        UartPeerLines lines = peer.Lines;
        peer.SetLines(
            (value & 0x100) != 0 ? (value & 1) != 0 : lines.Dtr, (value & 0x200) != 0 ? (value & 2) != 0 : lines.Rts);
    }

    internal void SetFlowControl(int index) => _waitsForCts = (index >> 8 & RtsCts) != 0;

    internal void SetEventCharacter(int value) => _eventCharacter = value & (EventEnabled | 0xFF);

    // The two status bytes as they are now.
    internal void WriteStatus(Span<byte> to, ByteFifo outs)
    {
        int line = outs.Count > 0 ? 0 : TransmitterFree;
        line |= outs.Count > 0 || _shifting is not null ? 0 : TransmitterIdle;
        (to[0], to[1]) = ((byte)(peer.ModemLines | HighSpeed), (byte)(line | (int)_reported));
    }

    // A packet with data leaves.
    internal void Report() => (_reported, _errors) = (_errors, UartErrors.None);

    internal long NextNs(ByteFifo outs) => Math.Min(NextSent(outs), NextReceived());

    // Does what NextNs announced; true if the packet shall leave at once.
    internal bool Step(ByteFifo outs, ByteFifo ins)
    {
        long sent = NextSent(outs), received = NextReceived();
        NowNs = Math.Max(NowNs, Math.Min(sent, received));
        if (received <= sent)
            return Receive(ins, received);
        if (_shifting is { } value)
        {
            peer.Receive(UartFraming.Sample(value, _framing.Baud, peer.Baud, _framing.DataBits).Value);
            _shifting = null;
            return false;
        }

        _shifting = outs[0];
        outs.Drop(1);
        _txNs = sent + _framing.FrameNs;
        return false;
    }

    private long NextSent(ByteFifo outs)
    {
        if (_shifting is not null)
            return _txNs;
        bool held = _break || (_waitsForCts && (peer.ModemLines & Cts) == 0);
        if (outs.Count == 0 || held)
            return Never;
        return _waitsForCts ? Math.Max(_txNs, peer.ModemSinceNs) : _txNs;
    }

    private long NextReceived()
    {
        if (peer.Next() is not { } symbol)
            return Never;
        return Math.Max(_rxNs, symbol.AtNs) + PeerFrameNs();
    }

    private long PeerFrameNs() => (_framing with { Baud = peer.Baud }).FrameNs;

    private bool Receive(ByteFifo ins, long at)
    {
        UartSymbol symbol = peer.Next()!.Value;
        bool lost = peer.Take() || ins.Free == 0;
        _rxNs = symbol.Low is { } low ? at + Math.Max(0, (long)low.TotalNanoseconds - PeerFrameNs()) : at;
        if (lost)
        {
            _errors |= UartErrors.Overrun;
            return false;
        }

        (byte value, UartErrors error) = symbol.Low is null
            ? UartFraming.Sample(symbol.Value, peer.Baud, _framing.Baud, _framing.DataBits)
            : ((byte)0, UartErrors.Break);
        _errors |= error | symbol.Error;
        ins.Write([value]);
        return _eventCharacter == (EventEnabled | value);
    }
}
