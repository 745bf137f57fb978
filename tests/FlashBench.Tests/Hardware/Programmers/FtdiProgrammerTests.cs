using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Programmers;

public sealed class FtdiProgrammerTests : IAsyncDisposable
{
    private readonly VirtualTime _time = new();
    private readonly ScriptedFtdi _usb;

    public FtdiProgrammerTests()
    {
        _usb = new ScriptedFtdi(_time);
        _usb.Engine.Chip = Pattern;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _usb.DisposeAsync();

    [Fact]
    public void Opening_resets_purges_sets_the_latency_starts_the_engine_and_checks_that_it_is_in_step()
    {
        Run(_ => Task.CompletedTask);

        Assert.Equal(
            ["00 0000", "00 0001", "00 0002", "09 0001", "0B 0000", "0B 0200", "0B 0000"], _usb.Log);
        Assert.Equal(
            ["AA87", "AB87", "8A978D8586000080080BAA87", "800000AB87"],
            Sent());
        Assert.True(_usb.Disposed);
    }

    [Fact]
    public void Opening_drops_what_an_earlier_process_left_behind()
    {
        _usb.Stale = [1, 2, 3];

        Run(async bus => Assert.Equal(PatternAt(1, 5), await ReadAsync(bus, 5)));
    }

    [Fact]
    public void The_pins_are_inputs_when_it_is_closed()
    {
        Run(_ =>
        {
            Assert.Equal((0x08, 0x0B), (_usb.Engine.Low, _usb.Engine.Direction));
            return Task.CompletedTask;
        });

        Assert.Equal((0x00, 0x00), (_usb.Engine.Low, _usb.Engine.Direction));
    }

    [Fact]
    public void An_adapter_has_its_own_pins_and_keeps_them_while_chip_select_moves()
    {
        var options = new FtdiOptions { Adapter = FtdiAdapter.KtLink };
        _usb.OnSubmit = () => Assert.True(_usb.Engine.Direction is 0 or 0x2B);

        Run(bus => bus.ExecuteAsync([Frame(0x06)], Cancel).AsTask(), options);

        Assert.Equal(
            ["8A978D85860000" + "80282B" + "820070" + "AA87", "80202B" + "11000006" + "80282B" + "AB87",
                "800000" + "820000" + "AA87"],
            Sent()[2..]);
    }

    [Fact]
    public void Channel_B_uses_its_own_endpoints_and_index()
    {
        var usb = new ScriptedFtdi(_time) { Channel = 2 };

        _time.Run(async () =>
        {
            var options = new FtdiOptions { Adapter = FtdiAdapter.Tigard };
            await using FtdiProgrammer bus = await FtdiProgrammer.OpenAsync(usb, options, _time, Cancel);
            await bus.ExecuteAsync([Frame(0x06)], Cancel);
            Assert.Contains("channel B", bus.Identity.Description, StringComparison.Ordinal);
        });

        Assert.Equal("06", Convert.ToHexString(Assert.Single(usb.Engine.Frames)));
    }

    [Theory]
    [InlineData(0x6001, 0x0700, FtdiChannel.A, "0403:6001")]
    [InlineData(0x6014, 0x0900, FtdiChannel.B, "channel A only")]
    [InlineData(0x6010, 0x0500, FtdiChannel.A, "FT2232C/D")]
    public void A_chip_without_the_engine_is_refused_untouched(
        int product, int release, FtdiChannel channel, string expected)
    {
        var usb = new ScriptedFtdi(_time) { ProductId = (ushort)product, Release = (ushort)release };

        var error = Assert.Throws<ProgrammerException>(() => _time.Run(
            () => FtdiProgrammer.OpenAsync(usb, new FtdiOptions { Channel = channel }, _time, Cancel)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(usb.Log);
        Assert.True(usb.Disposed);
    }

    [Theory]
    [InlineData("Dual RS232-HS", false, "FT2232H (Dual RS232-HS), channel A, USB 1-4.2")]
    [InlineData("FlashBench virtual FT2232H", true, "FT2232H (FlashBench virtual FT2232H), channel A, USB 1-4.2")]
    public void The_identity_names_chip_channel_and_port(string product, bool simulated, string expected)
    {
        var usb = new ScriptedFtdi(_time) { Product = product };

        PartIdentity identity = _time.Run(
            async () => (await FtdiProgrammer.OpenAsync(usb, new FtdiOptions(), _time, Cancel)).Identity);

        Assert.Equal(new PartIdentity("programmer", expected, simulated), identity);
    }

    [Fact]
    public void Frames_of_a_batch_travel_in_one_transfer_and_end_with_one_flush()
    {
        byte[] status = new byte[2], id = new byte[3];

        Run(bus => bus.ExecuteAsync(
            [Frame(0x06), new(new byte[] { 0x05 }, status), new(new byte[] { 0x9F }, id)], Cancel).AsTask());

        Assert.Equal(
            "80000B" + "11000006" + "80080B"
            + "80000B" + "11000005" + "200100" + "80080B"
            + "80000B" + "1100009F" + "200200" + "80080B" + "AB87",
            Sent()[3]);
        Assert.Equal(["06", "05FFFF", "9FFFFFFF"], _usb.Engine.Frames.Select(Convert.ToHexString));
        Assert.Equal(PatternAt(1, 2), status);
        Assert.Equal(PatternAt(1, 3), id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(506)]
    [InlineData(507)]
    [InlineData(508)]
    [InlineData(509)]
    [InlineData(510)]
    [InlineData(511)]
    [InlineData(1018)]
    [InlineData(1020)]
    [InlineData(4096)]
    [InlineData(16_318)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public void A_read_of_any_length_arrives_whole_without_the_status_bytes(int length)
    {
        Run(async bus => Assert.Equal(PatternAt(1, length), await ReadAsync(bus, length)));

        Assert.Single(_usb.Engine.Frames);
        Assert.Equal(0, _usb.InFlight);
    }

    [Fact]
    public void A_long_read_runs_at_the_speed_of_the_clock()
    {
        TimeSpan took = default;

        Run(async bus =>
        {
            TimeSpan start = _time.GetElapsedTime(0);
            await ReadAsync(bus, 4 << 20);
            took = _time.GetElapsedTime(0) - start;
        });

        Assert.InRange(took.TotalSeconds / ((4 << 20) * 8 / 30e6), 1.0, 1.01);
        Assert.Equal(0, _usb.Engine.Stalls);
        Assert.InRange(_usb.InQueuedMax, 4, 8);
    }

    [Fact]
    public void Two_hundred_pages_stream_without_a_round_trip_each()
    {
        const int Pages = 256, StatusBytes = 40;
        TimeSpan pause = TimeSpan.FromMicroseconds(400);
        SpiTransaction[] batch = [.. Enumerable.Range(0, Pages).SelectMany(page => Page(page, pause, StatusBytes))];
        TimeSpan took = default;
        int transfers = 0;

        Run(async bus =>
        {
            TimeSpan start = _time.GetElapsedTime(0);
            int before = _usb.Transfers.Count;
            await bus.ExecuteAsync(batch, Cancel);
            (took, transfers) = (_time.GetElapsedTime(0) - start, _usb.Transfers.Count - before);
        });

        double clocks = 8 * (1 + 260 + 1 + 1 + 1 + StatusBytes) / 30e6;
        Assert.InRange(took.TotalMicroseconds / Pages - (clocks * 1e6) - 400, 0, 5);
        Assert.InRange(_usb.Transfers.Count(t => t.Bytes.Length > 0), 5, 12); // 80 KiB of commands in 16 KiB transfers
        Assert.InRange(transfers, 10, 200); // one IN a millisecond: that is the latency timer
        Assert.Equal(4 * Pages, _usb.Engine.Frames.Count);
        Assert.All(batch.Where(frame => frame.Response.Length == StatusBytes),
            frame => Assert.Equal(PatternAt(1, StatusBytes), frame.Response.ToArray()));
        Assert.All(_usb.Engine.Gaps.Where((_, i) => i % 4 == 3),
            gap => Assert.InRange(gap.TotalMicroseconds, 400, 401));
    }

    [Fact]
    public void More_answers_than_the_device_can_hold_do_not_stop_a_stream_of_writes()
    {
        SpiTransaction[] batch = [.. Enumerable.Range(0, 64).SelectMany(i => new SpiTransaction[]
        {
            new(new byte[] { 0x03, 0, 0, (byte)i }, new byte[3000]), new(new byte[4000]),
        })];

        Run(bus => bus.ExecuteAsync(batch, Cancel).AsTask());

        Assert.All(batch.Where((_, i) => i % 2 == 0),
            frame => Assert.Equal(PatternAt(4, 3000), frame.Response.ToArray()));
        Assert.All(_usb.Engine.Frames.Where((_, i) => i % 2 == 1), frame => Assert.Equal(4000, frame.Length));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(50)]
    [InlineData(9_999)]
    public void A_short_delay_is_made_by_the_device_within_the_transfer(double microseconds)
    {
        Run(async bus =>
        {
            await bus.ExecuteAsync(
                [Frame(0x02) with { DelayAfter = TimeSpan.FromMicroseconds(microseconds) }, Frame(0x05)], Cancel);
            Assert.Equal(4, Sent().Length);
        });

        Assert.InRange(_usb.Engine.Gaps[1].TotalMicroseconds, microseconds, microseconds + 1);
    }

    [Theory]
    [InlineData(10.5)]
    [InlineData(150)]
    public void A_long_delay_is_waited_for_by_the_host_and_never_shortened(double milliseconds)
    {
        Run(bus => bus.ExecuteAsync(
            [Frame(0x02) with { DelayAfter = TimeSpan.FromMilliseconds(milliseconds) }, Frame(0x05)], Cancel).AsTask());

        Assert.Equal(2, _usb.Engine.Frames.Count);
        Assert.InRange(_usb.Engine.Gaps[1].TotalMilliseconds, milliseconds, milliseconds + 4);
    }

    [Fact]
    public void The_clock_changes_for_the_next_batch_and_late_sampling_with_it()
    {
        Run(async bus =>
        {
            Assert.Equal(new SpiClock(30_000_000), bus.Clock);
            await bus.SetClockAsync(new(15_000_000, LateSample: true), Cancel);
            Assert.Equal(15_000_000, bus.FrequencyHz);
            Assert.Equal(15e6, _usb.Engine.Hz);
            Assert.Equal(PatternAt(1, 3), await ReadAsync(bus, 3));
            Assert.Equal(1, _usb.Engine.LateReads);
            await Assert.ThrowsAsync<ArgumentException>(() => bus.SetClockAsync(new(14_000_000), Cancel).AsTask());
        });
    }

    [Fact]
    public void A_slow_clock_is_no_failure()
    {
        Run(async bus =>
        {
            await bus.SetClockAsync(new(500_000), Cancel);
            Assert.Equal(PatternAt(1, 100_000), await ReadAsync(bus, 100_000)); // 1.6 s
        });
    }

    [Fact]
    public void A_cancelled_read_ends_early_with_chip_select_high_and_the_bus_in_order()
    {
        using var cancel = new CancellationTokenSource();

        Run(async bus =>
        {
            int before = _usb.Transfers.Count;
            _usb.OnSubmit = () =>
            {
                if (_usb.Transfers.Count == before + 40)
                    cancel.Cancel();
            };
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => bus.ExecuteAsync([new(new byte[] { 0x03 }, new byte[8 << 20])], cancel.Token).AsTask());
            Assert.False(_usb.Engine.IsSelected);
            Assert.Equal(PatternAt(1, 40), await ReadAsync(bus, 40));
        });

        Assert.InRange(_usb.Engine.Frames[0].Length, 100_000, 2_000_000);
    }

    [Fact]
    public void A_frame_that_writes_is_never_cut()
    {
        byte[] command = [0x02, .. PatternAt(0, 200_000)];
        using var cancel = new CancellationTokenSource();

        Run(async bus =>
        {
            int before = _usb.Transfers.Count;
            _usb.OnSubmit = () =>
            {
                if (_usb.Transfers.Count == before + 4)
                    cancel.Cancel();
            };
            await bus.ExecuteAsync([Frame(0x06), new(command), Frame(0x04)], cancel.Token);
        });

        Assert.True(cancel.IsCancellationRequested);
        Assert.Equal([1, command.Length, 1], _usb.Engine.Frames.Select(frame => frame.Length));
        Assert.Equal(command, _usb.Engine.Frames[1]);
    }

    [Fact]
    public void Nothing_is_sent_for_an_empty_batch_a_cancelled_call_or_after_disposal()
    {
        _time.Run(async () =>
        {
            FtdiProgrammer bus = await FtdiProgrammer.OpenAsync(_usb, new FtdiOptions(), _time, Cancel);
            int before = _usb.Transfers.Count;
            await bus.ExecuteAsync([], Cancel);
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => bus.ExecuteAsync([Frame(0x06)], new CancellationToken(canceled: true)).AsTask());
            await Assert.ThrowsAsync<ArgumentException>(() => bus.ExecuteAsync([new(default)], Cancel).AsTask());
            Assert.Equal(before, _usb.Transfers.Count);
            await bus.DisposeAsync();
            await bus.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => bus.ExecuteAsync([Frame(6)], Cancel).AsTask());
        });
    }

    private static SpiTransaction[] Page(int page, TimeSpan pause, int statusBytes) =>
    [
        Frame(0x06),
        new((byte[])[0x02, (byte)(page >> 8), (byte)page, 0x00, .. PatternAt(page, 256)]),
        new(new byte[] { 0x05 }, new byte[1], pause),
        new(new byte[] { 0x05 }, new byte[statusBytes]),
    ];

    // What was sent on the OUT endpoint, transfer by transfer.
    private string[] Sent() =>
        [.. _usb.Transfers.Where(t => t.Bytes.Length > 0).Select(t => Convert.ToHexString(t.Bytes))];

    private void Run(Func<ISpiBus, Task> work, FtdiOptions? options = null) => _time.Run(async () =>
    {
        await using FtdiProgrammer bus = await FtdiProgrammer.OpenAsync(
            _usb, options ?? new FtdiOptions(), _time, Cancel);
        await work(bus);
    });

    private static async Task<byte[]> ReadAsync(ISpiBus bus, int length)
    {
        byte[] data = new byte[length];
        await bus.ExecuteAsync([new(new byte[] { 0x03 }, data)], Cancel);
        return data;
    }

    private static SpiTransaction Frame(byte opcode) => new(new[] { opcode });

    // The answer tells its place in the frame, so that a lost, doubled or shifted byte shows.
    private static byte Pattern(IReadOnlyList<byte> heard) => (byte)((heard.Count * 7 + heard.Count / 256) & 0xFF);

    private static byte[] PatternAt(int start, int length) =>
        [.. Enumerable.Range(start, length).Select(i => (byte)((i * 7 + i / 256) & 0xFF))];
}
