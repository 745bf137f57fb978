using System.Net.Sockets;

namespace FlashBench.Hardware.Power.Holder;

/// <summary>A line that the relay holder keeps: this program may end or die, and the line stays as it is.</summary>
/// <remarks>
/// The first command takes the line for this connection; other programs are refused until it is closed. If the holder
/// was restarted in between, the next use connects again; it has adopted the line's level. Not safe for concurrent use.
/// </remarks>
public sealed class HeldLine : IOutputLine, IAsyncDisposable
{
    private const int ConnectTriesMax = 100;

    // Relay boards and expanders answer within seconds, also when all their lines are used at once.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(50);

    private readonly string _path;
    private readonly OutputLineSpec _spec;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private Socket? _connection;
    private int _handle;

    private HeldLine(string path, OutputLineSpec spec, TimeProvider time)
    {
        (_path, _spec, _time) = (path, spec, time);
        _limit = AnswerLimit + (spec is OutputLineSpec.Hook hook ? hook.Limit : TimeSpan.Zero);
        Identity = new PartIdentity("relay", "relay holder", Simulated: false);
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; private set; }

    /// <summary>Asks the relay holder for a line; its level stays as it is.</summary>
    /// <param name="path">The holder's socket.</param>
    /// <param name="spec">The line.</param>
    /// <param name="time">For limits.</param>
    /// <param name="cancel">Stops the attempt.</param>
    /// <exception cref="PowerException">No holder runs, or it cannot open the line.</exception>
    public static async Task<HeldLine> OpenAsync(
        string path, OutputLineSpec spec, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(spec);
        var line = new HeldLine(path, spec, time);
        bool opened = false;
        try
        {
            await line.ConnectAsync(cancel);
            opened = true;
            return line;
        }
        finally
        {
            if (!opened)
                line.Disconnect();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool?> ReadAsync(CancellationToken cancel) =>
        (await UseAsync(handle => new HolderRequest("read", Handle: handle), cancel)).Level;

    /// <inheritdoc/>
    public async ValueTask DriveAsync(bool active, CancellationToken cancel) =>
        await UseAsync(handle => new HolderRequest("drive", Handle: handle, Active: active), cancel);

    /// <summary>Closes the connection; the line stays as it is, and others may command it.</summary>
    public ValueTask DisposeAsync()
    {
        Disconnect();
        return ValueTask.CompletedTask;
    }

    private async Task<HolderAnswer> UseAsync(Func<int, HolderRequest> request, CancellationToken cancel)
    {
        if (_connection is { } old && HasEnded(old))
            Disconnect();
        if (_connection is null)
            await ConnectAsync(cancel);
        cancel.ThrowIfCancellationRequested();
        HolderAnswer answer = await AskAsync(request(_handle));
        if (answer.Gone)
            Disconnect(); // the next use opens the line again
        return Good(answer);
    }

    private async Task ConnectAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _connection = socket;
        bool opened = false;
        try
        {
            await ConnectAsync(socket, cancel);
            HolderAnswer answer = Good(await AskAsync(new HolderRequest("open", _spec)));
            _handle = answer.Handle ?? throw new PowerException($"what answers at {_path} is no relay holder");
            Identity = new PartIdentity("relay", $"{answer.Part}, held by relayd", answer.Simulated);
            opened = true;
        }
        catch (SocketException failure)
        {
            throw new PowerException(
                failure.SocketErrorCode switch
                {
                    SocketError.AccessDenied => $"the relay holder at {_path} belongs to another user",
                    SocketError.WouldBlock => $"the relay holder at {_path} has too many clients",
                    _ => $"no relay holder runs at {_path}: start `flashbench relayd`",
                },
                failure)
            {
                Cause = failure.SocketErrorCode switch
                {
                    SocketError.AccessDenied => PartCause.Permission,
                    SocketError.WouldBlock => PartCause.Busy,
                    _ => PartCause.Unavailable,
                },
            };
        }
        finally
        {
            if (!opened)
                Disconnect();
        }
    }

    // A unix socket whose queue is full refuses at once.
    private async Task ConnectAsync(Socket socket, CancellationToken cancel)
    {
        for (int i = 1; ; i++)
        {
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancel);
                return;
            }
            catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock && i < ConnectTriesMax)
            {
                await Task.Delay(ConnectPause, _time, cancel);
            }
        }
    }

    // A request that is sent is waited for: what becomes of it must be known.
    private async Task<HolderAnswer> AskAsync(HolderRequest request)
    {
        Socket socket = _connection!;
        using var late = new CancellationTokenSource(_limit, _time);
        byte[] buffer = new byte[HolderJson.LineBytesMax];
        int length = 0;
        try
        {
            await socket.SendAsync(HolderJson.Line(request), late.Token);
            while (Array.IndexOf(buffer, (byte)'\n', 0, length) < 0)
            {
                if (length == buffer.Length)
                    throw Lost("answers without an end", null);
                int count = await socket.ReceiveAsync(buffer.AsMemory(length), late.Token);
                if (count == 0)
                    throw Lost("has ended", null);
                length += count;
            }

            return HolderJson.ReadAnswer(buffer.AsSpan(0, Array.IndexOf(buffer, (byte)'\n')))
                ?? throw Lost("answers what is no answer", null);
        }
        catch (OperationCanceledException)
        {
            throw Lost($"has not answered for {_limit.TotalSeconds:0} s", null);
        }
        catch (SocketException failure)
        {
            throw Lost("has ended", failure);
        }
    }

    private PowerException Lost(string what, Exception? cause)
    {
        Disconnect();
        return new PowerException($"the relay holder at {_path} {what}: the level of the line is unknown", cause);
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private static bool HasEnded(Socket socket) => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    private static HolderAnswer Good(HolderAnswer answer) => answer.Ok
        ? answer
        : throw new PowerException(answer.Error ?? "the relay holder refused")
        {
            IsPartGone = answer.Gone,
            Cause = answer.Cause ?? PartCause.Failed,
        };
}
