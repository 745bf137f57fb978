using System.Text;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Hardware.Console;

public sealed class ConsoleHubTests
{
    private const int PieceBytes = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_reader_sees_everything_from_its_joining_on()
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        ConsoleSeat first = hub.Join();
        port.Say("one ");
        Assert.Equal("one ", await TextAsync(first, 4));
        ConsoleSeat second = hub.Join(), late = hub.Join(fromOldest: true);
        port.Say("two");
        port.End();

        Assert.Equal("two", await TextAsync(first));
        Assert.Equal("two", await TextAsync(second));
        Assert.Equal("one two", await TextAsync(late));
    }

    [Fact]
    public async Task A_reader_that_falls_behind_loses_its_oldest_bytes_and_is_told_how_many()
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        ConsoleSeat quick = hub.Join(), slow = hub.Join();
        Task<(long Received, long Lost)> reading = CountAsync(quick);
        const int Pieces = 3 * ConsoleHub.BytesKept / PieceBytes;
        for (int i = 0; i < Pieces; i++)
        {
            port.Say(new byte[PieceBytes]);
            if (i % 500 == 0)
                await Task.Delay(5, Cancel); // the quick one keeps up
        }

        port.End();

        Assert.Equal((Pieces * (long)PieceBytes, 0L), await reading.WaitAsync(Limit, Cancel));
        (long received, long lost) = await CountAsync(slow);
        Assert.Equal(Pieces * (long)PieceBytes, received + lost);
        Assert.InRange(received, ConsoleHub.BytesKept - PieceBytes, ConsoleHub.BytesKept);
    }

    [Fact]
    public async Task Very_small_events_are_bounded_too()
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        ConsoleSeat slow = hub.Join();
        const int Pieces = ConsoleHub.EventsKept * 2;
        for (int i = 0; i < Pieces; i++)
            port.Say([1]);
        port.End();
        await CountAsync(hub.Join());

        Assert.Equal((ConsoleHub.EventsKept, (long)Pieces - ConsoleHub.EventsKept), await CountAsync(slow));
    }

    [Fact]
    public async Task One_reader_writes_at_a_time()
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        ConsoleSeat first = hub.Join(), second = hub.Join();

        Assert.True(first.TryTakePen());
        Assert.True(first.TryTakePen());
        Assert.False(second.TryTakePen());
        await first.WriteAsync("a"u8.ToArray(), Cancel);
        var error = await Assert.ThrowsAsync<ConsoleException>(
            () => second.WriteAsync("b"u8.ToArray(), Cancel).AsTask());
        await Assert.ThrowsAsync<ConsoleException>(() => second.SendBreakAsync(Cancel).AsTask());
        await first.DisposeAsync();
        Assert.True(second.TryTakePen());
        await second.WriteAsync("c"u8.ToArray(), Cancel);
        await second.SendBreakAsync(Cancel);

        Assert.Equal("ac"u8, port.Written);
        Assert.Equal((1, PartCause.Busy), (port.Breaks, error.Cause));
    }

    [Fact]
    public async Task A_port_that_fails_ends_every_reader_with_its_failure_after_what_came_before()
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        ConsoleSeat seat = hub.Join();
        port.Say("last words");
        port.End(new ConsoleException("the adapter is gone"));
        await using IAsyncEnumerator<ConsoleEvent> events = seat.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await events.MoveNextAsync());
        var error = await Assert.ThrowsAsync<ConsoleException>(() => events.MoveNextAsync().AsTask());

        Assert.Equal("the adapter is gone", error.Message);
    }

    [Fact]
    public async Task A_reader_can_stop_and_go_on()
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        ConsoleSeat seat = hub.Join();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ConsoleEvent _ in seat.ReadAsync(stop.Token))
            {
            }
        });

        port.Say("later");

        Assert.Equal("later", await TextAsync(seat, 5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Many_readers_of_any_speed_account_for_every_byte(int seed)
    {
        var port = new ScriptedConsolePort();
        await using var hub = new ConsoleHub(port);
        var random = new Random(seed);
        int[] delays = [.. Enumerable.Range(0, 8).Select(_ => random.Next(4))];
        Task<(long Received, long Lost)>[] readers = [.. delays.Select(delay => CountAsync(hub.Join(), delay))];
        long said = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] piece = new byte[random.Next(1, 8000)];
            said += piece.Length;
            port.Say(piece);
        }

        port.End();

        foreach (Task<(long Received, long Lost)> reader in readers)
        {
            (long received, long lost) = await reader.WaitAsync(Limit, Cancel);
            Assert.Equal(said, received + lost);
        }
    }

    private static async Task<string> TextAsync(ConsoleSeat seat, int count = int.MaxValue)
    {
        var text = new StringBuilder();
        await foreach (ConsoleEvent happened in seat.ReadAsync(Cancel))
        {
            text.Append(Encoding.UTF8.GetString(Assert.IsType<ConsoleEvent.Bytes>(happened).Data.Span));
            if (text.Length >= count)
                break;
        }

        return text.ToString();
    }

    private static async Task<(long Received, long Lost)> CountAsync(ConsoleSeat seat, int delayEvery = 0)
    {
        long received = 0, lost = 0, events = 0;
        await foreach (ConsoleEvent happened in seat.ReadAsync(Cancel))
        {
            received += happened is ConsoleEvent.Bytes bytes ? bytes.Data.Length : 0;
            lost += happened is ConsoleEvent.Lost gone ? gone.Count : 0;
            if (delayEvery > 0 && ++events % (100 * delayEvery) == 0)
                await Task.Delay(delayEvery, Cancel);
        }

        return (received, lost);
    }
}
