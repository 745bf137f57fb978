using System.Globalization;
using FlashBench.Hardware.Host;

namespace FlashBench.Tests.Hardware.Host;

/// <summary>The files of a host, made up: sysfs, procfs, /etc, /run and /dev below a folder.</summary>
internal sealed class SysfsTree : IDisposable
{
    private const string Controller = "/sys/devices/pci0000:00/0000:00:14.0";

    private readonly TemporaryFolder _folder = new();
    private readonly HashSet<int> _virtualBuses = [];
    private int _numbers;

    public HostTree Tree => new(_folder.Path);

    /// <summary>Paths that this user may not open.</summary>
    public HashSet<string> Forbidden { get; } = [];

    /// <summary>What the kernel answers about the clock.</summary>
    public bool? ClockSynchronised { get; set; } = true;

    public string? LibUsbFault { get; set; }

    /// <summary>False if GPIO chips may not be asked.</summary>
    public bool GpioAnswers { get; set; } = true;

    public HostSnapshot Read(params string[] nodes) => HostReader.Read(Tree, Probes(), nodes);

    public HostProbes Probes() => new()
    {
        GpioChip = _ => GpioAnswers ? ("relays", 8) : null,
        MayUse = path => !Forbidden.Contains(Path.Join("/", path[_folder.Path.Length..].TrimStart('/'))),
        ClockSynchronised = () => ClockSynchronised,
        LibUsbFault = () => LibUsbFault,
    };

    /// <summary>A host without faults and with nothing plugged in.</summary>
    public static SysfsTree Healthy()
    {
        SysfsTree tree = new SysfsTree().Rules(UdevRules.Text)
            .With("/proc/self/status", "Name:\tflashbench\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n"
                + "Groups:\t20 46 900 901 1000\n")
            .With("/etc/passwd", "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/tmp:/bin/sh\n")
            .With("/etc/group", "root:x:0:\ndialout:x:20:anna\nplugdev:x:46:anna\ngpio:x:900:anna\ni2c:x:901:anna\n"
                + "anna:x:1000:\n")
            .With("/proc/1/comm", "systemd\n")
            .With("/sys/power/state", "freeze mem disk\n")
            .Folder("/run/systemd/system")
            .Link("/etc/systemd/system/sleep.target", "/dev/null")
            .With("/dev/null", "");
        return tree.Root(1);
    }

    public SysfsTree With(string path, string text)
    {
        File.WriteAllText(Place(path), text);
        return this;
    }

    public SysfsTree WithBytes(string path, byte[] bytes)
    {
        File.WriteAllBytes(Place(path), bytes);
        return this;
    }

    public SysfsTree Folder(string path)
    {
        Directory.CreateDirectory(Tree.PathOf(path));
        return this;
    }

    public SysfsTree Link(string path, string target)
    {
        string place = Place(path);
        File.Delete(place);
        File.CreateSymbolicLink(place, target);
        return this;
    }

    public SysfsTree Without(string path)
    {
        string place = Tree.PathOf(path);
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        else
            File.Delete(place);
        return this;
    }

    public SysfsTree Rules(string text) => With($"/etc/udev/rules.d/{UdevRules.FileName}", text);

    public SysfsTree Program(int id, string name) => With($"/proc/{id}/comm", name + "\n");

    /// <summary>The root hub of a bus; every bus needs one first.</summary>
    public SysfsTree Root(int bus, bool isVirtual = false)
    {
        if (isVirtual)
            _virtualBuses.Add(bus);
        return Device($"usb{bus}", "1d6b:0002", speed: "480", type: "09", protocol: "01");
    }

    public SysfsTree Hub(string port, string speed = "480", int protocol = 1) =>
        Device(port, "05e3:0608", speed: speed, type: "09", protocol: $"0{protocol}");

    public SysfsTree Ch341a(string port) => Device(port, "1a86:5512", product: "USB UART-LPT").Interface(port, 0, null);

    public SysfsTree Ft2232h(string port, string? serial, string speed = "480", string? driver = null) =>
        Device(port, "0403:6010", product: "Dual RS232-HS", serial: serial, speed: speed)
            .Interface(port, 0, driver).Interface(port, 1, "ftdi_sio");

