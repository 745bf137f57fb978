using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FlashBench.Hardware.Serprog;

/// <summary>Lends an SPI bus by serprog over TCP: `flashrom -p serprog:ip=HOST:PORT` reads and writes its chip.
/// </summary>
/// <remarks>
/// The programmer is opened when a client drives its pins or sends a frame, and closed when it lets them go or leaves:
/// pins are driven only in between. One client at a time; a second one is turned away. A client that has gone has let
/// the programmer go when its successor is looked at, even if both come at once. Not thread-safe: runs on the context
/// on which it was started.
/// </remarks>
public sealed class SerprogServer : IDisposable
{
    private static readonly TimeSpan SettleStep = TimeSpan.FromMilliseconds(1);
    private const int SettleSteps = 1000;

    private readonly Func<CancellationToken, Task<ISpiBus>> _open;
    private readonly bool _accelerated;
    private readonly TimeProvider _host;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Socket? _client;

    /// <summary>Prepares a server; nobody can connect yet.</summary>
    /// <param name="open">Opens the programmer; the server disposes what it returns.</param>
    /// <param name="accelerated">True for <see cref="AcceleratedFrames"/>.</param>
    /// <param name="host">The real clock.</param>
    public SerprogServer(Func<CancellationToken, Task<ISpiBus>> open, bool accelerated, TimeProvider host)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(host);
        (_open, _accelerated, _host) = (open, accelerated, host);
    }

    /// <summary>What happened, as words without a full stop.</summary>
    public event Action<string>? Noticed;

    /// <summary>What a client is told that the programmer is called.</summary>
    internal const string RealName = "FlashBench";

    /// <summary>True if a virtual bench is served: the programmer says so in its name (rule I7).</summary>
    public bool IsVirtual { get; init; }

    /// <summary>What the client has asked for so far.</summary>
    public event Action<SerprogTraffic>? Moved;

    /// <summary>Starts to listen.</summary>
    /// <param name="at">Address and port; port 0 lets the system choose.</param>
    /// <returns>Where it listens.</returns>
    /// <exception cref="SocketException">The address is taken or not allowed.</exception>
    public IPEndPoint Listen(IPEndPoint at)
    {
        _listener.Bind(at);
        _listener.Listen();
        return (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Serves clients until it is told to stop; the programmer is closed when it returns.</summary>
    /// <param name="cancel">Stops it.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        Task session = Task.CompletedTask;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(cancel);
                await LetGoAsync(cancel);
                if (_client is null)
                    session = ServeAsync(_client = socket, cancel);
                else
                    TurnAway(socket);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // A client that was gone before it was accepted; or the server stops.
            }
        }

        await session;
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void TurnAway(Socket socket)
    {
        Noticed?.Invoke($"{Peer(socket)} was turned away: somebody is using the programmer");
        socket.Dispose();
    }

    // What can be read from a client that has closed its connection is read before a new one is turned away.
    private async Task LetGoAsync(CancellationToken cancel)
    {
        for (int i = 0; i < SettleSteps && _client is not null && IsReadable(_client); i++)
            await Task.Delay(SettleStep, _host, cancel);
    }

    private static bool IsReadable(Socket socket)
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

    private async Task ServeAsync(Socket socket, CancellationToken cancel)
    {
        string peer = Peer(socket);
        SerprogTraffic traffic = default;
        string end = "has left";
        try
        {
            socket.NoDelay = true;
            await using var connection = new SerprogConnection(_open, FramesOf, socket)
            {
                Name = IsVirtual ? Programmers.SerprogProgrammer.VirtualMark : RealName,
                Failed = reason => Noticed?.Invoke($"{peer}: {reason}"),
                Moved = moved =>
                {
                    traffic = moved;
                    Moved?.Invoke(moved);
                },
            };
            await connection.RunAsync(cancel);
        }
        catch (ProgrammerException failure)
        {
            end = "was cut off: " + failure.Message.TrimEnd('.');
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It is gone without a goodbye, or the server stops.
        }
        finally
        {
            _client = null;
            socket.Dispose(); // after the programmer: whoever sees the close finds it free
            Noticed?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{peer} {end}; {traffic.Frames} frames, {traffic.SentBytes} bytes sent, {traffic.ReadBytes} read, "
                + $"{traffic.Failures} failed"));
        }
    }

    private ISerprogFrames FramesOf(ISpiBus bus) =>
        _accelerated ? new AcceleratedFrames(bus) : new FaithfulFrames(bus);

    private static string Peer(Socket socket) =>
        string.Create(CultureInfo.InvariantCulture, $"{socket.RemoteEndPoint}");
}
