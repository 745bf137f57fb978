using System.Net.Sockets;
using System.Text;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Holder;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Tests.Hardware.Power.Holder;

/// <summary>The relay holder over a real socket, with real programs as relays.</summary>
public sealed class RelayHolderTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private RunningHolder _holder;

    public RelayHolderTests() => _holder = new RunningHolder(Socket);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Socket => _folder.At("run/relayd.sock");

    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_line_is_driven_by_the_holder_and_opening_or_closing_drives_nothing()
    {
        await using (HeldLine line = await OpenAsync(Recorder("a")))
        {
            Assert.Null(await line.ReadAsync(Cancel));
            await line.DriveAsync(true, Cancel);
            await line.DriveAsync(false, Cancel);
            Assert.Contains("held by relayd", line.Identity.Description, StringComparison.Ordinal);
        }

        await using (await OpenAsync(Recorder("a")))
            Assert.Equal("10", Recorded("a"));
    }

    [Fact]
    public async Task Who_drives_first_has_the_line_until_the_connection_ends_and_others_may_read()
    {
        HeldLine first = await OpenAsync(Recorder("a"));
        await using HeldLine second = await OpenAsync(Recorder("a"));
        await first.DriveAsync(true, Cancel);

        var error = await Assert.ThrowsAsync<PowerException>(() => second.DriveAsync(false, Cancel).AsTask());
        Assert.EndsWith($"is in use by pid {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.Null(await second.ReadAsync(Cancel));
        await using (HeldLine other = await OpenAsync(Recorder("b")))
            await other.DriveAsync(true, Cancel);
        await first.DisposeAsync();
        await EventuallyAsync(() => second.DriveAsync(false, Cancel).AsTask());

        Assert.Equal("10", Recorded("a"));
        Assert.Equal("1", Recorded("b"));
    }

    [Fact]
    public async Task Without_a_holder_one_is_told_to_start_it()
    {
        await _holder.DisposeAsync();

        var error = await Assert.ThrowsAsync<PowerException>(() => OpenAsync(Recorder("a")));

        Assert.Contains("no relay holder runs", error.Message, StringComparison.Ordinal);
        Assert.Contains("start `flashbench relayd`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_restart_of_the_holder_the_same_line_goes_on()
    {
        await using HeldLine line = await OpenAsync(Recorder("a"));
        await line.DriveAsync(true, Cancel);

        await _holder.DisposeAsync();
        _holder = new RunningHolder(Socket);
        await line.DriveAsync(false, Cancel);

        Assert.Equal("10", Recorded("a"));
    }

    [Fact]
    public async Task A_holder_that_ends_leaves_a_sentence_and_the_next_command_finds_none()
    {
        await using HeldLine line = await OpenAsync(Recorder("a"));
        await line.DriveAsync(true, Cancel);

        await _holder.DisposeAsync();

        await Assert.ThrowsAsync<PowerException>(() => line.DriveAsync(false, Cancel).AsTask());
        Assert.Equal("1", Recorded("a"));
    }

    [Fact]
    public async Task A_second_holder_is_refused_and_a_socket_left_by_a_dead_one_is_replaced()
    {
        Assert.Throws<HolderBusyException>(() => HolderSocket.Listen(Socket));
        string dead = _folder.At("dead.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(dead + ".new"));
            File.Move(dead + ".new", dead); // so that closing it does not take it away
        }

        Assert.True(File.Exists(dead));

        await using var again = new RunningHolder(dead);

        await using HeldLine line = await HeldLine.OpenAsync(dead, Recorder("a"), TimeProvider.System, Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(dead));
    }

    [Fact]
    public void A_path_that_is_no_place_for_a_socket_is_refused()
    {
        string file = _folder.Write("file", "content");

        Assert.Throws<PowerException>(() => HolderSocket.Listen(file));
        Assert.Throws<PowerException>(() => HolderSocket.Listen(Path.Combine(file, "relayd.sock")));
        Assert.Throws<PowerException>(() => HolderSocket.Listen(_folder.At(new string('x', 120))));
        Assert.Equal("content", File.ReadAllText(file));
    }

    [Fact]
    public async Task A_line_with_other_settings_is_refused_while_it_is_held()
    {
        await using HeldLine line = await OpenAsync(Recorder("a"));

        var error = await Assert.ThrowsAsync<PowerException>(
            () => OpenAsync(Recorder("a") with { Limit = TimeSpan.FromSeconds(3) }));

        Assert.Contains("held with other settings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_fails_is_told_to_the_client_and_the_line_stays_usable()
    {
        OutputLineSpec.Hook spec = Recorder("a") with { Off = ["/bin/sh", "-c", "echo coil >&2; exit 4"] };
        await using HeldLine line = await OpenAsync(spec);

        var error = await Assert.ThrowsAsync<PowerException>(() => line.DriveAsync(false, Cancel).AsTask());
        await line.DriveAsync(true, Cancel);

        Assert.Equal("/bin/sh ended with 4: coil", error.Message);
        Assert.Equal("1", Recorded("a"));
    }

    [Fact]
    public async Task A_person_is_not_held()
    {
        var spec = new OutputLineSpec.Operator("connect", "disconnect", TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<PowerException>(() => OpenAsync(spec));
    }

    [Fact]
    public async Task A_slow_line_keeps_nobody_else_waiting()
    {
        await using HeldLine slow = await OpenAsync(new OutputLineSpec.Hook(
            ["/bin/sleep", "8"], ["/bin/true"], TimeSpan.FromSeconds(20)));
        await using HeldLine quick = await OpenAsync(Recorder("b"));
        Task waiting = slow.DriveAsync(true, Cancel).AsTask();

        await quick.DriveAsync(true, Cancel);

        Assert.False(waiting.IsCompleted);
        await waiting;
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("drive everything\n")]
    [InlineData("{}\n")]
    [InlineData("[1]\n")]
    [InlineData("null\n")]
    [InlineData("{\"op\":\"open\"}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"laser\"}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"gpio\",\"chip\":null,\"line\":\"1\"}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"gpio\",\"chip\":\"no-such\",\"line\":\"1\"}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"hook\",\"on\":[],\"off\":[],\"limit\":\"00:00:01\"}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"hook\",\"on\":[null],\"off\":[],\"limit\":\"00:00:01\"}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"mcp23017\",\"bus\":\"i2c-99\",\"address\":9,\"pin\":\"A\"}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"lcus\",\"tty\":{\"device\":\"/dev/null\"},\"channel\":1}}\n")]
    [InlineData("{\"op\":\"open\",\"line\":{\"kind\":\"lcus\",\"tty\":{},\"channel\":1}}\n")]
    [InlineData("{\"op\":\"drive\",\"handle\":0,\"active\":true}\n")]
    [InlineData("{\"op\":\"drive\",\"handle\":-1,\"active\":true}\n")]
    [InlineData("{\"op\":\"read\",\"handle\":2147483647}\n")]
    [InlineData("{\"op\":\"read\",\"handle\":99999999999}\n")]
    [InlineData("{\"op\":\"read\",\"handle\":0,\"more\":1}\n")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n")]
    public async Task Nonsense_is_answered_with_a_sentence_and_the_connection_goes_on(string request)
    {
        using Socket client = await ConnectAsync();

        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(request), Cancel);
            string answer = await LineAsync(client);
            Assert.StartsWith("{\"ok\":false,\"error\":\"", answer, StringComparison.Ordinal);
        }

        await using HeldLine line = await OpenAsync(Recorder("a"));
        await line.DriveAsync(true, Cancel);
    }

    [Fact]
    public async Task Bytes_without_an_end_cost_their_sender_the_connection_and_nobody_else()
    {
        using Socket client = await ConnectAsync();
        byte[] noise = new byte[65_536];
        new Random(3).NextBytes(noise);
        noise.AsSpan().Replace((byte)'\n', (byte)' ');

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await client.SendAsync(noise, Cancel);
                if (client.Poll(0, SelectMode.SelectRead) && client.Available == 0)
                    throw new IOException("closed");
            }
        });

        await using HeldLine line = await OpenAsync(Recorder("a"));
        await line.DriveAsync(true, Cancel);
    }

    [Fact]
    public async Task Too_many_clients_are_turned_away_and_the_others_go_on()
    {
        await using HeldLine line = await OpenAsync(Recorder("a"));
        var crowd = new List<Socket>();
        for (int i = 0; i < 300; i++)
            crowd.Add(await ConnectAsync());

        await line.DriveAsync(true, Cancel);
        crowd.ForEach(one => one.Dispose());
        await EventuallyAsync(async () =>
        {
            await using HeldLine late = await OpenAsync(Recorder("b"));
        });

        Assert.Equal("1", Recorded("a"));
    }

    [Fact]
    public async Task A_request_in_pieces_is_one_request_and_half_a_request_is_none()
    {
        using Socket client = await ConnectAsync();
        string open = "{\"op\":\"open\",\"line\":{\"kind\":\"hook\",\"on\":[\"/bin/sh\",\"-c\",\"echo 1 >> "
            + _folder.At("p") + "\"],\"off\":[\"/bin/true\"],\"limit\":\"00:00:20\"}}\n";
        foreach (char one in open)
            await client.SendAsync(new[] { (byte)one }, Cancel);
        Assert.Contains("\"handle\":0", await LineAsync(client), StringComparison.Ordinal);
        await client.SendAsync("{\"op\":\"drive\",\"handle\":0,\"active\":true}"u8.ToArray(), Cancel); // no end

        client.Dispose();
        await using HeldLine after = await OpenAsync(Recorder("b"));
        await after.DriveAsync(true, Cancel);

        Assert.False(File.Exists(_folder.At("p")));
    }

    [Theory]
    [InlineData("/run/x.sock", null, "/run/x.sock")]
    [InlineData("x.sock", "/run/user/7", "/run/user/7/flashbench/relayd.sock")]
    [InlineData(null, "user/7", "/state/relayd.sock")]
    [InlineData(null, "", "/state/relayd.sock")]
    public void The_socket_is_where_the_environment_says(string? named, string? runtime, string expected) =>
        Assert.Equal(expected, HolderSocket.DefaultPath(
            name => name == HolderSocket.Variable ? named : runtime, () => "/state"));

    private static async Task EventuallyAsync(Func<Task> attempt)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await attempt();
                return;
            }
            catch (PowerException) when (i < 100)
            {
                await Task.Delay(20, Cancel);
            }
        }
    }

    private static async Task<string> LineAsync(Socket client)
    {
        byte[] buffer = new byte[16_384];
        int length = 0;
        while (length == 0 || buffer[length - 1] != '\n')
        {
            int count = await client.ReceiveAsync(buffer.AsMemory(length), Cancel);
            Assert.NotEqual(0, count);
            length += count;
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private Task<HeldLine> OpenAsync(OutputLineSpec spec) =>
        HeldLine.OpenAsync(Socket, spec, TimeProvider.System, Cancel);

    private OutputLineSpec.Hook Recorder(string name) => new(
        ["/bin/sh", "-c", $"printf 1 >> '{_folder.At(name)}'"], ["/bin/sh", "-c", $"printf 0 >> '{_folder.At(name)}'"],
        TimeSpan.FromSeconds(20));

    private string Recorded(string name) => File.Exists(_folder.At(name)) ? File.ReadAllText(_folder.At(name)) : "";

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        for (int i = 0; ; i++)
        {
            try
            {
                await client.ConnectAsync(new UnixDomainSocketEndPoint(Socket), Cancel);
                return client;
            }
            catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock && i < 100)
            {
                await Task.Delay(20, Cancel);
            }
        }
    }

    private sealed class RunningHolder : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly OutputLines _lines;
        private readonly HolderSocket _socket;
        private readonly RelayHolder _holder;
        private readonly Task _running;
        private bool _stopped;

        public RunningHolder(string path)
        {
            _lines = new OutputLines(
                TimeProvider.System, tty => tty.Device ?? throw new PowerException($"{tty} is not there"),
                new AbsentOperator("this is a test"));
            _socket = HolderSocket.Listen(path);
            _holder = new RelayHolder(_socket, _lines, TimeProvider.System);
            _running = _holder.RunAsync(_stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            if (_stopped)
                return;
            _stopped = true;
            await _stop.CancelAsync();
            await _running;
            _holder.Dispose();
            _socket.Dispose();
            _lines.Dispose();
            _stop.Dispose();
        }
    }
}
