using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Simulation.Board;

/// <summary>The port at the bench's end of the serial cable.</summary>
/// <remarks>
/// Modelled: one event a line, at the time its last byte arrived; a receive buffer of 64 KiB that overruns if nobody
/// reads; transmission at the baud rate. Not modelled: break, framing and parity errors, flow control.
/// </remarks>
internal sealed class SimulatedConsolePort : IConsolePort
{
    private const int BufferBytes = 64 * 1024;

    private readonly SimulatedBoard _board;
    private readonly TimeProvider _time;

    // Synchronous continuations: on virtual time a reader must never go on in the thread pool.
    private readonly Channel<ConsoleEvent> _events = Channel.CreateUnbounded<ConsoleEvent>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    private long _unread;
    private long _overruns;

    /// <summary>Plugs the cable in.</summary>
    public SimulatedConsolePort(SimulatedBoard board, PartIdentity identity, TimeProvider time)
    {
        (_board, Identity, _time) = (board, identity, time);
        board.Received = Take;
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; }

    /// <inheritdoc/>
    public ConsoleCounters Counters => new(Interlocked.Read(ref _overruns), 0, 0);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // Not ReadAllAsync: it waits with ConfigureAwait(false), which would leave virtual time's thread.
        while (await _events.Reader.WaitToReadAsync(cancel))
        {
            while (_events.Reader.TryRead(out ConsoleEvent? next))
            {
                if (next is ConsoleEvent.Bytes { Data.Length: var length })
                    Interlocked.Add(ref _unread, -length);
                yield return next;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_events.Reader.Completion.IsCompleted)
            throw new ConsoleException("The virtual console port is closed.");
        if (!_board.Send(data.ToArray()))
            throw new ConsoleException("The virtual console port hung up.") { Cause = PartCause.Unavailable };
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_events.Writer.TryWrite(new ConsoleEvent.HangUp(_time.GetTimestamp())))
            _events.Writer.Complete();
        return ValueTask.CompletedTask;
    }

    private void Take(ConsoleEvent received)
    {
        int length = received is ConsoleEvent.Bytes bytes ? bytes.Data.Length : 0;
        if (Interlocked.Read(ref _unread) + length > BufferBytes)
        {
            Interlocked.Add(ref _overruns, length);
            return;
        }

        Interlocked.Add(ref _unread, length);
        _events.Writer.TryWrite(received);
    }
}
