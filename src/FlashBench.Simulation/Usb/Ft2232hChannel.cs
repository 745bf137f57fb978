// One channel of an FT2232H: two FIFOs between its bulk endpoints and its engine or serial port, the latency timer.
// Source: spi-flash.md 1.3 and 2.2; FTDI AN_108 (S-23) and AN232B-04 (S-24).
//
// Modelled: FIFOs of 4 KiB each way. An OUT packet is taken when the whole of it has room (else NAK, so it waits); the
//   engine stops while the IN FIFO is full (a serial port loses bytes then). An IN packet is 2 status bytes and up to
//   510 bytes; it leaves when 510 are there, or after 87h, or when the latency timer has run out since the last packet
//   (and every period after that): then it may be the status bytes alone. A packet shorter than 512 bytes ends its
//   URB; one that does not fit into the rest of its URB ends that with a stall (babble) and is lost. Each endpoint
//   moves 40 MB/s at most.
// Assumed: the timer starts again with every packet. Data that is older than a tick is ready for the next IN URB; a
//   tick without data and without a waiting IN URB leaves nothing behind. 87h with an empty FIFO does nothing.
// Approximated: full packets, sent-at-once packets, OUT packets and the engine run up to 1 ms ahead of the clock, in
//   their modelled order; packets by the timer never do. The channels do not compete for the bus.
using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Usb;

internal sealed class Ft2232hChannel(MpssePins pins, Ft2232hUart? uart, Ft2232hCore device)
{
    internal const int FifoBytes = 4096;
    internal const int PacketBytes = 512;

    private const int StatusBytes = 2;
    private const int NsPerByte = 25; // 40 MB/s
    private const long AheadNs = 1_000_000;
    private const long Never = long.MaxValue;
    private const byte MpsseMode = 2;
    private const byte LatencyDefault = 16;

    private readonly MpsseEngine _engine = new(pins);
    private readonly ByteFifo _out = new(FifoBytes);
    private readonly ByteFifo _in = new(FifoBytes);
    private readonly Queue<(UsbTransfer Transfer, UsbGroup Group)> _outs = new();
    private readonly Queue<(UsbTransfer Transfer, UsbGroup Group)> _ins = new();
    private readonly byte[] _packet = new byte[PacketBytes];
    private bool _mpsse;
    private bool _outWaits;    // the next OUT packet found no room
    private bool _engineWaits; // the engine found no instruction, or no room
    private long _outFreeNs;   // OUT endpoint and FIFO can take the next packet
    private long _inFreeNs;    // the last IN packet is over
    private long _timerNs;     // the latency timer counts from here
    private long _dataNs;      // when the IN FIFO was last filled from nothing
    private long _fullNs;      // when it last came to hold a whole packet
    private long _sendNs;      // when 87h was executed
    private int _sendBytes;    // how much 87h wants to leave

    // What a line that nobody terminated says: CTS, DSR; transmitter empty.
    private static ReadOnlySpan<byte> IdleStatus => [0x32, 0x60];

    internal MpssePins Pins => pins;

    // The serial port that it is in bit mode 0; null if it is none.
    internal Ft2232hUart? Uart => uart;

    internal byte LatencyMs { get; private set; } = LatencyDefault;

    internal long NowNs => Math.Max(_engine.NowNs, uart?.NowNs ?? 0);

    // Power-on state; URBs stay with whoever queued them.
    internal void Reset(long ns)
    {
        SetBitMode(0, 0, ns);
        PurgeIn(ns);
        PurgeOut();
        SetLatency(LatencyDefault, ns);
        uart?.Reset();
    }

    internal void SetBitMode(byte mode, byte mask, long ns)
    {
        _engine.WaitUntil(ns);
        _engine.Reset();
        _mpsse = mode == MpsseMode;
        pins.Release(_engine.NowNs);
        if (_mpsse)
            pins.SetLow(0, mask, _engine.NowNs);
    }

    internal void SetLatency(byte ms, long ns) => (LatencyMs, _timerNs) = (ms, ns);

    internal void PurgeIn(long ns)
    {
        _in.Clear();
        _sendBytes = 0;
        _engine.SendImmediate = false;
        FreeEngine(ns);
    }

    internal void PurgeOut() => _out.Clear();

    internal void Forget()
    {
        _outs.Clear();
        _ins.Clear();
    }

    internal void Enqueue(UsbTransfer transfer, UsbGroup group) =>
        (transfer.IsIn ? _ins : _outs).Enqueue((transfer, group));

    // Moves the channel on, and says when there is more to do without anybody's help; Never if there is not.
    internal long Advance(long now)
    {
        while (!device.IsPulled)
        {
            long step = NextStep(), packetOut = NextOut(), packetIn = NextIn(out bool byTimer);
            long next = Math.Min(step, Math.Min(packetOut, packetIn));
            if (next == Never)
                break;
            if (next > now && (next >= now + AheadNs || (byTimer && next == packetIn)))
                return next;
            if (next == packetIn)
                SendPacket(packetIn);
            else if (next == packetOut)
                TakePacket(packetOut);
            else
                Step();
        }

        return Never;
    }

