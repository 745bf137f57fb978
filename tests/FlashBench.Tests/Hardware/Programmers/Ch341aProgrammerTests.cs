using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Programmers;

public sealed class Ch341aProgrammerTests : IAsyncDisposable
{
    private readonly VirtualTime _time = new();
    private readonly ScriptedCh341a _usb;

    public Ch341aProgrammerTests() => _usb = new ScriptedCh341a(_time) { Chip = Pattern };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _usb.DisposeAsync();

    [Fact]
    public void Opening_configures_enables_the_pins_and_checks_that_the_device_answers()
    {
        Run(_ => Task.CompletedTask);

        Assert.Equal(["AA6100", "ABB77F20", "A8FF", "ABB74020"], _usb.Log);
        Assert.Empty(_usb.Frames);
        Assert.True(_usb.Disposed);
    }

    [Fact]
    public void Opening_drops_answers_that_an_earlier_process_left_behind()
    {
        _usb.Stale.Enqueue([1, 2, 3]);
        _usb.Stale.Enqueue([4]);

        Run(async bus =>
        {
            Assert.Empty(_usb.Stale);
            Assert.Equal(PatternAt(1, 5), await ReadAsync(bus, 5));
        });

        Assert.Equal(["stale packet taken", "stale packet taken", "AA6100"], _usb.Log[..3]);
    }

    [Fact]
    public void A_device_that_never_stops_sending_is_refused()
    {
        for (int i = 0; i < 1000; i++)
            _usb.Stale.Enqueue([1]);

        var error = Assert.Throws<ProgrammerException>(() => Run(_ => Task.CompletedTask));

        Assert.Contains("does not stop sending", error.Message, StringComparison.Ordinal);
        Assert.True(_usb.Disposed);
    }

    [Fact]
    public void A_device_in_uart_mode_is_refused_with_the_jumper_named()
    {
        var usb = new ScriptedCh341a(_time) { ProductId = 0x5523 };

        var error = Assert.Throws<ProgrammerException>(
            () => _time.Run(() => Ch341aProgrammer.OpenAsync(usb, _time, Cancel)));

        Assert.Contains("UART mode", error.Message, StringComparison.Ordinal);
        Assert.Contains("jumper", error.Message, StringComparison.Ordinal);
        Assert.Contains("1-4.2", error.Message, StringComparison.Ordinal);
        Assert.Empty(usb.Groups);
        Assert.True(usb.Disposed);
    }

    [Fact]
    public void Another_device_is_refused_untouched()
    {
        var usb = new ScriptedCh341a(_time) { ProductId = 0x55DB };

        var error = Assert.Throws<ProgrammerException>(
            () => _time.Run(() => Ch341aProgrammer.OpenAsync(usb, _time, Cancel)));

        Assert.Contains("1A86:55DB", error.Message, StringComparison.Ordinal);
        Assert.Empty(usb.Groups);
        Assert.True(usb.Disposed);
    }

    [Theory]
    [InlineData("USB UART-LPT", false)]
    [InlineData("FlashBench virtual CH341A", true)]
    public void The_identity_names_product_and_port_and_tells_the_virtual_from_the_real(string product, bool simulated)
    {
        var usb = new ScriptedCh341a(_time) { Product = product };

        PartIdentity identity = _time.Run(async () => (await Ch341aProgrammer.OpenAsync(usb, _time, Cancel)).Identity);

        Assert.Equal(new PartIdentity("programmer", $"CH341A ({product}), USB 1-4.2", simulated), identity);
    }

    [Fact]
    public void Small_frames_travel_in_one_group_and_arrive_in_order()
    {
        byte[] page = [0x02, 0x12, 0x34, 0x00, .. PatternAt(0, 256)];
        byte[] status = new byte[2];
        int before = 0;

        Run(async bus =>
        {
            before = _usb.Groups.Count;
            await bus.ExecuteAsync([Frame(0x06), new(page), new(new byte[] { 0x05 }, status)], Cancel);
            Assert.Equal(before + 1, _usb.Groups.Count);
        });

        Assert.Equal(["06", Convert.ToHexString(page), "05FFFF"], _usb.Frames.Select(Convert.ToHexString));
        Assert.Equal(PatternAt(1, 2), status);
        Assert.Equal(1 + 9 + 1, _usb.Groups[before].In); // one transfer per data packet: 1, 260 = 8 x 31 + 12, 3 bytes
    }

    [Fact]
    public void A_long_read_keeps_two_groups_in_flight_and_arrives_whole()
    {
        byte[] data = [];

        Run(async bus => data = await ReadAsync(bus, 64 * 1024));

        Assert.Equal(PatternAt(1, 64 * 1024), data);
        Assert.Equal(2, _usb.InFlightMax);
        Assert.All(_usb.Groups, group => Assert.InRange(group.OutBytes, 0, 129 * 32));
        Assert.All(_usb.Groups, group => Assert.InRange(group.In, 0, 129));
        Assert.False(_usb.IsSelected);
    }

    [Theory]
    [MemberData(nameof(LengthsAroundAGroup))]
    public void A_frame_ends_in_the_group_that_carries_its_last_byte(int length)
    {
        byte[] data = [];

        Run(async bus =>
        {
            data = await ReadAsync(bus, length);
            int groups = (length + 1 + 30) / 31 <= 127 ? 1 : 2;
            Assert.Equal(groups, _usb.Groups.Count - GroupsOfOpening);
        });

        Assert.Equal(PatternAt(1, length), data);
        Assert.Single(_usb.Frames);
    }

