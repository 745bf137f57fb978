using System.Net.Sockets;

namespace FlashBench.Simulation.Served;

/// <summary>Gathers what goes to one socket and sends it in large pieces. Used on the clock's thread only.</summary>
internal sealed class GatheredOutput : IDisposable
{
    private const int FirstBytes = 16 * 1024;
    private const int FullBytes = 32 * 1024;
    private const long OldNs = 1_000_000; // a client that could be working should not wait for more than this

    private readonly Socket _socket;
    private readonly ServedTime _time;
    private byte[] _filling = new byte[FirstBytes];
    private byte[] _sending = new byte[FirstBytes];
    private int _count;
    private int _leaving;
    private long _since;
    private Task _sent = Task.CompletedTask;
    private bool _broken;

    internal GatheredOutput(Socket socket, ServedTime time)
    {
        (_socket, _time) = (socket, time);
        _time.Settled += Settle;
    }

    /// <summary>Bytes that the peer has not taken yet, as far as this side knows.</summary>
    internal int UnsentBytes => _count + _leaving;

    /// <summary>Room for the next bytes; they count as written.</summary>
    internal Span<byte> Append(int bytes)
    {
        if (_count == 0)
            _since = _time.GetTimestamp();
        if (_count + bytes > _filling.Length)
            Array.Resize(ref _filling, Math.Max(2 * _filling.Length, _count + bytes));
        _count += bytes;
        return _filling.AsSpan(_count - bytes, bytes);
    }

    /// <summary>Sends everything; complete when the kernel has it, or the connection is broken.</summary>
    internal async Task DrainAsync()
    {
        while (UnsentBytes > 0 && !_broken)
        {
            Send();
            await _sent;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _time.Settled -= Settle;

    private void Settle(bool waits)
    {
        if (_count > 0 && (waits || _count >= FullBytes || _time.GetTimestamp() - _since >= OldNs))
            Send();
    }

    private void Send()
    {
        if (_sent.IsCompleted && _count > 0)
            _sent = SendAsync();
    }

    private async Task SendAsync()
    {
        (_filling, _sending, _leaving, _count) = (_sending, _filling, _count, 0);
        try
        {
            for (int done = 0; done < _leaving && !_broken;)
                done += await _socket.SendAsync(_sending.AsMemory(done, _leaving - done), SocketFlags.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            (_broken, _count) = (true, 0); // whoever reads from this socket learns it, too
        }

        _leaving = 0;
    }
}
