using System.Net;
using System.Net.Sockets;
using FlashBench.Hardware;
using FlashBench.Hardware.Serprog;

namespace FlashBench.Tests.Hardware.Serprog;

public sealed class SerprogServerTests : IAsyncDisposable
{
    private const byte Ack = 0x06, Nak = 0x15;

    private readonly RecordedBatches _bus = new();
    private readonly SerprogServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _address;
    private readonly Task _serving;
    private readonly List<string> _notices = [];
    private int _opened;
    private bool _absent;

    public SerprogServerTests()
    {
        _server = new SerprogServer(OpenAsync, accelerated: false, TimeProvider.System);
        _server.Noticed += words =>
        {
            lock (_notices)
                _notices.Add(words);
        };
        _address = _server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = _server.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _server.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData("00", "06")]
    [InlineData("10", "1506")]
    [InlineData("01", "060100")]
    [InlineData("02", "063F01FF0100000000000000000000000000000000000000000000000000000000")]
    [InlineData("03", "06466C61736842656E6368000000000000")]
    [InlineData("04", "06FFFF")]
    [InlineData("05", "0608")]
    [InlineData("08", "06000001")]
    [InlineData("11", "06000001")]
    [InlineData("1208", "06")]
    [InlineData("1201", "15")]
    [InlineData("1440420F00", "0640420F00")] // 1 MHz
    [InlineData("14FFFFFFFF", "0680C3C901")] // as fast as it goes, 30 MHz
    [InlineData("147FC3C901", "06C0E1E400")] // a little less than 30 MHz: 15
    [InlineData("1401000000", "0640420F00")] // less than the slowest
    [InlineData("1400000000", "15")]
    [InlineData("1501", "06")]
    [InlineData("1600", "06")]
    [InlineData("1601", "15")]
    [InlineData("1700", "06")]
    [InlineData("1703", "15")]
    [InlineData("1800", "06")]
    [InlineData("06", "15")]                 // parallel buses: no
    [InlineData("7F00FE00", "15061506")]     // unknown ones between known ones
    public async Task Every_command_has_its_answer(string command, string answer)
    {
        using Client client = Connect();

        // The map of commands: 00-05 in its first byte, 08 in the second, 10-17 and 18 hex in the next two.
        Assert.Equal(answer, await client.AskAsync(command, answer.Length / 2));
    }

    [Fact]
    public async Task A_frame_is_sent_and_its_answer_comes_behind_the_ack()
    {
        _bus.Answer = (command, index) => (byte)(command[0] + index);
        using Client client = Connect();

        Assert.Equal("069FA0A1", await client.AskAsync("13 010000 030000 9F", 4));
        Assert.Equal("06", await client.AskAsync("13 010000 000000 06", 1));
        Assert.Equal("15", await client.AskAsync("13 000000 010000", 1)); // nothing to send

        Assert.Equal(["9F >3", "06"], _bus.Batches);
    }

    [Fact]
    public async Task Commands_that_come_in_single_bytes_or_all_atOnce_mean_the_same()
    {
        using Client client = Connect();
        const string Commands = "00 13 040000 020000 03000000 14 40420F00 13 010000 000000 04 10";
        const string Answers = "06 06FFFF 0640420F00 06 1506";
        byte[] all = Convert.FromHexString(Commands.Replace(" ", "", StringComparison.Ordinal));

        string atOnce = await client.AskAsync(Commands, 12);
        foreach (byte one in all)
            await client.SendAsync([one]);
        string singly = await client.ReadAsync(12);

        Assert.Equal(Answers.Replace(" ", "", StringComparison.Ordinal), atOnce);
        Assert.Equal(atOnce, singly);
    }

    [Fact]
    public async Task A_long_read_is_streamed_in_frames_that_go_on_where_the_last_ended()
    {
        _bus.Answer = (command, index) => (byte)((command[1] * 7 + index % 251) & 0xFF);
        using Client client = Connect();

        string answer = await client.AskAsync("13 040000 010003 03 00FF80", 1 + 0x30001);

        Assert.StartsWith("06", answer, StringComparison.Ordinal);
        Assert.Equal(["0300FF80 >65536", "0301FF80 >65536", "0302FF80 >65536", "0303FF80 >1"], _bus.Batches);
        Assert.Equal("0E0F10", answer.Substring(2 + 2 * 0x20000, 6));
    }

    [Fact]
    public async Task More_than_was_advertised_is_read_over_and_refused()
    {
        using Client client = Connect();
        byte[] data = new byte[70_000];
        data.AsSpan().Fill(0x10); // looks like commands

        await client.SendAsync([0x13, 0x70, 0x11, 0x01, 0, 0, 0, .. data]);

        Assert.Equal("15", await client.ReadAsync(1));
        Assert.Equal("1506", await client.AskAsync("10", 2));
        Assert.Empty(_bus.Batches);
    }

