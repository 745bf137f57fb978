using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Programmers;

public sealed class Ch341aRecoveryTests : IAsyncDisposable
{
    private readonly VirtualTime _time = new();
    private readonly ScriptedCh341a _usb;

    public Ch341aRecoveryTests() => _usb = new ScriptedCh341a(_time) { Chip = heard => (byte)(heard.Count & 0xFF) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _usb.DisposeAsync();

    [Fact]
    public void A_wedged_device_is_configured_anew_the_operation_fails_and_the_next_one_works()
    {
        ProgrammerException? error = null;

        Run(async bus =>
        {
            _usb.Log.Clear();
            WedgeAt(Wedge.UntilConfigured, answer: 300);
            error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 64 * 1024));
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });

        Assert.Contains("did not complete", error!.Message, StringComparison.Ordinal);
        Assert.Equal(["cancelled", "stale packet taken", "AA6100", "ABB77F20", "A8FF"], _usb.Log[..5]);
        Assert.DoesNotContain("reset", _usb.Log);
    }

    [Fact]
    public void The_order_is_cancel_wait_drain_configure_then_reset()
    {
        TimeSpan failed = default, recovered = default;

        Run(async bus =>
        {
            _usb.Log.Clear();
            WedgeAt(Wedge.UntilReset, answer: 5);
            _usb.OnSubmit = () => failed = failed == default ? _time.GetElapsedTime(0) : failed;
            await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 64 * 1024));
            recovered = _time.GetElapsedTime(0);
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });

        Assert.Equal(
            ["cancelled", "stale packet taken", "AA6100", "reset", "AA6100", "ABB77F20", "A8FF"], _usb.Log[..7]);
        Assert.InRange((recovered - failed).TotalSeconds, 1, 4); // time limit, pause, drain, a dead attempt
    }

    [Fact]
    public void A_write_that_failed_is_not_repeated()
    {
        byte[] page = [0x02, 0, 0, 0, .. new byte[256]];

        Run(async bus =>
        {
            WedgeAt(Wedge.UntilConfigured, answer: 4);
            await Assert.ThrowsAsync<ProgrammerException>(
                () => bus.ExecuteAsync([new(new byte[] { 0x06 }), new(page)], Cancel).AsTask());
        });

        Assert.Equal(1, _usb.Frames.Count(frame => frame[0] == 0x06));
        Assert.Equal(1, _usb.Frames.Count(frame => frame[0] == 0x02)); // the torn one, ended by the recovery
        Assert.False(_usb.IsSelected);
    }

    [Fact]
    public void A_device_that_stays_dead_is_to_be_plugged_in_again_and_is_left_alone()
    {
        Run(async bus =>
        {
            WedgeAt(Wedge.ForGood, answer: 5);
            var error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 1000));
            Assert.Contains("plug it in again", error.Message, StringComparison.Ordinal);

            int groups = _usb.Groups.Count;
            error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 1));
            Assert.Contains("plug it in again", error.Message, StringComparison.Ordinal);
            Assert.Equal(groups, _usb.Groups.Count);
        });

        Assert.Single(_usb.Log, "reset");
        Assert.True(_usb.Disposed);
    }

    [Fact]
    public void An_unplugged_device_fails_at_once()
    {
        Run(async bus =>
        {
            _usb.Unplugged = true;
            TimeSpan start = _time.GetElapsedTime(0);
            var error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 1000));
            Assert.Contains("NoDevice", error.Message, StringComparison.Ordinal);
            Assert.Contains("plug it in again", error.Message, StringComparison.Ordinal);
            Assert.True(_time.GetElapsedTime(start.Ticks) < TimeSpan.FromSeconds(1));
        });

        Assert.True(_usb.Disposed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(500)]
    public void A_short_answer_is_a_fault_and_never_data(int packet)
    {
        Run(async bus =>
        {
            _usb.ShortAnswerAt = _usb.Answers + packet;
            var error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 16 * 1024));
            Assert.Contains("30 of 31 bytes", error.Message, StringComparison.Ordinal);
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });
    }

    [Fact]
    public void Opening_a_wedged_device_resets_it()
    {
        WedgeAt(Wedge.UntilReset, answer: 0);

        Run(async bus => Assert.Equal([1, 2, 3], await ReadAsync(bus, 3)));

        Assert.Single(_usb.Log, "reset");
    }

    [Fact]
    public void Opening_a_dead_device_fails_and_disposes_it()
    {
        WedgeAt(Wedge.ForGood, answer: 0);

        var error = Assert.Throws<ProgrammerException>(() => Run(_ => Task.CompletedTask));

        Assert.Contains("plug it in again", error.Message, StringComparison.Ordinal);
        Assert.True(_usb.Disposed);
    }

    private void WedgeAt(Wedge wedge, int answer) => (_usb.Wedge, _usb.WedgeAtAnswer) = (wedge, _usb.Answers + answer);

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
}
