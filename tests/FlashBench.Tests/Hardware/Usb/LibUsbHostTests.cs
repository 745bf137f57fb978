using FlashBench.Hardware;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Usb;

public sealed class LibUsbHostTests
{
    private static readonly ScriptedUsbPort Ch341a = new(0x1A86, 0x5512, 1, [4, 2]) { ProductText = "USB UART-LPT" };

    private static readonly ScriptedUsbPort Ftdi =
        new(0x0403, 0x6010, 3, [1]) { ProductText = "Dual RS232-HS", Serial = "FT4X1Y2Z" };

    private static readonly ScriptedUsbPort Hub = new(0x1D6B, 0x0002, 1, []) { DeviceClass = 9 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_list_shows_ids_strings_and_port_paths_and_leaves_hubs_out()
    {
        using LibUsbHost host = Host(new ScriptedLibUsb(Hub, Ch341a, Ftdi));

        Assert.Equal(
            [
                new UsbDeviceEntry(new(0x1A86, 0x5512, 0x0700, "USB UART-LPT", "1-4.2", null), null),
                new UsbDeviceEntry(new(0x0403, 0x6010, 0x0700, "Dual RS232-HS", "3-1", "FT4X1Y2Z"), null),
            ],
            host.List());
    }

    [Fact]
    public void A_device_that_cannot_be_opened_is_listed_with_the_reason()
    {
        using LibUsbHost host = Host(new ScriptedLibUsb(Ftdi with { OpenError = LibUsbError.Access }));

        UsbDeviceEntry entry = Assert.Single(host.List());

        Assert.Equal("LIBUSB_ERROR_ACCESS", entry.Obstacle);
        Assert.Equal(("", null, "3-1"), (entry.Identity.Product, entry.Identity.Serial, entry.Identity.PortPath));
    }

    [Fact]
    public void Strings_of_a_device_cannot_steer_a_terminal()
    {
        using LibUsbHost host = Host(new ScriptedLibUsb(Ftdi with { ProductText = "a\u001b[2J\n" }));

        Assert.Equal("a?[2J?", Assert.Single(host.List()).Identity.Product);
    }

    [Theory]
    [InlineData("3-1")]
    [InlineData("FT4X1Y2Z")]
    [InlineData("serial:FT4X1Y2Z")]
    [InlineData("0403:6010")]
    public async Task A_device_is_opened_by_port_by_serial_number_or_by_model(string text)
    {
        var library = new ScriptedLibUsb(Ch341a, Ftdi);
        using LibUsbHost host = Host(library);

        await using LibUsbDevice device = host.Open(UsbSelector.Parse(text), 1);

        Assert.Equal("3-1", device.Identity.PortPath);
        Assert.Equal("FT4X1Y2Z", device.Identity.Serial);
        Assert.Contains("claim 1", library.Log);
    }

    [Theory]
    [InlineData("1-9")]
    [InlineData("FT0")]
    [InlineData("1A86:5523")]
    public void A_device_that_is_not_there_is_an_error_that_lists_what_is(string text)
    {
        using LibUsbHost host = Host(new ScriptedLibUsb(Ch341a, Ftdi));

        var error = Assert.Throws<ProgrammerException>(() => host.Open(UsbSelector.Parse(text), 0));

        Assert.Equal(PartCause.Unavailable, error.Cause);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains("1A86:5512 at 1-4.2, 0403:6010 at 3-1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_match_are_an_error_that_names_both_and_opens_neither()
    {
        var library = new ScriptedLibUsb(Ch341a, Ch341a with { Ports = [7] });
        using LibUsbHost host = Host(library);

        var error = Assert.Throws<ProgrammerException>(() => host.Open(UsbSelector.Parse("1a86:5512"), 0));

        Assert.Equal(PartCause.Ambiguous, error.Cause);
        Assert.Contains("1-4.2", error.Message, StringComparison.Ordinal);
        Assert.Contains("1-7", error.Message, StringComparison.Ordinal);
        Assert.Empty(library.Log);
    }

    [Theory]
    [InlineData("3-1")]
    [InlineData("FT4X1Y2Z")]
    public void Without_permission_the_message_gives_the_udev_line(string text)
    {
        using LibUsbHost host = Host(new ScriptedLibUsb(Ftdi with { OpenError = LibUsbError.Access }));

        var error = Assert.Throws<ProgrammerException>(() => host.Open(UsbSelector.Parse(text), 0));

        Assert.Equal(PartCause.Permission, error.Cause);
        Assert.Contains(
            "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"0403\", ATTR{idProduct}==\"6010\", MODE=\"0660\"", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_in_use_says_so_and_gets_its_driver_back()
    {
        var library = new ScriptedLibUsb(Ftdi with { ClaimError = LibUsbError.Busy, DriverOn = [0, 1] });
        using LibUsbHost host = Host(library);

        var error = Assert.Throws<ProgrammerException>(() => host.Open(UsbSelector.Parse("3-1"), 1));

        Assert.Equal(PartCause.Busy, error.Cause);
        Assert.Contains("in use by", error.Message, StringComparison.Ordinal);
        Assert.Equal(["open 1", "detach 1", "attach 1", "close 1"], library.Log[^4..]);
    }

    [Fact]
    public void Only_the_driver_of_the_claimed_interface_is_detached_and_it_comes_back_at_the_end()
    {
        var library = new ScriptedLibUsb(Ftdi with { DriverOn = [0, 1] });

        Close(library, interfaceNumber: 1);

        Assert.Equal(["open 1", "detach 1", "claim 1", "release 1", "attach 1", "close 1"], library.Log);
    }

    [Fact]
    public void An_interface_without_a_driver_is_left_without_one()
    {
        var library = new ScriptedLibUsb(Ftdi with { DriverOn = [1] });

        Close(library, interfaceNumber: 0);

        Assert.Equal(["open 1", "claim 0", "release 0", "close 1"], library.Log);
    }

    [Fact]
    public async Task The_library_is_left_when_the_host_and_the_last_device_are_closed()
    {
        var library = new ScriptedLibUsb(Ftdi);
        LibUsbHost host = Host(library);
        LibUsbDevice device = host.Open(UsbSelector.Parse("3-1"), 0);

        host.Dispose();
        Assert.False(library.Exited.IsCompleted);
        await device.DisposeAsync();

        await library.Exited.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(0, library.Allocated);
        Assert.Throws<ObjectDisposedException>(() => host.List());
    }

    [Fact]
    public void Without_the_library_the_message_names_the_package()
    {
        var library = new ScriptedLibUsb { Missing = new DllNotFoundException("libusb-1.0.so.0") };

        var error = Assert.Throws<ProgrammerException>(() => Host(library));

        Assert.Equal(PartCause.Unavailable, error.Cause);
        Assert.Contains("libusb-1.0-0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_too_old_is_no_crash()
    {
        var library = new ScriptedLibUsb { Missing = new EntryPointNotFoundException("libusb_get_port_numbers") };

        var error = Assert.Throws<ProgrammerException>(() => Host(library));

        Assert.Contains("too old", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_ends_when_the_device_is_plugged_in_again_and_opens_nothing()
    {
        var time = new VirtualTime();
        var library = new ScriptedLibUsb(Ch341a);
        using var host = new LibUsbHost(library, time);
        time.CreateTimer(_ => library.Ports.Add(Ftdi), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

        time.Run(() => host.WaitForAsync(UsbSelector.Parse("3-1"), TimeSpan.FromSeconds(10), Cancel));

        Assert.InRange(time.GetElapsedTime(0).TotalSeconds, 3, 3.3);
        Assert.Empty(library.Log);
    }

    [Fact]
    public void Waiting_gives_up_at_its_limit()
    {
        var time = new VirtualTime();
        using var host = new LibUsbHost(new ScriptedLibUsb(Ch341a), time);

        var error = Assert.Throws<ProgrammerException>(
            () => time.Run(() => host.WaitForAsync(UsbSelector.Parse("3-1"), TimeSpan.FromSeconds(2), Cancel)));

        Assert.Equal(PartCause.Unavailable, error.Cause);
        Assert.InRange(time.GetElapsedTime(0).TotalSeconds, 2, 2.3);
    }

    [Fact]
    public void The_installed_library_lists_devices()
    {
        LibUsbHost? host = null;
        try
        {
            host = new LibUsbHost(TimeProvider.System);
        }
        catch (ProgrammerException missing) when (missing.Cause == PartCause.Unavailable)
        {
            Assert.Skip(missing.Message);
        }

        using (host)
            Assert.All(host.List(), entry => Assert.NotEmpty(entry.Identity.PortPath));
    }

    private static LibUsbHost Host(ScriptedLibUsb library) => new(library, TimeProvider.System);

    private static void Close(ScriptedLibUsb library, int interfaceNumber)
    {
        var time = new VirtualTime();
        using var host = new LibUsbHost(library, time);
        time.Run(() => host.Open(UsbSelector.Parse("3-1"), interfaceNumber).DisposeAsync().AsTask());
    }
}