    // Whoever waits for something from the device.
    internal IEnumerable<UsbGroup> Waiting => _ins.Concat(_outs).Select(urb => urb.Group);

    internal void WriteStatus(Span<byte> to)
    {
        if (!_mpsse && uart is not null)
            uart.WriteStatus(to, _out);
        else
            IdleStatus.CopyTo(to);
    }

    private long NextStep()
    {
        if (!_mpsse && uart is not null)
            return uart.NextNs(_out);
        bool can = _mpsse ? _engine.CanStep(_out, _in) : _out.Count > 0;
        _engineWaits = !can;
        return can ? _engine.NowNs : Never;
    }

    private void Step()
    {
        int before = _in.Count;
        if (_mpsse)
            _engine.Step(_out, _in, Tick(_engine.NowNs + 1));
        else if (uart is not null)
            _engine.SendImmediate = uart.Step(_out, _in);
        else
            _out.Clear();
        long now = NowNs;
        if (before == 0 && _in.Count > 0)
            _dataNs = now;
        if (before < MpsseEngine.PacketDataBytes && _in.Count >= MpsseEngine.PacketDataBytes)
            _fullNs = now;
        if (_engine.SendImmediate)
            (_sendBytes, _sendNs, _engine.SendImmediate) = (_in.Count, now, false);
    }

    // The first tick of the latency timer at or after `from`.
    private long Tick(long from)
    {
        long period = LatencyMs * 1_000_000L;
        return _timerNs + period * Math.Max(1, (from - _timerNs + period - 1) / period);
    }

    private long NextOut()
    {
        while (_outs.TryPeek(out var next) && next.Group.IsOver)
            _outs.Dequeue();
        if (!_outs.TryPeek(out var head))
            return Never;
        bool waits = _out.Free < NextPacket(head.Transfer).Length;
        if (_outWaits && !waits)
            _outFreeNs = Math.Max(_outFreeNs, _engine.NowNs);
        _outWaits = waits;
        long at = Math.Max(_outFreeNs, head.Group.ReadyNs);
        return waits || at >= head.Group.DeadlineNs ? Never : at;
    }

    private static ReadOnlySpan<byte> NextPacket(UsbTransfer transfer)
    {
        ReadOnlySpan<byte> rest = transfer.Buffer.Span[transfer.Length..];
        return rest[..Math.Min(rest.Length, PacketBytes)];
    }

    private void TakePacket(long at)
    {
        (UsbTransfer transfer, UsbGroup group) = _outs.Peek();
        ReadOnlySpan<byte> packet = NextPacket(transfer);
        if (_out.Count == 0)
            uart?.FillFrom(at + (long)packet.Length * NsPerByte);
        _out.Write(packet);
        transfer.Length += packet.Length;
        _outFreeNs = at + (long)packet.Length * NsPerByte;
        FreeEngine(_outFreeNs);
        device.CountOut();
        if (transfer.Length < transfer.Buffer.Length)
            return;
        _outs.Dequeue();
        device.End(transfer, group, UsbTransferStatus.Completed, _outFreeNs);
    }

    private void FreeEngine(long ns)
    {
        if (_engineWaits)
            _engine.WaitUntil(ns);
    }

    private long NextIn(out bool byTimer)
    {
        while (_ins.TryPeek(out var next) && next.Group.IsOver)
            _ins.Dequeue();
        byTimer = false;
        if (!_ins.TryPeek(out var head))
            return Never;
        long ready = Math.Max(_inFreeNs, head.Group.ReadyNs);
        byTimer = _in.Count < MpsseEngine.PacketDataBytes && _sendBytes == 0;
        long data = byTimer
            ? Tick(_in.Count > 0 ? _dataNs : ready)
            : _in.Count >= MpsseEngine.PacketDataBytes ? _fullNs : _sendNs;
        long at = Math.Max(ready, data);
        return at < head.Group.DeadlineNs ? at : Never;
    }

    private void SendPacket(long at)
    {
        (UsbTransfer transfer, UsbGroup group) = _ins.Peek();
        int count = Math.Min(_in.Count, MpsseEngine.PacketDataBytes);
        Span<byte> packet = _packet.AsSpan(0, StatusBytes + count);
        if (count > 0)
            uart?.Report();
        WriteStatus(packet);
        _in.Read(packet[StatusBytes..]);
        _sendBytes = Math.Max(0, _sendBytes - count);
        (_timerNs, _inFreeNs) = (at, at + (long)packet.Length * NsPerByte);
        FreeEngine(_inFreeNs);
        if (!device.CountIn(packet))
            return;
        Span<byte> room = transfer.Buffer.Span[transfer.Length..];
        bool fits = packet.Length <= room.Length;
        if (fits)
            packet.CopyTo(room);
        transfer.Length += fits ? packet.Length : 0;
        if (fits && packet.Length == PacketBytes && packet.Length < room.Length)
            return;
        _ins.Dequeue();
        device.End(transfer, group, fits ? UsbTransferStatus.Completed : UsbTransferStatus.Stalled, _inFreeNs);
    }
}