    public SysfsTree Device(
        string port, string id, string product = "", string? serial = null, string speed = "12", string type = "00",
        string protocol = "00", string power = "on")
    {
        string real = RealPath(port);
        string bus = port.StartsWith("usb", StringComparison.Ordinal) ? port[3..] : port.Split('-')[0];
        int number = ++_numbers;
        With($"{real}/idVendor", id.Split(':')[0] + "\n").With($"{real}/idProduct", id.Split(':')[1] + "\n")
            .With($"{real}/busnum", bus + "\n").With($"{real}/devnum", $"{number}\n")
            .With($"{real}/speed", speed + "\n")
            .With($"{real}/bDeviceClass", type + "\n").With($"{real}/bDeviceProtocol", protocol + "\n")
            .With($"{real}/power/control", power + "\n").With($"{real}/product", product + "\n")
            .With(NodeOf(bus, number), "");
        if (serial is not null)
            With($"{real}/serial", serial + "\n");
        return Link($"/sys/bus/usb/devices/{port}", Relative(real));
    }

    public SysfsTree Interface(string port, int number, string? driver)
    {
        string real = $"{RealPath(port)}/{port}:1.{number}";
        With($"{real}/bInterfaceNumber", $"0{number}\n");
        if (driver is not null)
            Link($"{real}/driver", $"../../../../../../../bus/usb/drivers/{driver}");
        return Link($"/sys/bus/usb/devices/{port}:1.{number}", Relative(real));
    }

    public SysfsTree Tty(string name, string port, int number, bool? keepsModemManagerOff = true)
    {
        string real = $"{RealPath(port)}/{port}:1.{number}/{name}/tty/{name}", device = $"188:{++_numbers}";
        With($"{real}/dev", device + "\n").Link($"/sys/class/tty/{name}", $"../../..{real}").With($"/dev/{name}", "");
        if (keepsModemManagerOff is { } keeps)
            With($"/run/udev/data/c{device}", "E:ID_BUS=usb\n" + (keeps ? "E:ID_MM_DEVICE_IGNORE=1\n" : ""));
        return this;
    }

    public SysfsTree Gpio(string name, string? port)
    {
        string real = port is null ? $"{Controller}/{name}" : $"{RealPath(port)}/{port}:1.0/{name}";
        return With($"{real}/dev", "254:0\n").Link($"/sys/bus/gpio/devices/{name}", Relative(real))
            .With($"/dev/{name}", "");
    }

    public SysfsTree I2c(string name, string label, string? port)
    {
        string real = port is null ? $"{Controller}/{name}" : $"{RealPath(port)}/{port}:1.0/{name}";
        return With($"{real}/name", label + "\n").Link($"/sys/bus/i2c/devices/{name}", Relative(real))
            .With($"/dev/{name}", "");
    }

    /// <summary>Node of the device at a port.</summary>
    public string NodeAt(string port)
    {
        string real = RealPath(port);
        int number = int.Parse(Tree.Line($"{real}/devnum")!, CultureInfo.InvariantCulture);
        return NodeOf(Tree.Line($"{real}/busnum")!, number);
    }

    public void Dispose() => _folder.Dispose();

    private static string NodeOf(string bus, int number) => $"/dev/bus/usb/{bus.PadLeft(3, '0')}/{number:D3}";

    // "1-4.2" lies at .../usb1/1-4/1-4.2.
    private string RealPath(string port)
    {
        if (port.StartsWith("usb", StringComparison.Ordinal))
            return $"{HostOf(int.Parse(port[3..], CultureInfo.InvariantCulture))}/{port}";
        string[] steps = port.Split('.');
        string bus = port.Split('-')[0];
        string below = string.Join('/', steps.Select((_, i) => string.Join('.', steps[..(i + 1)])));
        return $"{HostOf(int.Parse(bus, CultureInfo.InvariantCulture))}/usb{bus}/{below}";
    }

    private string HostOf(int bus) => _virtualBuses.Contains(bus) ? "/sys/devices/platform/vhci_hcd.0" : Controller;

    // As the kernel writes them, from /sys/bus/X/devices.
    private static string Relative(string real) => $"../../../..{real}";

    private string Place(string path)
    {
        string place = Tree.PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        return place;
    }
}
