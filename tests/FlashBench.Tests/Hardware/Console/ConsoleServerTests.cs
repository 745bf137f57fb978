using System.Net.Sockets;
using System.Text;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Hardware.Console;

public sealed class ConsoleServerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedConsolePort _port = new();
    private readonly ConsoleHub _hub;
    private readonly ConsoleServer _server;
    private readonly string _path;

    public ConsoleServerTests()
    {
        _path = _folder.At("run/bench.console");
        _hub = new ConsoleHub(_port);
        _server = ConsoleServer.Start(_hub, _path, TimeProvider.System);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_sees_every_kind_of_event_with_its_time()
    {
        await using ConsoleClient watcher = await JoinAsync();
        _port.Counters = new ConsoleCounters(1, 2, 3) { Breaks = 4, BufferOverruns = 5 };
        byte[] large = new byte[200_000];
        new Random(1).NextBytes(large);

        _port.Say("hello");
        _port.Happen(at => new ConsoleEvent.Break(at));
        _port.Happen(at => new ConsoleEvent.HangUp(at));
        _port.Happen(at => new ConsoleEvent.Back(at));
        _port.Happen(at => new ConsoleEvent.Lost(at, 77));
        _port.Say(large);
        _port.End();
        List<ConsoleEvent> seen = await AllAsync(watcher);

        Assert.Equal("hello"u8, Assert.IsType<ConsoleEvent.Bytes>(seen[0]).Data.Span);
        Assert.Equal(
            [new ConsoleEvent.Break(2), new ConsoleEvent.HangUp(3), new ConsoleEvent.Back(4),
                new ConsoleEvent.Lost(5, 77)],
            seen[1..5]);
        Assert.Equal(large, seen[5..].Cast<ConsoleEvent.Bytes>().SelectMany(bytes => bytes.Data.ToArray()));
        Assert.Equal(_port.Counters, watcher.Counters);
        Assert.Equal(_port.Identity, watcher.Identity);
    }

    [Fact]
    public async Task A_watcher_may_write_if_nobody_else_does()
    {
        await using ConsoleClient writer = await JoinAsync(write: true), second = await JoinAsync(write: true),
            reader = await JoinAsync();

        Assert.Equal((true, false, false), (writer.MayWrite, second.MayWrite, reader.MayWrite));
        await writer.WriteAsync(new byte[10_000], Cancel);
        await writer.SendBreakAsync(Cancel);
        await Assert.ThrowsAsync<ConsoleException>(() => second.WriteAsync(new byte[1], Cancel).AsTask());
        await UntilAsync(() => _port.Breaks == 1);
        Assert.Equal(10_000, _port.Written.Length);
    }

    [Fact]
    public async Task The_right_to_write_is_free_again_when_its_holder_is_gone()
    {
        ConsoleClient writer = await JoinAsync(write: true);
        Assert.True(writer.MayWrite);
        await writer.DisposeAsync();

        for (bool free = false; !free;)
        {
            await using ConsoleClient next = await JoinAsync(write: true);
            free = next.MayWrite;
        }
    }

    [Fact]
    public async Task Only_this_user_can_open_the_socket_and_it_is_gone_with_the_server()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(_path)!));

        await _server.DisposeAsync();

        Assert.False(File.Exists(_path));
        Assert.Null(await ConsoleClient.JoinAsync(_path, false, TimeProvider.System, Cancel));
    }

    [Fact]
    public async Task A_socket_that_a_killed_owner_left_behind_is_replaced_and_a_served_one_is_not()
    {
        string left = _folder.At("run/left.console");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(left));
        File.WriteAllText(left + ".kept", "");
        await using var hub = new ConsoleHub(new ScriptedConsolePort());
        Assert.Null(await ConsoleClient.JoinAsync(left, false, TimeProvider.System, Cancel));

        await using ConsoleServer server = ConsoleServer.Start(hub, left, TimeProvider.System);
        var error = Assert.Throws<ConsoleException>(() => ConsoleServer.Start(hub, _path, TimeProvider.System));

        Assert.Equal(PartCause.Busy, error.Cause);
        await using ConsoleClient? joined = await ConsoleClient.JoinAsync(left, false, TimeProvider.System, Cancel);
        Assert.NotNull(joined);
    }

    [Fact]
    public void A_path_that_no_socket_can_have_is_refused()
    {
        var error = Assert.Throws<ConsoleException>(
            () => ConsoleServer.Start(_hub, _folder.At(new string('x', 120)), TimeProvider.System));

        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Watchers_that_talk_nonsense_or_nothing_disturb_nobody(int seed)
    {
        await using ConsoleClient good = await JoinAsync(write: true);
        var random = new Random(seed);
        var hostile = new List<Socket>();
        for (int i = 0; i < 8; i++)
            hostile.Add(await SayAsync(Nonsense(random)));

        _port.Say("still here");
        await using IAsyncEnumerator<ConsoleEvent> events = good.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Limit, Cancel));
        Assert.Equal("still here"u8, Assert.IsType<ConsoleEvent.Bytes>(events.Current).Data.Span);
        Assert.Empty(_port.Written);
        hostile.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_watcher_that_never_reads_loses_bytes_and_no_other_does()
    {
        await using ConsoleClient stuck = await JoinAsync(), quick = await JoinAsync();
        Task<List<ConsoleEvent>> reading = AllAsync(quick);
        long said = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] piece = new byte[50_000];
            said += piece.Length;
            _port.Say(piece);
            await Task.Delay(i % 4 == 0 ? 1 : 0, Cancel);
        }

        _port.End();

        List<ConsoleEvent> seen = await reading.WaitAsync(Limit, Cancel);
        Assert.Equal(said, seen.Cast<ConsoleEvent.Bytes>().Sum(bytes => (long)bytes.Data.Length));
        List<ConsoleEvent> late = await AllAsync(stuck).WaitAsync(Limit, Cancel);
        long received = late.OfType<ConsoleEvent.Bytes>().Sum(bytes => (long)bytes.Data.Length);
        long lost = late.OfType<ConsoleEvent.Lost>().Sum(gone => gone.Count);
        Assert.Equal(said, received + lost);
        Assert.True(lost > 0);
    }

    [Fact]
    public async Task More_watchers_than_there_is_room_for_are_turned_away()
    {
        var watchers = new List<ConsoleClient>();
        for (int i = 0; i < ConsoleServer.WatchersMax; i++)
            watchers.Add(await JoinAsync());

        await Assert.ThrowsAsync<ConsoleException>(() => JoinAsync());
        foreach (ConsoleClient watcher in watchers)
            await watcher.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task An_owner_that_talks_nonsense_is_an_error_and_no_more(int seed)
    {
        string path = _folder.At("run/mad.console");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var random = new Random(seed);
        Task serving = Task.Run(
            async () =>
            {
                using Socket socket = await listener.AcceptAsync(Cancel);
                byte[] hello = ConsoleFrame.Hello(_port.Identity, mayWrite: false).ToBytes();
                await socket.SendAsync((byte[])[.. random.Next(2) == 0 ? [] : hello, .. Nonsense(random)], Cancel);
                socket.Shutdown(SocketShutdown.Send);
                await Task.Delay(50, Cancel);
            },
            Cancel);

        try
        {
            await using ConsoleClient? client =
                await ConsoleClient.JoinAsync(path, false, TimeProvider.System, Cancel).WaitAsync(Limit, Cancel);
            await AllAsync(client!).WaitAsync(Limit, Cancel);
        }
        catch (ConsoleException)
        {
            // As it should be; a lucky end is as well.
        }

        await serving.WaitAsync(Limit, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    private static byte[] Nonsense(Random random)
    {
        byte[] bytes = new byte[random.Next(0, 200)];
        random.NextBytes(bytes);
        byte[] join = ConsoleFrame.Join(wantsToWrite: true).ToBytes();
        return random.Next(4) switch
        {
            0 => bytes,
            1 => [.. join, .. bytes],
            2 => [(byte)"JTXHDCE"[random.Next(7)], 0xFF, 0xFF, 0xFF, (byte)random.Next(256)],
            _ => [.. join, (byte)"JHDCE"[random.Next(5)], 4, 0, 0, 0, .. Encoding.ASCII.GetBytes("rubbish")],
        };
    }

    private async Task<Socket> SayAsync(byte[] data)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), Cancel);
        await socket.SendAsync(data, Cancel);
        return socket;
    }

    private async Task<ConsoleClient> JoinAsync(bool write = false) =>
        await ConsoleClient.JoinAsync(_path, write, TimeProvider.System, Cancel)
        ?? throw new InvalidOperationException("nobody serves");

    private static async Task<List<ConsoleEvent>> AllAsync(ConsoleClient client)
    {
        var seen = new List<ConsoleEvent>();
        await foreach (ConsoleEvent happened in client.ReadAsync(Cancel))
            seen.Add(happened);
        return seen;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(Limit);
        while (!condition())
            await Task.Delay(5, late.Token);
    }
}
