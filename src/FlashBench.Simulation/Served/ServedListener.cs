using System.Net;
using System.Net.Sockets;

namespace FlashBench.Simulation.Served;

/// <summary>Accepts TCP connections on the thread of a served clock, and ends them all when it is disposed.</summary>
/// <param name="time">Clock and thread.</param>
/// <param name="connectionsMax">Connections at once; one too many is closed without a word.</param>
/// <param name="serve">Serves one connection and disposes it; ends by itself once <see cref="Stopping"/> fires.</param>
internal sealed class ServedListener(ServedTime time, int connectionsMax, Func<Socket, Task> serve) : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _connections = [];
    private Task _accepting = Task.CompletedTask;

    /// <summary>Fires when every connection has to end.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Starts to listen.</summary>
    /// <param name="at">Address and port; port 0 lets the system choose.</param>
    /// <returns>Where it listens.</returns>
    /// <exception cref="SocketException">The address is taken or not allowed.</exception>
    public IPEndPoint Start(IPEndPoint at)
    {
        _listener.Bind(at);
        _listener.Listen();
        _accepting = time.RunAsync(AcceptAsync);
        return (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Ends every connection; all of them have ended when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] open = [];
        await time.RunAsync(() =>
        {
            open = [.. _connections];
            return Task.CompletedTask;
        });
        await Task.WhenAll(open);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                _connections.RemoveWhere(connection => connection.IsCompleted);
                if (_connections.Count >= connectionsMax)
                    socket.Dispose();
                else
                    _connections.Add(serve(socket));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // A client that was gone before it was accepted; or the server stops.
            }
        }
    }
}
