using FlashBench.Hardware;
using FlashBench.Hardware.Serprog;

namespace FlashBench.Tests.Hardware.Serprog;

public sealed class AcceleratedFramesTests : IAsyncDisposable
{
    private static readonly byte[] Wren = [0x06], Rdsr = [0x05], Page = [0x02, 0x01, 0x02, 0x03, 0xAA, 0xBB];
    private static readonly byte[] Erase = [0xD8, 0x01, 0x00, 0x00], ReadId = [0x9F];

    private readonly RecordedBatches _bus = new();
    private readonly AcceleratedFrames _frames;

    public AcceleratedFramesTests() => _frames = new AcceleratedFrames(_bus);

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task A_page_is_one_batch_and_the_status_is_what_the_chip_said_last()
    {
        _bus.Answer = (_, index) => (byte)(index < 7 ? 0x03 : 0x00);

        await SendAsync(Wren);
        Assert.Empty(_bus.Batches);
        await SendAsync(Page);
        byte first = await StatusAsync();
        byte second = await StatusAsync();

        Assert.Equal(["06 | 02010203AABB | 05 >8"], _bus.Batches);
        Assert.Equal((0x00, 0x00), (first, second));
        Assert.Equal(3, _frames.Spared);
    }

    [Fact]
    public async Task A_busy_status_is_handed_out_once_and_then_the_chip_is_asked()
    {
        _bus.Answer = (_, _) => 0x03;

        await SendAsync(Wren);
        await SendAsync(Page);
        Assert.Equal(0x03, await StatusAsync());
        _bus.Answer = (_, _) => 0x00;
        Assert.Equal(0x00, await StatusAsync());

        Assert.Equal(["06 | 02010203AABB | 05 >8", "05 >1"], _bus.Batches);
    }

    [Fact]
    public async Task An_erase_is_waited_for_here_as_long_as_blocks_take()
    {
        int busy = 3;
        _bus.Answer = (_, _) => (byte)(busy-- > 0 ? 0x03 : 0x00);

        await SendAsync(Wren);
        await SendAsync(Erase);
        Assert.Equal(0x00, await StatusAsync());

        Assert.Equal(["06 | D8010000 | 05 >1", "05 >1 | 05 >1", "05 >1 | 05 >1"], _bus.Batches);
        Assert.InRange(_bus.Delays.Aggregate((a, b) => a + b).TotalMilliseconds, 100, 250);
    }

    [Fact]
    public async Task An_erase_that_takes_too_long_is_the_clients_to_wait_for()
    {
        _bus.Answer = (_, _) => 0x03;

        await SendAsync(Wren);
        await SendAsync([0xC7]);
        Assert.Equal(0x03, await StatusAsync());
        TimeSpan chip = _bus.Delays.Aggregate(TimeSpan.Zero, (a, b) => a + b);
        await SendAsync(Wren);
        await SendAsync(Erase);
        Assert.Equal(0x03, await StatusAsync());

        Assert.Equal(TimeSpan.Zero, chip);
        Assert.InRange(_bus.Delays.Aggregate((a, b) => a + b).TotalMilliseconds, 400, 600);
    }

    [Fact]
    public async Task A_status_that_shows_a_refused_page_reaches_the_client()
    {
        _bus.Answer = (_, _) => 0x02; // not busy, and the latch still set: the part ignored it

        await SendAsync(Wren);
        await SendAsync(Page);

        Assert.Equal(0x02, await StatusAsync());
    }

    [Fact]
    public async Task Anything_unusual_goes_out_at_once_with_the_wren_before_it()
    {
        await SendAsync(Wren);
        await StatusAsync();
        await SendAsync(Wren);
        await SendAsync([0x01, 0x00]);
        await SendAsync(Wren);
        await SendAsync(Wren);
        await SendAsync([0x02, 0, 0, 0]); // no data: not a page
        await SendAsync(Wren);
        await SendAsync(ReadId, 3);
        await SendAsync(Page);            // no WREN of this client: as it is

        Assert.Equal(
            ["06 | 05 >1", "06 | 0100", "06 | 06", "02000000", "06 | 9F >3", "02010203AABB"], _bus.Batches);
    }

    [Fact]
    public async Task A_kept_status_is_forgotten_when_anything_else_is_sent()
    {
        _bus.Answer = (_, _) => 0x00;
        await SendAsync(Wren);
        await SendAsync(Page);
        await SendAsync(ReadId, 3);
        await StatusAsync();
        await SendAsync(Wren);
        await SendAsync(Page);
        await SendAsync(Rdsr, 2);

        Assert.Equal("05 >1", _bus.Batches[2]);
        Assert.Equal("05 >2", _bus.Batches[^1]);
    }

    [Fact]
    public async Task A_batch_that_fails_fails_the_page_and_leaves_no_status()
    {
        _bus.Fails = true;
        await SendAsync(Wren);

        await Assert.ThrowsAsync<ProgrammerException>(() => SendAsync(Page));

        _bus.Fails = false;
        await StatusAsync();
        Assert.Equal("05 >1", _bus.Batches[^1]);
    }

    [Fact]
    public async Task The_wait_for_a_page_follows_the_chip()
    {
        for (int i = 0; i < 40; i++)
            await PageAsync(0x03, 0x03); // slower than the wait
        TimeSpan slow = _bus.Delays[^1];
        for (int i = 0; i < 200; i++)
            await PageAsync(0x00, 0x00);
        TimeSpan fast = _bus.Delays[^1];
        await PageAsync(0x03, 0x00);
        await PageAsync(0x03, 0x00);

        Assert.Equal(TimeSpan.FromMilliseconds(3), slow);
        Assert.Equal(TimeSpan.FromMicroseconds(100), fast);
        Assert.Equal(_bus.Delays[^2], _bus.Delays[^1]);

        async Task PageAsync(byte first, byte last)
        {
            _bus.Answer = (_, index) => index == 0 ? first : last;
            await SendAsync(Wren);
            await SendAsync(Page);
        }
    }

    private Task SendAsync(byte[] command, int response = 0) =>
        _frames.ExecuteAsync(command, new byte[response], TestContext.Current.CancellationToken).AsTask();

    private async Task<byte> StatusAsync()
    {
        byte[] status = new byte[1];
        await _frames.ExecuteAsync(Rdsr, status, TestContext.Current.CancellationToken);
        return status[0];
    }
}
