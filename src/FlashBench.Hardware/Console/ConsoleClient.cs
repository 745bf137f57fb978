using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace FlashBench.Hardware.Console;

/// <summary>The console of a bench whose port another process of this user holds.</summary>
/// <remarks>One reader at a time. Timestamps are the owner's, of the clock that all processes of a host share.
/// </remarks>
public sealed class ConsoleClient : IConsolePort
{
    private const int TextBytesMax = 4096;

    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(5);

    private readonly ConsoleLink _link;

    private ConsoleClient(ConsoleLink link, PartIdentity identity, bool mayWrite) =>
        (_link, Identity, MayWrite) = (link, identity, mayWrite);

    /// <inheritdoc/>
    public PartIdentity Identity { get; }

    /// <inheritdoc/>
    public ConsoleCounters Counters { get; private set; }

    /// <summary>True if what is written here goes to the board: it was asked for, and nobody else does.</summary>
    public bool MayWrite { get; }

    /// <summary>Joins the readers of a console.</summary>
    /// <param name="path">Of its owner's socket.</param>
    /// <param name="wantsToWrite">True to ask for the right to write.</param>
    /// <param name="time">Limits the wait for the owner.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Null if nobody serves this console.</returns>
    /// <exception cref="ConsoleException">The owner does not answer as it should, or turns this reader away.
    /// </exception>
    public static async Task<ConsoleClient?> JoinAsync(
        string path, bool wantsToWrite, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (!File.Exists(path))
            return null;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var link = new ConsoleLink(socket);
        bool joined = false;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            ConsoleClient client = await GreetAsync(link, wantsToWrite, time, cancel);
            joined = true;
            return client;
        }
        catch (SocketException nobody) when (nobody.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return null; // its owner died
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or ArgumentException)
        {
            throw Broken(path, e);
        }
        finally
        {
            if (!joined)
                link.Dispose();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await NextAsync(cancel) is { } frame && frame.Kind != ConsoleFrameKind.End)
        {
            if (frame.Kind == ConsoleFrameKind.Event)
                yield return Read(frame, () => frame.ReadEvent());
            else if (frame.Kind == ConsoleFrameKind.Counters)
                Counters = Read(frame, () => frame.ReadCounters());
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        for (; !data.IsEmpty; data = data[Math.Min(data.Length, TextBytesMax)..])
            await SendAsync(new(ConsoleFrameKind.Text, data[..Math.Min(data.Length, TextBytesMax)]), cancel);
    }

    /// <inheritdoc/>
    public ValueTask SendBreakAsync(CancellationToken cancel) =>
        SendAsync(new(ConsoleFrameKind.Break, default), cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _link.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<ConsoleClient> GreetAsync(
        ConsoleLink link, bool wantsToWrite, TimeProvider time, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(GreetingLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await link.WriteAsync(ConsoleFrame.Join(wantsToWrite), either.Token);
            if (await link.ReadAsync(either.Token) is not { Kind: ConsoleFrameKind.Hello } hello)
                throw new InvalidDataException("it turned this reader away");
            (byte version, byte flags, string description) = hello.ReadGreeting();
            if (version != ConsoleFrame.Version)
                throw new InvalidDataException($"it speaks version {version}");
            var identity = new PartIdentity(
                "console", description, Simulated: (flags & ConsoleFrame.FlagSimulated) != 0);
            return new ConsoleClient(link, identity, (flags & ConsoleFrame.FlagWrite) != 0);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new InvalidDataException("it does not answer");
        }
    }

    private async ValueTask<ConsoleFrame?> NextAsync(CancellationToken cancel)
    {
        try
        {
            return await _link.ReadAsync(cancel);
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or ObjectDisposedException)
        {
            throw Broken(Identity.Description, e);
        }
    }

    private T Read<T>(ConsoleFrame frame, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw Broken($"{Identity.Description}, frame {frame.Kind}", e);
        }
    }

    private async ValueTask SendAsync(ConsoleFrame frame, CancellationToken cancel)
    {
        if (!MayWrite)
        {
            throw new ConsoleException("somebody else writes on this console; this reader can only watch")
            {
                Cause = PartCause.Busy,
            };
        }

        try
        {
            await _link.WriteAsync(frame, cancel);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(Identity.Description, e);
        }
    }

    private static ConsoleException Broken(string what, Exception e) =>
        new($"{what}: the process that holds the console is gone or not understood ({e.Message.TrimEnd('.')})", e)
        {
            Cause = PartCause.Unavailable,
        };
}
