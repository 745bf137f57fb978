namespace FlashBench.Hardware.Console;

/// <summary>Owns a console port and lets any number of readers follow it; one of them may write.</summary>
/// <remarks>
/// What came last is kept once for all, at most <see cref="BytesKept"/> bytes and <see cref="EventsKept"/> events.
/// Every reader has a place of its own in it (<see cref="ConsoleSeat"/>): one that falls behind loses its oldest bytes and is
/// told how many; the port and the other readers never wait for it. Safe for concurrent use. In real time only: readers
/// go on in the thread pool or in their own context, in no fixed order.
/// </remarks>
public sealed class ConsoleHub : IAsyncDisposable
{
    /// <summary>Bytes that are kept for slow readers.</summary>
    public const int BytesKept = 4 << 20;

    /// <summary>Events that are kept for slow readers.</summary>
    public const int EventsKept = 1 << 14;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Kept[] _kept = new Kept[EventsKept];
    private readonly Task _pump;
    private long _first, _next;        // numbers of the oldest kept event and of the next one
    private long _bytes;               // bytes that came before the next event
    private TaskCompletionSource? _arrival;
    private ConsoleSeat? _writer;
    private bool _ended;
    private int _disposed;
    private BenchException? _failure;

    /// <summary>Takes over a port and reads it from now on.</summary>
    /// <param name="port">Closed together with the hub.</param>
    public ConsoleHub(IConsolePort port)
    {
        ArgumentNullException.ThrowIfNull(port);
        Port = port;
        _pump = Task.Run(PumpAsync); // never in the context of a job: that one may be busy for seconds
    }

    internal IConsolePort Port { get; }

    /// <summary>Gives a reader a place.</summary>
    /// <param name="fromOldest">True to see also what is still kept; else only what comes from now on.</param>
    public ConsoleSeat Join(bool fromOldest = false)
    {
        lock (_gate)
        {
            return fromOldest && _first < _next
                ? new ConsoleSeat(this, _first, _kept[_first % EventsKept].BytesBefore)
                : new ConsoleSeat(this, _next, _bytes);
        }
    }

    /// <summary>Ends every reader and closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stop.CancelAsync();
        await _pump;
        await Port.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Makes a reader the writer, unless another one is.</summary>
    internal bool TakePen(ConsoleSeat seat)
    {
        lock (_gate)
            return (_writer ??= seat) == seat;
    }

    internal void LeavePen(ConsoleSeat seat)
    {
        lock (_gate)
            _writer = _writer == seat ? null : _writer;
    }

    internal bool HasPen(ConsoleSeat seat)
    {
        lock (_gate)
            return _writer == seat;
    }

    /// <summary>Moves a reader on by one event.</summary>
    /// <returns>The event, or null and what to wait for; both null at the end.</returns>
    /// <exception cref="ConsoleException">The port failed, and the reader has had everything before.</exception>
    internal (ConsoleEvent? Event, Task? Arrival) Next(ref long number, ref long bytes)
    {
        lock (_gate)
        {
            if (number < _first)
                return (Skip(ref number, ref bytes), null);
            if (number == _next)
                return (null, _ended ? EndOrThrow() : (_arrival ??= NewArrival()).Task);
            Kept kept = _kept[number % EventsKept];
            number++;
            bytes = kept.BytesBefore + LengthOf(kept.Event);
            return (kept.Event, null);
        }
    }

    private ConsoleEvent.Lost Skip(ref long number, ref long bytes)
    {
        Kept oldest = _kept[_first % EventsKept];
        long lost = oldest.BytesBefore - bytes;
        (number, bytes) = (_first, oldest.BytesBefore);
        return new ConsoleEvent.Lost(oldest.Event.Timestamp, lost);
    }

    private Task? EndOrThrow() =>
        _failure is { } failure ? throw new ConsoleException(failure.Message, failure) : null;

    private async Task PumpAsync()
    {
        try
        {
            await foreach (ConsoleEvent happened in Port.ReadAsync(_stop.Token))
                Add(happened);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The hub is closed.
        }
        catch (BenchException failure)
        {
            _failure = failure;
        }

        TaskCompletionSource? arrival;
        lock (_gate)
        {
            _ended = true;
            arrival = _arrival;
        }

        arrival?.SetResult();
    }

    private void Add(ConsoleEvent happened)
    {
        TaskCompletionSource? arrival;
        lock (_gate)
        {
            int length = LengthOf(happened);
            while (_first < _next && (_next - _first == EventsKept || KeptBytes + length > BytesKept))
            {
                _kept[_first % EventsKept] = default;
                _first++;
            }

            _kept[_next++ % EventsKept] = new Kept(happened, _bytes);
            _bytes += length;
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult();
    }

    private long KeptBytes => _first == _next ? 0 : _bytes - _kept[_first % EventsKept].BytesBefore;

    private static int LengthOf(ConsoleEvent happened) => happened is ConsoleEvent.Bytes bytes ? bytes.Data.Length : 0;

    // The pump must never go on in a reader.
    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly record struct Kept(ConsoleEvent Event, long BytesBefore);
}
