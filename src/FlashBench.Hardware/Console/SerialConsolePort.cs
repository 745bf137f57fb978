using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Console;

/// <summary>A serial port of this host as the board's console.</summary>
/// <remarks>
/// A thread of its own reads, so that no stall of the program loses bytes that the kernel has no room for. When the
/// port goes away it is looked for until it is back: the one port that the selector names, whatever its number is then.
/// Of bytes that nobody takes <see cref="PendingBytesMax"/> are held; then nothing is read, and the kernel counts what
/// it drops. One reader at a time; writing is safe beside it.
/// </remarks>
public sealed class SerialConsolePort : IConsolePort
{
    /// <summary>Bytes that are held for a reader.</summary>
    public const int PendingBytesMax = 4 << 20;

    private const int ReadBytes = 64 * 1024, EventCost = 64; // what an event takes beside its bytes

    // Bytes come one by one from a UART; to take them so would cost a wake-up each. At 3 Mbaud 900 bytes arrive in this
    // time, a quarter of what the kernel's line discipline holds.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BreakLength = TimeSpan.FromMilliseconds(250);

    private readonly SerialConsoleOptions _options;
    private readonly SerialMode _mode;
    private readonly TtyPorts _ports;
    private readonly TimeProvider _time;
    private readonly WakeSignal _wake = new();
    private readonly Channel<ConsoleEvent> _events =
        Channel.CreateUnbounded<ConsoleEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> _data = new(ReadBytes);
    private readonly byte[] _buffer = new byte[ReadBytes];
    private readonly Lock _counting = new();
    private ConsoleCounters _before, _atOpen, _last; // of earlier openings; of this one
    private volatile SerialLine? _line;
    private TtyPort? _first; // the port that was opened
    private volatile bool _stopping;
    private long _pending;

    private SerialConsolePort(SerialConsoleOptions options, TtyPorts ports, TimeProvider time)
    {
        (_options, _ports, _time) = (options, ports, time);
        _mode = new SerialMode(options.Baud, options.Format, MarkErrors: true);
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; private set; } = new("console", "", Simulated: false);

    /// <inheritdoc/>
    public ConsoleCounters Counters
    {
        get
        {
            lock (_counting)
            {
                if (Read(_line) is { } now)
                    _last = now.Since(_atOpen);
                return _before.Plus(_last);
            }
        }
    }

