using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Hardware.Console;

public sealed class TtyPortsTests : IDisposable
{
    private const string Host = "devices/pci0000:00/0000:00:14.0/usb1/1-4";

    private readonly TemporaryFolder _sys = new();
    private readonly TtyPorts _ports;

    public TtyPortsTests()
    {
        _ports = new TtyPorts(_sys.Path, "/dev");
        Adapter($"{Host}/1-4.2", "FB0002", "FT2232H MiniModule");
        Plug("ttyUSB0", $"{Host}/1-4.2", 0);
        Plug("ttyUSB1", $"{Host}/1-4.2", 1);
        Adapter($"{Host}/1-4.3", null, "USB Serial");
        Plug("ttyUSB2", $"{Host}/1-4.3", 0);
        Adapter("devices/platform/vhci_hcd.0/usb9/9-1", "V1", "virtual");
        Plug("ttyACM0", "devices/platform/vhci_hcd.0/usb9/9-1", 2, acm: true);
        Directory.CreateDirectory(_sys.At("devices/virtual/tty/tty1"));
        Link("class/tty/tty1", "devices/virtual/tty/tty1");
    }

    [Theory]
    [InlineData("1-4.2", null, 1, "/dev/ttyUSB1")]
    [InlineData("1-4.2", "FB0002", 0, "/dev/ttyUSB0")]
    [InlineData(null, "FB0002", 1, "/dev/ttyUSB1")]
    [InlineData("1-4.3", null, null, "/dev/ttyUSB2")]
    [InlineData(null, "V1", null, "/dev/ttyACM0")]
    public void A_port_is_found_by_its_place_serial_number_and_interface(
        string? place, string? serial, int? number, string device) =>
        Assert.Equal(device, _ports.Find(new TtySelector(null, place, serial, number)).Device);

    [Fact]
    public void Two_ports_that_match_are_both_named_and_none_is_taken()
    {
        var error = Assert.Throws<ConsoleException>(() => _ports.Find(new TtySelector(Serial: "FB0002")));

        Assert.Equal(PartCause.Ambiguous, error.Cause);
        Assert.Equal(
            "two ports match the serial port with serial number FB0002: "
            + "FT2232H MiniModule (serial number FB0002) at USB 1-4.2, interface 0, now /dev/ttyUSB0; "
            + "FT2232H MiniModule (serial number FB0002) at USB 1-4.2, interface 1, now /dev/ttyUSB1", error.Message);
    }

    [Theory]
    [InlineData("1-4", null, null)]
    [InlineData("1-4.2", "fb0002", null)] // serial numbers are compared exactly
    [InlineData("1-4.2", null, 2)]
    [InlineData("1-9", null, null)]
    public void A_port_that_is_not_plugged_in_is_not_there(string? place, string? serial, int? number)
    {
        var error = Assert.Throws<ConsoleException>(() => _ports.Find(new TtySelector(null, place, serial, number)));

        Assert.Equal(PartCause.Unavailable, error.Cause);
        Assert.EndsWith("is not there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_keeps_its_name_in_the_selection_when_its_number_changes()
    {
        File.Delete(_sys.At("class/tty/ttyUSB2"));
        Plug("ttyUSB7", $"{Host}/1-4.3", 0);

        Assert.Equal("/dev/ttyUSB7", _ports.Find(new TtySelector(PortPath: "1-4.3")).Device);
    }

    [Fact]
    public void Only_ports_on_a_virtual_bus_are_simulated()
    {
        Assert.True(_ports.Find(new TtySelector(Serial: "V1")).Simulated);
        Assert.False(_ports.Find(new TtySelector(PortPath: "1-4.3")).Simulated);
    }

    [Fact]
    public void A_terminal_that_is_no_serial_port_is_not_listed() =>
        Assert.Equal(
            ["/dev/ttyACM0", "/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2"],
            _ports.List().Select(port => port.Device));

    [Fact]
    public void Without_sysfs_there_is_no_port()
    {
        var none = new TtyPorts(_sys.At("nothing"));

        Assert.Empty(none.List());
        Assert.Throws<ConsoleException>(() => none.Find(new TtySelector(PortPath: "1-4.2")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("xyz\n")]
    public void An_adapter_that_says_nonsense_is_passed_over(string number)
    {
        File.WriteAllText(_sys.At($"{Host}/1-4.3/1-4.3:1.0/bInterfaceNumber"), number);

        Assert.Equal(3, _ports.List().Count);
    }

    [Fact]
    public void A_text_of_an_adapter_is_cut_off()
    {
        File.WriteAllText(_sys.At($"{Host}/1-4.3/product"), new string('x', 100_000));

        Assert.Equal(256, _ports.Find(new TtySelector(PortPath: "1-4.3")).Product.Length);
    }

    [Fact]
    public void A_device_that_is_named_is_taken_if_it_is_there()
    {
        using var line = new PseudoTerminal();

        TtyPort port = _ports.Find(new TtySelector(line.Slave));

        Assert.Equal((line.Slave, true), (port.Device, port.Simulated));
        Assert.Throws<ConsoleException>(() => _ports.Find(new TtySelector("/dev/no-such-tty")));
        Assert.Throws<ConsoleException>(() => _ports.Find(new TtySelector(line.Slave, PortPath: "1-4.2")));
    }

    public void Dispose() => _sys.Dispose();

    private void Adapter(string place, string? serial, string product)
    {
        _sys.Write($"{place}/product", product + "\n");
        if (serial is not null)
            _sys.Write($"{place}/serial", serial + "\n");
    }

    // usb-serial has a folder of its own between interface and tty, cdc-acm has not.
    private void Plug(string name, string adapter, int number, bool acm = false)
    {
        string place = $"{adapter}/{Path.GetFileName(adapter)}:1.{number}";
        _sys.Write($"{place}/bInterfaceNumber", $"{number:x2}\n");
        string device = acm ? place : $"{place}/{name}";
        Directory.CreateDirectory(_sys.At($"{device}/tty/{name}"));
        string target = $"../../../{(acm ? Path.GetFileName(place) : name)}";
        File.CreateSymbolicLink(_sys.At($"{device}/tty/{name}/device"), target);
        Link($"class/tty/{name}", $"{device}/tty/{name}");
    }

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_sys.At(name))!);
        File.CreateSymbolicLink(_sys.At(name), $"../../{target}");
    }
}
