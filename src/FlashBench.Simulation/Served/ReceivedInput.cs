using System.Net.Sockets;

namespace FlashBench.Simulation.Served;

/// <summary>What has arrived on a socket and is not taken yet.</summary>
internal sealed class ReceivedInput(Socket socket)
{
    private const int FirstBytes = 64 * 1024;

    private byte[] _bytes = new byte[FirstBytes];
    private int _start;
    private int _end;

    /// <summary>The bytes that wait.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, _end - _start);

    /// <summary>True if bytes wait in the kernel, or the peer has closed: it never blocks to find out.</summary>
    internal bool IsReadable
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Takes bytes off the front.</summary>
    internal void Take(int count)
    {
        _start += count;
        if (_start == _end)
            (_start, _end) = (0, 0);
    }

    /// <summary>Waits for more bytes.</summary>
    /// <param name="room">Bytes that must fit in all, those that wait included; the caller bounds it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False if the peer has closed, or the connection broke.</returns>
    internal async ValueTask<bool> ReceiveAsync(int room, CancellationToken cancel)
    {
        int waiting = _end - _start;
        if (_bytes.Length - _start < Math.Max(room, waiting + 1))
        {
            byte[] to = _bytes.Length >= Math.Max(room, waiting + 1) ? _bytes : new byte[Math.Max(room, waiting + 1)];
            Bytes.CopyTo(to);
            (_bytes, _start, _end) = (to, 0, waiting);
        }

        try
        {
            int count = await socket.ReceiveAsync(_bytes.AsMemory(_end), SocketFlags.None, cancel);
            _end += count;
            return count > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