    /// <summary>Opens the port; from now on nothing that it receives is missed.</summary>
    /// <param name="options">Which port, and how it is driven.</param>
    /// <param name="ports">The ports of this host.</param>
    /// <param name="time">Stamps the events.</param>
    /// <exception cref="ConsoleException">It is not there, not the only one, in use, not allowed, or cannot run so; its
    /// cause says which.</exception>
    public static SerialConsolePort Open(SerialConsoleOptions options, TtyPorts ports, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ports);
        ArgumentNullException.ThrowIfNull(time);
        var port = new SerialConsolePort(options, ports, time);
        bool opened = false;
        try
        {
            TtyPort found = port.Attach();
            string counting = Read(port._line) is null ? ", receive errors cannot be counted" : "";
            port.Identity = new PartIdentity(
                "console", $"{found}, {options.Baud} baud {options.Format}{counting}", found.Simulated);
            new Thread(port.Run) { IsBackground = true, Name = "console" }.Start();
            opened = true;
            return port;
        }
        finally
        {
            if (!opened)
                port.Release();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // Not ReadAllAsync: it would leave the context of the reader.
        while (await _events.Reader.WaitToReadAsync(cancel))
        {
            while (_events.Reader.TryRead(out ConsoleEvent? next))
            {
                Interlocked.Add(ref _pending, -CostOf(next));
                yield return next;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        try
        {
            await (_line ?? throw Gone()).WriteAsync(data, cancel);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            throw Gone();
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendBreakAsync(CancellationToken cancel)
    {
        SerialLine line = _line ?? throw Gone();
        try
        {
            if (!line.SetBreak(low: true))
                throw new ConsoleException($"{Identity.Description} cannot send a break");
            try
            {
                await Task.Delay(BreakLength, _time, cancel);
            }
            finally
            {
                line.SetBreak(low: false);
            }
        }
        catch (ObjectDisposedException)
        {
            throw Gone();
        }
    }

    /// <summary>Closes the port; what it received until now can still be read. DTR and RTS stay as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
            return;
        _stopping = true;
        _wake.Set();
        await _ended.Task;
        Release();
    }

    private void Run()
    {
        var marks = new LineMarks();
        while (!_stopping)
        {
            if (_line is { } line)
                Receive(line, marks);
            else
                Look();
        }

        _events.Writer.Complete();
        _ended.SetResult();
    }

    // Returns when the port is gone or shall be closed.
    private void Receive(SerialLine line, LineMarks marks)
    {
        while (!line.WaitForInput(_wake))
        {
            bool gone = !TakeAll(line, marks);
            Post();
            if (gone)
            {
                Leave();
                return;
            }

            while (Interlocked.Read(ref _pending) > PendingBytesMax && !_stopping)
                _wake.Wait(Gather);
            _wake.Wait(Gather);
        }
    }

    private bool TakeAll(SerialLine line, LineMarks marks)
    {
        while (_data.WrittenCount < ReadBytes)
        {
            if (line.TryRead(_buffer) is not int count)
                return true;
            if (count == 0)
                return false;
            marks.Feed(_buffer.AsSpan(0, count), _data, onBreak: () =>
            {
                Post();
                Add(new ConsoleEvent.Break(_time.GetTimestamp()));
            });
        }

        return true;
    }

    private void Post()
    {
        if (_data.WrittenCount == 0)
            return;
        Add(new ConsoleEvent.Bytes(_time.GetTimestamp(), _data.WrittenSpan.ToArray()));
        _data.ResetWrittenCount();
    }

    private void Add(ConsoleEvent happened)
    {
        Interlocked.Add(ref _pending, CostOf(happened));
        _events.Writer.TryWrite(happened);
    }

    private static int CostOf(ConsoleEvent happened) =>
        EventCost + (happened is ConsoleEvent.Bytes bytes ? bytes.Data.Length : 0);

    private void Leave()
    {
        lock (_counting)
        {
            (_before, _last) = (_before.Plus(_last), default);
            _line?.Dispose();
            _line = null;
        }

        Add(new ConsoleEvent.HangUp(_time.GetTimestamp()));
    }

    // Whatever keeps the port away now may pass: two that match, rights that udev has not set yet, a thief.
    private void Look()
    {
        if (_wake.Wait(LookInterval))
            return;
        try
        {
            Attach();
            Add(new ConsoleEvent.Back(_time.GetTimestamp()));
        }
        catch (ConsoleException)
        {
            // Not yet.
        }
    }

    private TtyPort Attach()
    {
        TtyPort found = _ports.Find(_options.Port);
        RefuseOther(found);
        try
        {
            SerialLine line = SerialLine.Open(found.Device, _mode);
            lock (_counting)
            {
                _atOpen = Read(line) ?? default;
                _line = line;
            }

            return found;
        }
        catch (SerialOpenException failure)
        {
            throw new ConsoleException(failure.Message, failure) { Cause = failure.Cause };
        }
    }

    // A port that comes back must be the one that went: its name may now mean another board's adapter.
    private void RefuseOther(TtyPort found)
    {
        _first ??= found;
        bool same = found.Serial == _first.Serial && found.Interface == _first.Interface
            && found.Simulated == _first.Simulated
            && (_options.Port.Serial is not null || found.PortPath == _first.PortPath);
        if (!same)
            throw new ConsoleException($"{found} is another port than the one that went ({_first})");
    }

    private static ConsoleCounters? Read(SerialLine? line)
    {
        try
        {
            return line?.ReadCounters();
        }
        catch (ObjectDisposedException)
        {
            return null; // it was hung up meanwhile
        }
    }

    private void Release()
    {
        _line?.Dispose();
        _line = null;
        _wake.Dispose();
    }

    private ConsoleException Gone() => new($"{_options.Port} is gone") { Cause = PartCause.Unavailable };
}
