// What is wired to the serial port of a virtual adapter: the other end of TXD, RXD and the modem lines.
//
// Modelled: bytes, breaks and damaged bytes that leave one after another at this end's own speed; what arrives, sampled
//   at this end's speed (a speed that is too far off reads wrong bytes); breaks and the two outgoing modem lines.
// Not modelled: formats other than those of the adapter, levels, a transmitter that waits for RTS.
namespace FlashBench.Simulation.Usb;

/// <summary>The far end of a virtual adapter's serial port, for tests and for the control channel.</summary>
/// <remarks>Safe for concurrent use. What it sends while nothing is plugged in is lost.</remarks>
public sealed class UartPeer
{
    /// <summary>Most that waits to be sent; what goes beyond it is not taken.</summary>
    public const int QueuedMax = 1 << 20;

    /// <summary>Most that is kept of what arrived; older bytes are forgotten first.</summary>
    public const int ReceivedMax = 1 << 16;

    /// <summary>All four modem lines that this end drives: CTS, DSR, RI, DCD, as the adapter reports them.</summary>
    public const byte ModemLinesMask = 0xF0;

    private const byte CtsAndDsr = 0x30;

    private readonly Lock _gate = new();
    private readonly Queue<UartSymbol> _queue = new();
    private readonly Queue<byte> _received = new();
    private int _baud = 115_200;
    private byte _modemLines = CtsAndDsr;
    private long _modemSinceNs;
    private UartPeerLines _lines;
    private long _breaks;
    private int _toLose;

    /// <summary>Bits per second, both ways; 115,200 unless it is set.</summary>
    public int Baud
    {
        get => Volatile.Read(ref _baud);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            Volatile.Write(ref _baud, value);
        }
    }

    /// <summary>The modem lines that this end drives: CTS 10h, DSR 20h, RI 40h, DCD 80h.</summary>
    public byte ModemLines
    {
        get { lock (_gate) return _modemLines; }
        set
        {
            lock (_gate)
                (_modemLines, _modemSinceNs) = ((byte)(value & ModemLinesMask), NowNs());
            Changed?.Invoke();
        }
    }

    /// <summary>The lines that the adapter drives, and how often they have changed since this end exists.</summary>
    public UartPeerLines Lines
    {
        get { lock (_gate) return _lines; }
    }

    /// <summary>Breaks that have arrived.</summary>
    public long Breaks
    {
        get { lock (_gate) return _breaks; }
    }

    // When the lines came to be as they are.
    internal long ModemSinceNs
    {
        get { lock (_gate) return _modemSinceNs; }
    }

    // Something is there for the adapter; called outside the lock.
    internal Action? Changed { get; set; }

    // The device's time line.
    internal Func<long> NowNs { get; set; } = static () => 0;

    /// <summary>Sends bytes after what waits already.</summary>
    /// <returns>False if they are more than may wait; nothing is sent then.</returns>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        var symbols = new UartSymbol[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            symbols[i] = new UartSymbol(bytes[i]);
        return Enqueue(symbols);
    }

    /// <summary>Holds the line low for so long, after what waits already.</summary>
    /// <returns>False if too much waits.</returns>
    public bool SendBreak(TimeSpan length) => Enqueue([new UartSymbol(0, length)]);

    /// <summary>Fault: the next byte arrives with this error.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="error">Parity or framing.</param>
    /// <returns>False if too much waits.</returns>
    public bool SendDamaged(byte value, UartErrors error) => Enqueue([new UartSymbol(value, Error: error)]);

    /// <summary>Fault: the adapter loses the next bytes that arrive, as if its buffer were full.</summary>
    public void Overrun(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_gate)
            _toLose = bytes;
    }

    /// <summary>Takes what has arrived, oldest first.</summary>
    /// <param name="most">No more than this.</param>
    public byte[] TakeReceived(int most)
    {
        lock (_gate)
        {
            byte[] bytes = new byte[Math.Min(most, _received.Count)];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = _received.Dequeue();
            return bytes;
        }
    }

    internal UartSymbol? Next()
    {
        lock (_gate)
            return _queue.TryPeek(out UartSymbol symbol) ? symbol : null;
    }

    // Takes the symbol that Next showed; true if the fault loses it.
    internal bool Take()
    {
        lock (_gate)
        {
            if (_queue.TryDequeue(out _) && _toLose > 0)
            {
                _toLose--;
                return true;
            }

            return false;
        }
    }

    internal void Receive(byte value)
    {
        lock (_gate)
        {
            if (_received.Count == ReceivedMax)
                _received.Dequeue();
            _received.Enqueue(value);
        }
    }

    internal void ReceiveBreak()
    {
        lock (_gate)
            _breaks++;
    }

    internal void SetLines(bool dtr, bool rts)
    {
        lock (_gate)
        {
            int changes = (dtr != _lines.Dtr ? 1 : 0) + (rts != _lines.Rts ? 1 : 0);
            _lines = new UartPeerLines(dtr, rts, _lines.Changes + changes);
        }
    }

    // The adapter has no power: nobody listens.
    internal void Forget()
    {
        lock (_gate)
            _queue.Clear();
    }

    private bool Enqueue(UartSymbol[] symbols)
    {
        lock (_gate)
        {
            if (_queue.Count + symbols.Length > QueuedMax)
                return false;
            foreach (UartSymbol symbol in symbols)
                _queue.Enqueue(symbol with { AtNs = NowNs() });
        }

        Changed?.Invoke();
        return true;
    }
}

/// <summary>The modem lines that an adapter drives.</summary>
/// <param name="Dtr">Data terminal ready is active.</param>
/// <param name="Rts">Request to send is active.</param>
/// <param name="Changes">How often one of the two has changed.</param>
public readonly record struct UartPeerLines(bool Dtr, bool Rts, long Changes);

/// <summary>What a receiver may find wrong with a frame, as the adapter's line status names it.</summary>
[Flags]
public enum UartErrors : byte
{
    /// <summary>Nothing.</summary>
    None = 0x00,

    /// <summary>Bytes were lost before this one: the buffer was full.</summary>
    Overrun = 0x02,

    /// <summary>The parity bit is wrong.</summary>
    Parity = 0x04,

    /// <summary>There is no stop bit.</summary>
    Framing = 0x08,

    /// <summary>The line was low for a whole frame.</summary>
    Break = 0x10,
}

// A byte, or the line held low; from AtNs on it may leave.
internal readonly record struct UartSymbol(
    byte Value, TimeSpan? Low = null, UartErrors Error = UartErrors.None, long AtNs = 0);
