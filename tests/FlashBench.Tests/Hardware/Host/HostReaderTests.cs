using FlashBench.Hardware.Host;
using FlashBench.Hardware.Usb;

namespace FlashBench.Tests.Hardware.Host;

public sealed class HostReaderTests : IDisposable
{
    private readonly SysfsTree _files = SysfsTree.Healthy();

    [Fact]
    public void Devices_are_read_with_what_matters_to_a_bench()
    {
        _files.Hub("1-4", protocol: 2).Ch341a("1-4.2").Ft2232h("1-3", "FT4XYZ", driver: "ftdi_sio");

        HostSnapshot host = _files.Read();

        UsbPart ch341a = host.At("1-4.2")!, ftdi = host.At("1-3")!, hub = host.At("1-4")!;
        Assert.Equal(new UsbModel(0x1A86, 0x5512), ch341a.Model);
        Assert.Equal((12, null, "on", "1-4"), (ch341a.Speed, ch341a.Serial, ch341a.PowerControl, ch341a.Parent));
        Assert.Equal(("FT4XYZ", 480, "usb1"), (ftdi.Serial, ftdi.Speed, ftdi.Parent));
        Assert.Equal(
            [(0, "ftdi_sio"), (1, "ftdi_sio")], ftdi.Drivers.OrderBy(d => d.Key).Select(d => (d.Key, d.Value)));
        Assert.Equal((true, 2), (hub.IsHub, hub.Protocol));
        Assert.True(ch341a.Node is { Exists: true, Usable: true });
        Assert.Equal(_files.NodeAt("1-4.2"), ch341a.Node.Path);
    }

    [Fact]
    public void A_serial_port_knows_its_adapter_and_what_udev_told_modemmanager()
    {
        _files.Ft2232h("1-3", "FT4XYZ").Tty("ttyUSB10", "1-3", 1).Tty("ttyUSB2", "1-3", 0, keepsModemManagerOff: null)
            .With("/sys/class/tty/tty0/dev", "4:0\n");

        IReadOnlyList<SerialPort> ports = _files.Read().SerialPorts;

        Assert.Equal(
            [("ttyUSB2", "1-3", 0, (bool?)null), ("ttyUSB10", "1-3", 1, true)],
            ports.Select(port => (port.Name, port.UsbPort, port.Interface, port.ModemManagerKeepsOff)));
    }

    [Fact]
    public void A_link_below_dev_leads_to_the_node()
    {
        _files.Ft2232h("1-3", "FT4XYZ").Tty("ttyUSB0", "1-3", 1).Link("/dev/serial/by-id/mine", "../../ttyUSB0");

        DeviceNode node = _files.Read("/dev/serial/by-id/mine", "/dev/nothing").Nodes["/dev/serial/by-id/mine"];

        Assert.Equal(("/dev/ttyUSB0", true), (node.Path, node.Exists));
    }

    [Fact]
    public void Relays_and_sensors_know_whether_they_are_plugged_in()
    {
        _files.Ch341a("1-1").Gpio("gpiochip0", port: null).Gpio("gpiochip1", "1-1").I2c("i2c-10", "MCP2221", "1-1")
            .I2c("i2c-2", "SMBus I801 adapter at efa0", port: null);

        HostSnapshot host = _files.Read();

        Assert.Equal(
            [("gpiochip0", null), ("gpiochip1", "1-1")], host.GpioChips.Select(chip => (chip.Name, chip.UsbPort)));
        Assert.Equal([("i2c-2", null), ("i2c-10", "1-1")], host.I2cAdapters.Select(bus => (bus.Name, bus.UsbPort)));
        Assert.Equal(("relays", 8), (host.GpioChips[0].Label, host.GpioChips[0].Lines));
    }

    [Fact]
    public void The_user_has_the_groups_of_the_process_and_those_of_the_next_login()
    {
        _files.With("/proc/self/status", "Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\nGroups:\t46\n");

        UserAccount user = _files.Read().User;

        Assert.Equal(("anna", 1000u), (user.Name, user.Id));
        Assert.Equal(["plugdev", "anna"], user.Groups);
        Assert.Equal(["dialout", "plugdev", "gpio", "i2c"], user.Registered);
    }

    [Fact]
    public void A_device_on_a_virtual_bus_is_virtual()
    {
        _files.Root(3, isVirtual: true).Ch341a("3-1").Ch341a("1-1");

        HostSnapshot host = _files.Read();

        Assert.True(host.At("3-1")!.IsVirtual);
        Assert.False(host.At("1-1")!.IsVirtual);
    }

    [Fact]
    public void The_first_rules_folder_hides_the_others_and_a_link_to_null_switches_off()
    {
        _files.With($"/usr/lib/udev/rules.d/{UdevRules.FileName}", "old\n")
            .With("/usr/lib/udev/rules.d/85-brltty.rules", "ENV{PRODUCT}==\"1a86/7523/*\"\n")
            .Link("/etc/udev/rules.d/85-brltty.rules", "/dev/null");

        HostSnapshot host = _files.Read();

        Assert.Equal(($"/etc/udev/rules.d/{UdevRules.FileName}", UdevRules.Text), (host.Rules!.Path, host.Rules.Text));
        Assert.True(Assert.Single(host.BrailleRules).Masked);
    }

    [Fact]
    public void An_empty_host_reads_as_empty()
    {
        using var nothing = new SysfsTree();

        HostSnapshot host = nothing.Read("/dev/ttyS0");

        Assert.False(host.HasUsb);
        Assert.Empty(host.Usb);
        Assert.Null(host.Rules);
        Assert.Null(host.Programs);
        Assert.Null(host.Sleep.Kernel);
        Assert.False(host.Nodes["/dev/ttyS0"].Exists);
    }

    [Fact]
    public void This_machine_can_be_read()
    {
        HostSnapshot host = HostReader.Read(new HostTree(), new HostProbes(), ["/dev/null"]);

        Assert.True(host.Nodes["/dev/null"] is { Exists: true, Usable: true });
        Assert.NotNull(host.Programs);
    }

    public void Dispose() => _files.Dispose();
}