    [Fact]
    public async Task A_frame_that_fails_is_a_nak_and_the_next_one_counts()
    {
        using Client client = Connect();
        _bus.Fails = true;
        Assert.Equal("15", await client.AskAsync("13 010000 030000 9F", 1));
        _bus.Fails = false;

        Assert.Equal("06FFFFFF", await client.AskAsync("13 010000 030000 9F", 4));
    }

    [Fact]
    public async Task A_failure_in_the_middle_of_a_long_read_ends_the_connection_and_is_no_success()
    {
        using Client client = Connect();
        _bus.Answer = (command, _) =>
        {
            _bus.Fails = command[1] == 0x01;
            return 0x55;
        };

        await client.SendAsync(Convert.FromHexString("1304000000000403000000"));
        byte[] got = await client.ReadToEndAsync();

        Assert.InRange(got.Length, 1, 0x30000);
        Assert.Equal(Ack, got[0]);
    }

    [Fact]
    public async Task A_second_client_is_turned_away_and_comes_in_when_the_first_has_gone()
    {
        using (Client first = Connect())
        {
            await first.AskAsync("00", 1);
            using Client second = Connect();
            Assert.Empty(await second.ReadToEndAsync());
        }

        for (int i = 0; i < 100; i++)
        {
            using Client next = Connect();
            Assert.Equal("06FF", await next.AskAsync("13 010000 010000 05", 2));
        }

        Assert.InRange(_bus.Disposed, 99, 100); // the last one may still be leaving
        lock (_notices)
            Assert.Single(_notices, words => words.Contains("turned away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_programmer_is_open_while_the_client_drives_the_pins()
    {
        using Client client = Connect();
        await client.AskAsync("00 10 02", 36);
        Assert.Equal(0, _opened);
        await client.AskAsync("1501", 1);
        await client.AskAsync("13 010000 010000 05", 2);
        Assert.Equal((1, 0), (_opened, _bus.Disposed));
        Assert.Equal("06", await client.AskAsync("1500", 1));
        Assert.Equal((1, 1), (_opened, _bus.Disposed));
        await client.AskAsync("13 010000 010000 05", 2);
        Assert.Equal(2, _opened);
    }

    [Fact]
    public async Task A_programmer_that_cannot_be_opened_is_a_nak_with_its_reason_at_the_server()
    {
        _absent = true;
        using Client client = Connect();

        Assert.Equal("15", await client.AskAsync("1501", 1));
        Assert.Equal("15", await client.AskAsync("13 010000 010000 05", 1));
        _absent = false;
        Assert.Equal("06FF", await client.AskAsync("13 010000 010000 05", 2));

        lock (_notices)
            Assert.Contains(_notices, words => words.EndsWith(": nothing is plugged in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Garbage_is_answered_and_survived()
    {
        var random = new Random(23);
        for (int i = 0; i < 50; i++)
        {
            using Client client = Connect();
            byte[] garbage = new byte[random.Next(200)];
            random.NextBytes(garbage);
            await client.SendAsync(garbage);
        }

        using Client last = Connect();
        Assert.Equal("1506", await last.AskAsync("10", 2));
    }

    [Fact]
    public void Every_truncated_command_waits_for_more()
    {
        byte[] frame = Convert.FromHexString("13040000020000");
        for (int length = 0; length < frame.Length; length++)
            Assert.Equal(0, SerprogCodec.Read(frame.AsSpan(0, length), out _));

        Assert.Equal(7, SerprogCodec.Read(frame, out SerprogRequest request));
        Assert.Equal(new SerprogRequest(SerprogOpcode.SpiOperation, 2, 4), request);
        Assert.Equal([Nak, Ack], SerprogCodec.AnswerOf(SerprogOpcode.SyncNop, "")!);
    }

    private Task<ISpiBus> OpenAsync(CancellationToken cancel)
    {
        _opened++;
        return _absent ? throw new ProgrammerException("nothing is plugged in.") : Task.FromResult<ISpiBus>(_bus);
    }

    private Client Connect() => new(_address);

    private sealed class Client : IDisposable
    {
        private readonly TcpClient _tcp = new() { NoDelay = true };

        public Client(IPEndPoint server) => _tcp.Connect(server);

        public Task SendAsync(byte[] bytes) =>
            _tcp.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

        public async Task<string> ReadAsync(int bytes)
        {
            byte[] answer = new byte[bytes];
            await _tcp.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
            return Convert.ToHexString(answer);
        }

        public async Task<string> AskAsync(string hex, int bytes)
        {
            await SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
            return await ReadAsync(bytes);
        }

        public async Task<byte[]> ReadToEndAsync()
        {
            using var all = new MemoryStream();
            try
            {
                await _tcp.GetStream().CopyToAsync(all, TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // Reset: the server closed before it had read everything.
            }

            return all.ToArray();
        }

        public void Dispose() => _tcp.Dispose();
    }
}
