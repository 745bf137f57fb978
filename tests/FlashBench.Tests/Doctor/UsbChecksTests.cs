using FlashBench.Bench.Doctor;

namespace FlashBench.Tests.Doctor;

public sealed class UsbChecksTests : IDisposable
{
    private readonly DoctorHost _host = new();

    [Fact]
    public void Brltty_that_runs_is_a_problem_and_one_that_waits_is_a_warning()
    {
        const string Rules = "/usr/lib/udev/rules.d/85-brltty.rules";
        _host.Files.With(Rules, "# 0403 is FTDI\nENV{PRODUCT}==\"1a86/7523/*\", RUN+=\"brltty\"\n");
        HostFinding waiting = _host.OnlyFault("brltty");
        Assert.Equal(Soundness.Warning, waiting.Soundness);
        Assert.Equal(
            "sudo ln -sf /dev/null /etc/udev/rules.d/85-brltty.rules && sudo udevadm control --reload", waiting.Mend);

        _host.Files.Program(77, "brltty");
        HostFinding running = _host.OnlyFault("brltty");
        Assert.Equal(Soundness.Problem, running.Soundness);
        Assert.StartsWith("sudo systemctl mask --now brltty", running.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_brltty_that_claim_no_adapter_or_are_switched_off_are_sound()
    {
        const string Name = "85-brltty.rules";
        _host.Files.With($"/usr/lib/udev/rules.d/{Name}", "# 1a86 0403\nENV{PRODUCT}==\"0f4e/100/*\"\n");
        Assert.Empty(_host.Faults("brltty"));

        _host.Files.With($"/usr/lib/udev/rules.d/{Name}", "ENV{PRODUCT}==\"1a86/7523/*\"\n")
            .Link($"/etc/udev/rules.d/{Name}", "/dev/null");
        Assert.Empty(_host.Faults("brltty"));
    }

    [Fact]
    public void Modemmanager_that_is_told_to_keep_off_is_sound()
    {
        _host.Files.Program(88, "ModemManager");

        Assert.Empty(_host.Faults("modemmanager"));
    }

    [Theory]
    [InlineData(false, Soundness.Problem)]
    [InlineData(null, Soundness.Unknown)]
    public void Modemmanager_is_judged_by_what_udev_noted_about_the_port(bool? keepsOff, Soundness expected)
    {
        _host.Files.Program(88, "ModemManager").Without("/run/udev/data").Tty("ttyUSB0", "1-3", 1, keepsOff)
            .Tty("ttyUSB1", "1-4.3", 0);

        HostFinding fault = _host.OnlyFault("modemmanager");

        Assert.Equal((expected, "b02"), (fault.Soundness, fault.Bench));
    }

    [Fact]
    public void Modemmanager_without_our_rules_is_a_problem()
    {
        _host.Files.Program(88, "ModemManager").Without("/etc/udev/rules.d/59-flashbench.rules");

        Assert.Equal(Soundness.Problem, Assert.Single(_host.Faults("modemmanager")).Soundness);
    }

    [Fact]
    public void A_ch341_in_serial_mode_at_the_bench_s_port_is_a_problem()
    {
        _host.Files.Without("/sys/bus/usb/devices/1-4.2").Device("1-4.2", "1a86:5523");

        HostFinding fault = Assert.Single(_host.Faults("ch341-mode"));

        Assert.Equal((Soundness.Problem, "b01"), (fault.Soundness, fault.Bench));
        Assert.Contains("jumper", fault.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1a86:5523", 1)]
    [InlineData("1a86:7523", 0)]
    public void Elsewhere_only_the_programmer_board_is_suspected(string model, int faults)
    {
        _host.Files.Device("1-6", model);

        Assert.Equal(faults, _host.Faults("ch341-mode").Length);
    }

    [Theory]
    [InlineData("ftdi_sio", "echo 1-3:1.0 | sudo tee /sys/bus/usb/drivers/ftdi_sio/unbind")]
    [InlineData("usbfs", "sudo fuser -v /dev/bus/usb/001/")]
    public void A_driver_on_the_channel_of_the_chip_is_told(string driver, string mend)
    {
        _host.Files.Ft2232h("1-3", "FT4XYZ", driver: driver);

        HostFinding fault = _host.OnlyFault("ftdi-channel");

        Assert.Equal((Soundness.Warning, "b02"), (fault.Soundness, fault.Bench));
        Assert.StartsWith(mend, fault.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_programmer_that_may_be_suspended_is_told()
    {
        _host.Files.Device("1-4.2", "1a86:5512", power: "auto");

        Assert.Equal(
            "echo on | sudo tee /sys/bus/usb/devices/1-4.2/power/control", _host.OnlyFault("autosuspend").Mend);
    }

    [Fact]
    public void An_ft2232h_at_full_speed_is_told()
    {
        _host.Files.Ft2232h("1-3", "FT4XYZ", speed: "12");

        Assert.Contains("12 Mbit/s", _host.OnlyFault("usb-speed").Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "480", 2, null)] // two fit into one translator
    [InlineData(1, "480", 3,
        "3 CH341A at USB 1-5.1, 1-5.2, 1-5.3 share the 12 Mbit/s of hub USB 1-5; two get full speed")]
    [InlineData(2, "480", 4, null)] // one translator a port
    [InlineData(0, "12", 1, "the CH341A at USB 1-5.1 behind USB 1-5, a hub of 12 Mbit/s in all")]
    public void The_translators_of_hubs_are_counted(int protocol, string speed, int programmers, string? expected)
    {
        _host.Files.Hub("1-5", speed, protocol);
        for (int i = 1; i <= programmers; i++)
            _host.Files.Ch341a($"1-5.{i}");

        Assert.Equal(expected, _host.Faults("usb-speed").SingleOrDefault()?.Sentence);
    }

    [Fact]
    public void A_full_speed_hub_behind_a_translator_shares_what_it_gets()
    {
        _host.Files.Hub("1-5", protocol: 2).Hub("1-5.1", speed: "12", protocol: 0).Ch341a("1-5.1.1").Ch341a("1-5.1.2");

        Assert.Equal(
            "2 CH341A at USB 1-5.1.1, 1-5.1.2 behind USB 1-5.1, a hub of 12 Mbit/s in all",
            _host.OnlyFault("usb-speed").Sentence);
    }

    [Fact]
    public void Programmers_at_the_host_itself_share_nothing()
    {
        for (int port = 5; port < 15; port++)
            _host.Files.Ch341a($"1-{port}");

        Assert.Empty(_host.Faults("usb-speed"));
    }

    [Theory]
    [InlineData("FT4XYZ", Soundness.Problem)] // a bench names it
    [InlineData("OTHER", Soundness.Warning)]
    public void Two_devices_with_one_serial_number_are_told(string serial, Soundness expected)
    {
        _host.Files.Ft2232h("1-7", serial).Ft2232h("1-8", serial);

        HostFinding fault = Assert.Single(_host.Faults("duplicate-serials"));

        Assert.Equal(expected, fault.Soundness);
        Assert.Contains("\"port\": \"1-", fault.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_of_two_kinds_may_have_one_serial_number()
    {
        _host.Files.Device("1-7", "10c4:ea60", serial: "1").Device("1-8", "067b:2303", serial: "1");

        Assert.Empty(_host.Faults("duplicate-serials"));
    }

    [Fact]
    public void Virtual_devices_are_named_as_such()
    {
        _host.Files.Root(3, isVirtual: true).Ch341a("3-1")
            .Device("1-9", "1a86:5512", product: "FlashBench virtual CH341A");

        HostFinding fault = _host.OnlyFault("virtual-devices");

        Assert.Equal(Soundness.Warning, fault.Soundness);
        Assert.Contains("USB 1-9, 3-1;", fault.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_libusb_a_programmer_on_usb_cannot_be_used()
    {
        _host.Files.LibUsbFault = "libusb-1.0 is not installed";
        Assert.Equal(Soundness.Problem, _host.OnlyFault("libusb").Soundness);

        _host.Config = DoctorHost.VirtualOnly;
        Assert.Equal(Soundness.Warning, _host.OnlyFault("libusb").Soundness);
    }

    public void Dispose() => _host.Dispose();
}
