using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Simulation.Qemu;

/// <summary>The port at the bench's end of the board's serial cable: a unix socket of each QEMU process.</summary>
/// <remarks>
/// The port stays open over power cycles; an unpowered board sends nothing. It is attached before the processor runs,
/// so that no first byte is lost. What nobody reads is lost once a megabyte waits, and counted. Modelled: bytes both
/// ways. Not modelled: baud rate, break, framing and parity errors, modem lines.
/// </remarks>
internal sealed class QemuConsolePort(PartIdentity identity, TimeProvider time) : IConsolePort
{
    private const int UnreadBytesMax = 1 << 20, UnreadEventsMax = 1 << 16, ChunkBytes = 4096;
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);

    private readonly Channel<ConsoleEvent> _events = Channel.CreateUnbounded<ConsoleEvent>();
    private Socket? _socket;
    private Task _pump = Task.CompletedTask;
    private int _unreadBytes, _unreadEvents;
    private long _overruns;
    private bool _closed;

    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public ConsoleCounters Counters => new(Interlocked.Read(ref _overruns), 0, 0);

    /// <summary>Plugs the cable into a process that has just started or was found.</summary>
    /// <param name="path">Its console socket.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public async Task AttachAsync(string path)
    {
        await DetachAsync();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
        _pump = Task.Run(() => PumpAsync(socket)); // away from the caller's thread, which ends before it
    }

    /// <summary>Takes what an ended process has sent, then forgets it.</summary>
    /// <param name="ended">True if the process is gone: all it sent is still taken.</param>
    public async Task DetachAsync(bool ended = false)
    {
        if (_socket is not { } socket)
            return;
        if (ended)
            await _pump;
        _socket = null;
        socket.Dispose();
        await _pump;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await _events.Reader.WaitToReadAsync(cancel))
        {
            while (_events.Reader.TryRead(out ConsoleEvent? next))
            {
                Interlocked.Decrement(ref _unreadEvents);
                if (next is ConsoleEvent.Bytes { Data.Length: var length })
                    Interlocked.Add(ref _unreadBytes, -length);
                yield return next;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_closed)
            throw new ConsoleException("The console port of the QEMU board is closed.");
        if (_socket is not { } socket)
            return; // nobody is at the other end of the cable
        using var limit = new CancellationTokenSource(WriteLimit, time);
        try
        {
            for (int sent = 0; sent < data.Length;)
                sent += await socket.SendAsync(data[sent..], limit.Token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The board lost its power meanwhile.
        }
        catch (OperationCanceledException e)
        {
            throw new ConsoleException(
                $"The console of the QEMU board took no byte for {WriteLimit.TotalSeconds:0} s.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        await DetachAsync();
        _events.Writer.TryWrite(new ConsoleEvent.HangUp(time.GetTimestamp()));
        _events.Writer.Complete();
    }

    private async Task PumpAsync(Socket socket)
    {
        byte[] chunk = new byte[ChunkBytes];
        try
        {
            while (await socket.ReceiveAsync(chunk.AsMemory()) is > 0 and var count)
                Take(chunk.AsSpan(0, count).ToArray());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Ended or detached.
        }
    }

    private void Take(byte[] bytes)
    {
        if (Volatile.Read(ref _unreadBytes) + bytes.Length > UnreadBytesMax
            || Volatile.Read(ref _unreadEvents) >= UnreadEventsMax)
        {
            Interlocked.Add(ref _overruns, bytes.Length);
            return;
        }

        Interlocked.Add(ref _unreadBytes, bytes.Length);
        Interlocked.Increment(ref _unreadEvents);
        _events.Writer.TryWrite(new ConsoleEvent.Bytes(time.GetTimestamp(), bytes));
    }
}
