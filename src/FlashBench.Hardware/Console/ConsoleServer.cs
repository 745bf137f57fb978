using System.Net.Sockets;

namespace FlashBench.Hardware.Console;

/// <summary>Lets other processes of the same user follow a console, and write on it while nobody else does.</summary>
/// <remarks>
/// A watcher has a seat of its own at the hub and a connection of its own: one that reads slowly, or not at all, loses
/// what it does not take, and nobody waits for it. What it sends is taken as fast as the line carries it.
/// </remarks>
public sealed class ConsoleServer : IAsyncDisposable
{
    /// <summary>Watchers at a time; more are turned away.</summary>
    public const int WatchersMax = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const int PathBytesMax = 107; // sun_path of unix(7), without its end

    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly ConsoleHub _hub;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly HashSet<Task> _sessions = [];
    private readonly Lock _gate = new();
    private int _disposed;

    private ConsoleServer(ConsoleHub hub, string path, Socket listener, TimeProvider time)
    {
        (_hub, _path, _listener, _time) = (hub, path, listener, time);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Starts to serve.</summary>
    /// <param name="hub">Stays the caller's; to be closed after the server.</param>
    /// <param name="path">Of the socket; its folder is made for this user alone. One that nobody serves any more is
    /// replaced.</param>
    /// <param name="time">Limits how long a greeting may take.</param>
    /// <exception cref="ConsoleException">The socket cannot be made there, or another process serves it.</exception>
    public static ConsoleServer Start(ConsoleHub hub, string path, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(hub);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(time);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > PathBytesMax)
            throw new ConsoleException($"{path} is too long for a socket: name a shorter folder for the state");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bool listening = false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnersFolder);
            RemoveIfAbandoned(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnerOnly);
            listener.Listen();
            listening = true;
            return new ConsoleServer(hub, path, listener, time);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new ConsoleException($"{path}: the console cannot be served ({e.Message.TrimEnd('.')})", e);
        }
        finally
        {
            if (!listening)
                listener.Dispose();
        }
    }

    /// <summary>Says goodbye to every watcher and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        File.Delete(_path);
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] sessions;
        lock (_gate)
            sessions = [.. _sessions];
        await Task.WhenAll(sessions);
        _stop.Dispose();
    }

    private static void RemoveIfAbandoned(string path)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new ConsoleException($"{path}: another process serves this console") { Cause = PartCause.Busy };
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                Begin(socket);
            }
            catch (SocketException)
            {
                // One that was gone before it was accepted; or no descriptor is free, which will not change at once.
                await Task.WhenAny(Task.Delay(AcceptPause, _time, _stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                // The server stops.
            }
        }
    }

    private void Begin(Socket socket)
    {
        lock (_gate)
        {
            _sessions.RemoveWhere(session => session.IsCompleted);
            if (_sessions.Count < WatchersMax)
                _sessions.Add(Task.Run(() => ServeAsync(socket)));
            else
                socket.Dispose();
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var link = new ConsoleLink(socket);
        await using ConsoleSeat seat = _hub.Join();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            await GreetAsync(link, seat, over.Token);
            Task hears = HearAsync(link, seat, over.Token), tells = TellAsync(link, seat, over.Token);
            await Task.WhenAny(hears, tells);
            await over.CancelAsync();
            await Task.WhenAll(hears, tells);
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or OperationCanceledException
            or ConsoleException)
        {
            // It is gone, it talks nonsense, it writes without being asked to, or the server stops.
        }
    }

    private async Task GreetAsync(ConsoleLink link, ConsoleSeat seat, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(GreetingLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        if (await link.ReadAsync(either.Token) is not { Kind: ConsoleFrameKind.Join } join)
            throw new InvalidDataException("no greeting");
        (byte version, byte flags, _) = join.ReadGreeting();
        if (version != ConsoleFrame.Version)
            throw new InvalidDataException("another version");
        bool mayWrite = (flags & ConsoleFrame.FlagWrite) != 0 && seat.TryTakePen();
        await link.WriteAsync(ConsoleFrame.Hello(seat.Identity, mayWrite), cancel);
    }

    private static async Task HearAsync(ConsoleLink link, ConsoleSeat seat, CancellationToken cancel)
    {
        while (await link.ReadAsync(cancel) is { } frame)
        {
            if (frame.Kind == ConsoleFrameKind.Text)
                await TryAsync(() => seat.WriteAsync(frame.Content, cancel));
            else if (frame.Kind == ConsoleFrameKind.Break)
                await TryAsync(() => seat.SendBreakAsync(cancel));
            else
                throw new InvalidDataException("a frame that no watcher sends");
        }
    }

    // A port that is gone may come back; what was typed meanwhile is lost, as on any cable.
    private static async Task TryAsync(Func<ValueTask> send)
    {
        try
        {
            await send();
        }
        catch (ConsoleException gone) when (gone.Cause == PartCause.Unavailable)
        {
            // The hang-up is among the events.
        }
    }

    private static async Task TellAsync(ConsoleLink link, ConsoleSeat seat, CancellationToken cancel)
    {
        ConsoleCounters told = default;
        string end = "the console was closed";
        try
        {
            await foreach (ConsoleEvent happened in seat.ReadAsync(cancel))
            {
                foreach (ConsoleFrame frame in ConsoleFrame.Of(happened))
                    await link.WriteAsync(frame, cancel);
                ConsoleCounters counters = seat.Counters;
                if (counters != told)
                    await link.WriteAsync(ConsoleFrame.Of(counters), cancel);
                told = counters;
            }
        }
        catch (ConsoleException failure)
        {
            end = failure.Message;
        }

        await link.WriteAsync(ConsoleFrame.End(end), cancel);
    }
}
