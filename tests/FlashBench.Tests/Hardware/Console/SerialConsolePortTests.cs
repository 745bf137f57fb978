using System.Text;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Hardware.Console;

/// <summary>The real port on the kernel's pseudo-terminals.</summary>
public sealed class SerialConsolePortTests : IDisposable
{
    private const nuint Exclusive = 0x540C; // TIOCEXCL
    private const int ReadWrite = 0x0002 | 0x0100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(115_200)]
    [InlineData(3_000_000)]
    [InlineData(1_234_567)]
    [InlineData(300)]
    public async Task Every_byte_arrives_as_it_was_sent(int baud)
    {
        using var line = new PseudoTerminal();
        await using SerialConsolePort port = Open(line.Slave, baud);
        byte[] sent = Hostile(seed: baud, 300_000);
        Task<byte[]> received = CollectAsync(port, sent.Length);

        await line.WriteAsync(sent);

        Assert.Equal(sent, await received.WaitAsync(Limit, Cancel));
        Assert.Equal(0, port.Counters.LostBytes);
    }

    [Fact]
    public async Task What_is_written_reaches_the_board_unchanged()
    {
        using var line = new PseudoTerminal();
        await using SerialConsolePort port = Open(line.Slave);
        byte[] sent = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i & 0xFF))];

        Task<byte[]> received = line.ReadAsync(sent.Length);
        await port.WriteAsync(sent, Cancel);

        Assert.Equal(sent, await received.WaitAsync(Limit, Cancel));
    }

    [Fact]
    public async Task A_port_without_a_board_says_so_and_that_nobody_counts()
    {
        using var line = new PseudoTerminal();
        await using SerialConsolePort port = Open(line.Slave);

        Assert.True(port.Identity.Simulated);
        Assert.Equal($"{line.Slave}, 115200 baud 8N1, receive errors cannot be counted", port.Identity.Description);
        Assert.Equal(default, port.Counters);
    }

    [Theory]
    [InlineData(3_000_000, "7E1", "cannot run in the format 7E1")]
    [InlineData(5_000_000, "8N1", "no serial port runs at 5000000 baud")]
    [InlineData(0, "8N1", "no serial port runs at 0 baud")]
    [InlineData(-9600, "8N1", "no serial port runs at -9600 baud")]
    public void A_mode_that_the_port_cannot_run_in_is_refused_and_the_port_is_free_again(
        int baud, string format, string expected)
    {
        using var line = new PseudoTerminal(); // the kernel's run at 8N1 and 8N2 only

        for (int i = 0; i < 2; i++)
        {
            var error = Assert.Throws<ConsoleException>(() => Open(line.Slave, baud, format));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/dev/no-such-tty", "is not there")]
    [InlineData("/dev/null", "is no serial port")]
    public void A_path_that_is_no_port_is_unavailable(string path, string expected)
    {
        var error = Assert.Throws<ConsoleException>(() => Open(path));

        Assert.Equal((PartCause.Unavailable, $"{path} {expected}"), (error.Cause, error.Message));
    }

    [Fact]
    public async Task A_port_that_another_program_holds_is_in_use_until_it_lets_go()
    {
        using var line = new PseudoTerminal();
        SerialConsolePort first = Open(line.Slave);

        var error = Assert.Throws<ConsoleException>(() => Open(line.Slave));
        await first.DisposeAsync();
        await using SerialConsolePort second = Open(line.Slave);

        Assert.Equal(
            (PartCause.Busy, $"{line.Slave} is in use by another program"), (error.Cause, error.Message));
    }

    [Fact]
    public void A_port_that_a_program_without_locks_holds_exclusively_is_in_use()
    {
        using var line = new PseudoTerminal();
        using FileDescriptor thief = LibC.Open(line.Slave, ReadWrite);
        Assert.Equal(0, LibC.Control(thief, Exclusive));

        Assert.Equal(PartCause.Busy, Assert.Throws<ConsoleException>(() => Open(line.Slave)).Cause);
    }

    [Fact]
    public async Task A_port_that_comes_back_under_another_number_is_taken_up_again()
    {
        string link = _folder.At("console");
        var line = new PseudoTerminal();
        File.CreateSymbolicLink(link, line.Slave);
        await using SerialConsolePort port = Open(link);
        await using IAsyncEnumerator<ConsoleEvent> events = port.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);
        await line.WriteAsync("before"u8.ToArray());
        Assert.Equal("before", Encoding.ASCII.GetString((await NextAsync<ConsoleEvent.Bytes>(events)).Data.Span));

        File.Delete(link);
        line.Dispose();
        var gone = await NextAsync<ConsoleEvent.HangUp>(events);
        var error = await Assert.ThrowsAsync<ConsoleException>(() => port.WriteAsync("x"u8.ToArray(), Cancel).AsTask());
        using var other = new PseudoTerminal();
        File.CreateSymbolicLink(link, other.Slave);
        var back = await NextAsync<ConsoleEvent.Back>(events);
        await other.WriteAsync("after"u8.ToArray());

        Assert.Equal("after", Encoding.ASCII.GetString((await NextAsync<ConsoleEvent.Bytes>(events)).Data.Span));
        Assert.Equal((PartCause.Unavailable, $"{link} is gone"), (error.Cause, error.Message));
        Assert.True(back.Timestamp > gone.Timestamp);
    }

    [Fact]
    public async Task A_port_that_is_stolen_while_it_is_away_is_waited_for()
    {
        string link = _folder.At("console");
        var line = new PseudoTerminal();
        File.CreateSymbolicLink(link, line.Slave);
        await using SerialConsolePort port = Open(link);
        await using IAsyncEnumerator<ConsoleEvent> events = port.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);
        using var other = new PseudoTerminal();
        SerialConsolePort thief = Open(other.Slave);

        File.Delete(link);
        File.CreateSymbolicLink(link, other.Slave);
        line.Dispose();
        await NextAsync<ConsoleEvent.HangUp>(events);
        ValueTask<bool> next = events.MoveNextAsync();
        await Task.Delay(600, Cancel);
        Assert.False(next.IsCompleted);
        await thief.DisposeAsync();

        Assert.True(await next.AsTask().WaitAsync(Limit, Cancel));
        Assert.IsType<ConsoleEvent.Back>(events.Current);
    }

    [Fact]
    public async Task Closing_ends_the_reader_also_while_the_port_is_away()
    {
        var line = new PseudoTerminal();
        SerialConsolePort port = Open(line.Slave);
        await using IAsyncEnumerator<ConsoleEvent> events = port.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);
        line.Dispose();
        await NextAsync<ConsoleEvent.HangUp>(events);

        await port.DisposeAsync().AsTask().WaitAsync(Limit, Cancel);

        Assert.False(await events.MoveNextAsync());
        await port.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_that_stops_holds_a_bounded_number_of_bytes()
    {
        using var line = new PseudoTerminal();
        await using SerialConsolePort port = Open(line.Slave);
        byte[] sent = Hostile(seed: 5, SerialConsolePort.PendingBytesMax * 2);
        Task sending = line.WriteAsync(sent);

        await Task.Delay(1500, Cancel);
        bool held = !sending.IsCompleted; // the kernel has no room for what is not read
        byte[] received = await CollectAsync(port, sent.Length).WaitAsync(Limit, Cancel);

        Assert.True(held);
        Assert.Equal(sent, received);
    }

    [Theory]
    [InlineData("8N1", 8, SerialParity.None, 1)]
    [InlineData("7E1", 7, SerialParity.Even, 1)]
    [InlineData("8o2", 8, SerialParity.Odd, 2)]
    public void A_format_is_read(string text, int bits, SerialParity parity, int stops) =>
        Assert.Equal(new SerialFormat(bits, parity, stops), SerialFormat.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("8N")]
    [InlineData("9N1")]
    [InlineData("8X1")]
    [InlineData("8N3")]
    [InlineData("8N1 ")]
    public void A_word_that_is_no_format_is_refused(string text) =>
        Assert.Throws<FormatException>(() => SerialFormat.Parse(text));

    public void Dispose() => _folder.Dispose();

    private static SerialConsolePort Open(string device, int baud = 115_200, string format = "8N1") =>
        SerialConsolePort.Open(
            new SerialConsoleOptions(new TtySelector(device), baud, SerialFormat.Parse(format)), new TtyPorts(),
            TimeProvider.System);

    // Marks, NUL, flow control, Ctrl-C, Ctrl-D: what a line discipline would act on.
    private static byte[] Hostile(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        byte[] special = [0xFF, 0x00, 0x11, 0x13, 0x03, 0x04, 0x0D, 0x1A];
        for (int i = 0; i < count; i += 3)
            bytes[i] = special[i / 3 % special.Length];
        return bytes;
    }

    private static async Task<byte[]> CollectAsync(SerialConsolePort port, int count)
    {
        var received = new List<byte>();
        await foreach (ConsoleEvent happened in port.ReadAsync(Cancel))
        {
            received.AddRange(Assert.IsType<ConsoleEvent.Bytes>(happened).Data.Span);
            if (received.Count >= count)
                break;
        }

        return [.. received];
    }

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<ConsoleEvent> events)
        where T : ConsoleEvent
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Limit, Cancel));
        return Assert.IsType<T>(events.Current);
    }
}
