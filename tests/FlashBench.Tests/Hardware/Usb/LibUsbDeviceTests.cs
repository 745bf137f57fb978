using FlashBench.Hardware;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Usb;

public sealed class LibUsbDeviceTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60), Short = TimeSpan.FromMilliseconds(30);
    private static readonly Outcome Hangs = new(Status: null);

    private readonly ScriptedLibUsb _library = new(new ScriptedUsbPort(0x0403, 0x6010, 3, [1]));
    private readonly LibUsbHost _host;
    private readonly LibUsbDevice _device;

    public LibUsbDeviceTests()
    {
        _host = new LibUsbHost(_library, TimeProvider.System);
        _device = _host.Open(UsbSelector.Parse("3-1"), 0);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task A_group_is_submitted_in_order_and_every_transfer_says_how_it_ended()
    {
        _library.Answer = (t, bytes) => t.Endpoint switch
        {
            0x81 => new(LibUsbStatus.Completed, [0x32, 0x60, 7]),
            0x02 => new(LibUsbStatus.Completed, Length: bytes.Length),
            _ => new(LibUsbStatus.Stall, Length: 1),
        };
        UsbTransfer[] group = [new(0x81, new byte[512]), new(0x02, new byte[3]), new(0x83, new byte[4])];

        await _device.SubmitAsync(group, Long, Cancel);

        Assert.Equal([0x81, 0x02, 0x83], _library.Submitted.Select(t => (int)t.Endpoint));
        Assert.All(_library.Submitted, t => Assert.Equal((LibUsbTransfer.KindBulk, 0u), (t.Kind, t.TimeoutMs)));
        Assert.Equal(
            [(UsbTransferStatus.Completed, 3), (UsbTransferStatus.Completed, 3), (UsbTransferStatus.Stalled, 1)],
            group.Select(t => (t.Status, t.Length)));
        Assert.Equal([0x32, 0x60, 7], group[0].Buffer[..3].ToArray());
    }

    [Fact]
    public async Task What_is_sent_is_what_the_buffer_holds_also_in_the_middle_of_an_array()
    {
        byte[] seen = [];
        _library.Answer = (_, bytes) =>
        {
            seen = bytes;
            return new(LibUsbStatus.Completed, Length: bytes.Length);
        };

        await _device.SubmitAsync([new(0x02, new byte[] { 1, 2, 3, 4, 5 }.AsMemory(1, 3))], Long, Cancel);

        Assert.Equal([2, 3, 4], seen);
    }

    [Fact]
    public async Task The_time_limit_cancels_the_last_first_and_reports_what_had_moved()
    {
        _library.Answer = (t, _) => t.Endpoint == 0x82 ? Hangs with { Data = [9, 8] } : Hangs;
        UsbTransfer[] group = [new(0x81, new byte[8]), new(0x82, new byte[8]), new(0x83, new byte[8])];

        await _device.SubmitAsync(group, Short, Cancel);

        Assert.Equal([0x83, 0x82, 0x81], _library.CancelOrder.Select(endpoint => (int)endpoint));
        Assert.All(group, t => Assert.Equal(UsbTransferStatus.TimedOut, t.Status));
        Assert.Equal([0, 2, 0], group.Select(t => t.Length));
        Assert.Equal([9, 8], group[1].Buffer[..2].ToArray());
        Assert.Equal(0, _library.InFlight);
    }

    [Fact]
    public async Task A_cancelled_group_is_drained_before_the_call_returns()
    {
        using var cancel = new CancellationTokenSource();
        _library.Answer = (_, _) => Hangs;
        UsbTransfer[] group = [new(0x81, new byte[8]), new(0x81, new byte[8])];

        Task call = _device.SubmitAsync(group, Long, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.All(group, t => Assert.Equal(UsbTransferStatus.Cancelled, t.Status));
        Assert.Equal(0, _library.InFlight);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_already_submits_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _device.SubmitAsync([new(0x81, new byte[8])], Long, new CancellationToken(canceled: true)));

        Assert.Empty(_library.Submitted);
    }

    [Fact]
    public async Task Groups_overlap_and_the_native_transfers_are_used_again()
    {
        for (int round = 0; round < 50; round++)
        {
            Task[] calls = [.. Enumerable.Range(0, 4).Select(_ => _device.SubmitAsync(
                [.. Enumerable.Range(0, 32).Select(_ => new UsbTransfer(0x81, new byte[32]))], Long, Cancel))];
            await Task.WhenAll(calls);
        }

        Assert.Equal(50 * 4 * 32, _library.Submitted.Count);
        Assert.InRange(_library.AllocatedEver, 32, 4 * 32);
    }

    [Fact]
    public async Task An_unplugged_device_makes_every_transfer_say_so()
    {
        _library.Answer = (_, _) => Hangs;
        UsbTransfer[] group = [new(0x81, new byte[8]), new(0x02, new byte[8])];
        Task call = _device.SubmitAsync(group, Long, Cancel);

        _library.EndAll(LibUsbStatus.NoDevice);
        await call;
        _library.Refuse = _ => LibUsbError.NoDevice;
        UsbTransfer late = new(0x81, new byte[8]);
        await _device.SubmitAsync([late], Long, Cancel);

        Assert.All(group, t => Assert.Equal(UsbTransferStatus.NoDevice, t.Status));
        Assert.Equal(UsbTransferStatus.NoDevice, late.Status);
    }

    [Fact]
    public async Task A_device_that_goes_while_a_group_is_submitted_leaves_nothing_pending()
    {
        _library.Answer = (_, _) => new(LibUsbStatus.NoDevice);
        _library.Refuse = index => index < 2 ? LibUsbError.Success : LibUsbError.NoDevice;
        UsbTransfer[] group = [.. Enumerable.Range(0, 5).Select(_ => new UsbTransfer(0x81, new byte[8]))];

        await _device.SubmitAsync(group, Long, Cancel);

        Assert.All(group, t => Assert.Equal(UsbTransferStatus.NoDevice, t.Status));
    }

    [Fact]
    public async Task A_transfer_that_the_library_refuses_is_an_error_with_its_name_and_the_rest_is_cancelled()
    {
        _library.Answer = (_, _) => Hangs;
        _library.Refuse = index => index < 2 ? LibUsbError.Success : LibUsbError.NoMemory;
        UsbTransfer[] group = [.. Enumerable.Range(0, 4).Select(_ => new UsbTransfer(0x81, new byte[8]))];

        var error = await Assert.ThrowsAsync<ProgrammerException>(() => _device.SubmitAsync(group, Long, Cancel));

        Assert.Contains("LIBUSB_ERROR_NOMEMORY", error.Message, StringComparison.Ordinal);
        Assert.Contains("3-1", error.Message, StringComparison.Ordinal);
        Assert.All(group, t => Assert.Equal(UsbTransferStatus.Cancelled, t.Status));
        Assert.Equal(0, _library.InFlight);
    }

    [Theory]
    [InlineData(LibUsbStatus.Error, UsbTransferStatus.Failed)]
    [InlineData(LibUsbStatus.Overflow, UsbTransferStatus.Failed)]
    [InlineData(LibUsbStatus.Stall, UsbTransferStatus.Stalled)]
    [InlineData(LibUsbStatus.NoDevice, UsbTransferStatus.NoDevice)]
    internal async Task Statuses_keep_their_meaning(LibUsbStatus native, UsbTransferStatus expected)
    {
        _library.Answer = (_, _) => new(native);
        var transfer = new UsbTransfer(0x81, new byte[8]);

        await _device.SubmitAsync([transfer], Long, Cancel);

        Assert.Equal(expected, transfer.Status);
    }

    [Fact]
    public async Task A_control_request_out_carries_setup_and_data()
    {
        byte[] seen = [];
        _library.Answer = (t, bytes) =>
        {
            seen = bytes;
            return new(LibUsbStatus.Completed, Length: bytes.Length - 8);
        };

        int moved = await _device.ControlAsync(new(0x40, 0x09, 0x0102, 0x0001), new byte[] { 5 }, Long, Cancel);

        Assert.Equal(1, moved);
        Assert.Equal("4009020101000100" + "05", Convert.ToHexString(seen));
        LibUsbTransfer native = Assert.Single(_library.Submitted);
        Assert.Equal((LibUsbTransfer.KindControl, (byte)0), (native.Kind, native.Endpoint));
    }

    [Fact]
    public async Task A_control_request_in_returns_what_came()
    {
        _library.Answer = (_, _) => new(LibUsbStatus.Completed, [0xAB, 0xCD]);
        byte[] data = new byte[4];

        int moved = await _device.ControlAsync(new(0xC0, 0x05, 0, 1), data, Long, Cancel);

        Assert.Equal(2, moved);
        Assert.Equal([0xAB, 0xCD, 0, 0], data);
    }

    [Fact]
    public async Task A_control_request_that_is_stalled_or_takes_too_long_is_an_error()
    {
        _library.Answer = (t, _) => _library.Submitted.Count == 1 ? new(LibUsbStatus.Stall) : Hangs;

        var stalled = await Assert.ThrowsAsync<ProgrammerException>(
            () => _device.ControlAsync(new(0x40, 9, 1, 1), default, Long, Cancel));
        var late = await Assert.ThrowsAsync<ProgrammerException>(
            () => _device.ControlAsync(new(0x40, 9, 1, 1), default, Short, Cancel));

        Assert.Contains("Stalled", stalled.Message, StringComparison.Ordinal);
        Assert.Contains("TimedOut", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_that_the_device_does_not_survive_is_an_error()
    {
        await _device.ResetAsync(Cancel);
        _library.ResetError = LibUsbError.NotFound;

        var error = await Assert.ThrowsAsync<ProgrammerException>(() => _device.ResetAsync(Cancel));

        Assert.Contains("did not come back", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_cancels_what_is_in_flight_frees_everything_and_refuses_more()
    {
        _library.Answer = (_, _) => Hangs;
        var transfer = new UsbTransfer(0x81, new byte[8]);
        Task call = _device.SubmitAsync([transfer], Long, Cancel);

        await _device.DisposeAsync();
        await call;

        Assert.Equal(UsbTransferStatus.Cancelled, transfer.Status);
        Assert.Equal(0, _library.Allocated);
        Assert.Equal("close 1", _library.Log[^1]);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _device.SubmitAsync([transfer], Long, Cancel));
    }

    [Fact]
    public void A_library_that_keeps_cancelled_transfers_is_left_with_an_error_and_its_memory()
    {
        var time = new VirtualTime();
        var library = new ScriptedLibUsb(new ScriptedUsbPort(0x0403, 0x6010, 3, [1]))
        {
            Answer = (_, _) => Hangs,
            GivesBack = false,
        };
        using var host = new LibUsbHost(library, time);
        LibUsbDevice device = host.Open(UsbSelector.Parse("3-1"), 0);

        time.Run(async () =>
        {
            await Assert.ThrowsAsync<ProgrammerException>(
                () => device.SubmitAsync([new(0x81, new byte[8])], TimeSpan.FromSeconds(1), Cancel));
            await device.DisposeAsync();
        });

        Assert.Equal(TimeSpan.FromSeconds(6), time.GetElapsedTime(0));
        Assert.DoesNotContain("close 1", library.Log);
        Assert.Equal(1, library.Allocated);
    }
}