    public static TheoryData<int> LengthsAroundAGroup() =>
        [.. Enumerable.Range(127 * 31 - 3, 6), 128 * 31 - 2, 128 * 31 - 1, 128 * 31];

    [Fact]
    public void A_short_delay_is_made_by_the_device_within_the_group()
    {
        Run(async bus =>
        {
            await bus.ExecuteAsync(
                [Frame(0x02) with { DelayAfter = TimeSpan.FromMicroseconds(320) }, Frame(0x05)], Cancel);
            Assert.Equal(GroupsOfOpening + 1, _usb.Groups.Count);
        });

        Assert.InRange(_usb.Gaps[1].TotalMicroseconds, 320, 340);
    }

    [Theory]
    [InlineData(1.9)]
    [InlineData(5)]
    [InlineData(1500.5)]
    public void A_long_delay_is_waited_for_by_the_host_and_never_shortened(double milliseconds)
    {
        Run(bus => bus.ExecuteAsync(
            [Frame(0x02) with { DelayAfter = TimeSpan.FromMilliseconds(milliseconds) }, Frame(0x05)], Cancel).AsTask());

        Assert.Equal(2, _usb.Frames.Count);
        Assert.InRange(_usb.Gaps[1].TotalMilliseconds, milliseconds, milliseconds + 2);
    }

    [Fact]
    public void The_time_limit_grows_with_what_is_queued()
    {
        Run(bus => ReadAsync(bus, 64 * 1024));

        var groups = _usb.Groups.Skip(GroupsOfOpening).ToList();
        Assert.Equal(1 + 2 * 4096 / 50_000.0, groups[0].Limit.TotalSeconds, 3);
        Assert.Equal(1 + 2 * 8192 / 50_000.0, groups[1].Limit.TotalSeconds, 3);
        Assert.Equal(1 + 2 * 8192 / 50_000.0, groups[2].Limit.TotalSeconds, 3);
    }

    [Fact]
    public void A_cancelled_read_ends_early_with_chip_select_high_and_the_bus_in_order()
    {
        using var cancel = new CancellationTokenSource();

        Run(async bus =>
        {
            _usb.OnSubmit = () => CancelAtGroup(cancel, GroupsOfOpening + 4);
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => bus.ExecuteAsync([new(new byte[] { 0x03 }, new byte[64 * 1024])], cancel.Token).AsTask());
            Assert.False(_usb.IsSelected);
            Assert.Equal(PatternAt(1, 40), await ReadAsync(bus, 40));
        });

        Assert.InRange(_usb.Frames[0].Length, 4 * 3900, 6 * 4000);
    }

    [Fact]
    public void A_frame_that_writes_is_never_cut()
    {
        byte[] command = [0x02, .. PatternAt(0, 64 * 1024)];
        using var cancel = new CancellationTokenSource();

        Run(async bus =>
        {
            _usb.OnSubmit = () => CancelAtGroup(cancel, GroupsOfOpening + 2);
            await bus.ExecuteAsync([Frame(0x06), new(command), Frame(0x04)], cancel.Token);
        });

        Assert.True(cancel.IsCancellationRequested);
        Assert.Equal([1, command.Length, 1], _usb.Frames.Select(frame => frame.Length));
        Assert.Equal(command, _usb.Frames[1]);
    }

    [Fact]
    public void A_call_that_is_cancelled_already_sends_nothing()
    {
        Run(async bus =>
        {
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => bus.ExecuteAsync([Frame(0x06)], new CancellationToken(canceled: true)).AsTask());
            Assert.Equal(GroupsOfOpening, _usb.Groups.Count);
        });
    }

    [Fact]
    public void Frames_without_a_command_and_negative_delays_are_refused()
    {
        Run(async bus =>
        {
            await Assert.ThrowsAsync<ArgumentException>(() => bus.ExecuteAsync([new(default)], Cancel).AsTask());
            await Assert.ThrowsAsync<ArgumentException>(() => bus.ExecuteAsync(
                [Frame(0x06) with { DelayAfter = TimeSpan.FromTicks(-1) }], Cancel).AsTask());
            await bus.ExecuteAsync([], Cancel);
        });

        Assert.Empty(_usb.Frames);
    }

    [Fact]
    public void After_disposal_nothing_is_sent_any_more()
    {
        _time.Run(async () =>
        {
            Ch341aProgrammer bus = await Ch341aProgrammer.OpenAsync(_usb, _time, Cancel);
            await bus.DisposeAsync();
            await bus.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => bus.ExecuteAsync([Frame(6)], Cancel).AsTask());
        });

        Assert.Single(_usb.Log, "ABB74020");
        Assert.Equal("ABB74020", _usb.Log[^1]);
    }

    // Drain, configuration, pins, echo.
    private const int GroupsOfOpening = 4;

    private void CancelAtGroup(CancellationTokenSource cancel, int group)
    {
        if (_usb.Groups.Count == group)
            cancel.Cancel();
    }

    private void Run(Func<ISpiBus, Task> work) => _time.Run(async () =>
    {
        await using Ch341aProgrammer bus = await Ch341aProgrammer.OpenAsync(_usb, _time, Cancel);
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
