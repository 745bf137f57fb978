namespace FlashBench.Hardware.Host;

/// <summary>What a host looked like at one moment, as far as a bench depends on it. Plain data: checks read nothing
/// else.</summary>
public sealed record HostSnapshot
{
    /// <summary>False if the kernel shows no USB at all (a container without /sys, or a kernel without USB).</summary>
    public bool HasUsb { get; init; }

    /// <summary>USB devices and hubs, root hubs included, by port.</summary>
    public IReadOnlyList<UsbPart> Usb { get; init; } = [];

    /// <summary>Serial ports on USB.</summary>
    public IReadOnlyList<SerialPort> SerialPorts { get; init; } = [];

    /// <summary>GPIO chips.</summary>
    public IReadOnlyList<GpioChip> GpioChips { get; init; } = [];

    /// <summary>I2C adapters.</summary>
    public IReadOnlyList<I2cAdapter> I2cAdapters { get; init; } = [];

    /// <summary>Device nodes that were asked for by name; the key is the name that was asked for.</summary>
    public IReadOnlyDictionary<string, DeviceNode> Nodes { get; init; } = new Dictionary<string, DeviceNode>();

    /// <summary>Who runs this process.</summary>
    public UserAccount User { get; init; } = new("root", 0, [], []);

    /// <summary>The udev rules of a bench; null if they are not installed.</summary>
    public RulesFile? Rules { get; init; }

    /// <summary>The rules files of brltty.</summary>
    public IReadOnlyList<RulesFile> BrailleRules { get; init; } = [];

    /// <summary>Names of running programs, cut to 15 characters as the kernel does; null if they cannot be
    /// listed.</summary>
    public IReadOnlySet<string>? Programs { get; init; }

    /// <summary>What is known of the clock.</summary>
    public ClockReading Clock { get; init; } = new(null, false);

    /// <summary>What is known of suspending.</summary>
    public SleepReading Sleep { get; init; } = new();

    /// <summary>Why libusb cannot be used; null if it can.</summary>
    public string? LibUsbFault { get; init; }

    /// <summary>The device at a port; null if nothing is plugged in there.</summary>
    public UsbPart? At(string port) => Usb.FirstOrDefault(part => part.Port == port);
}

/// <summary>A device node.</summary>
/// <param name="Path">Where it is, links followed.</param>
/// <param name="Exists">False if there is none.</param>
/// <param name="Usable">True if this process may read and write it.</param>
/// <param name="Group">Name of its group, or the number where it has no name; null if it is not there.</param>
/// <param name="GroupMayUse">True if its mode lets the group read and write.</param>
public sealed record DeviceNode(string Path, bool Exists, bool Usable, string? Group, bool GroupMayUse);

/// <summary>A serial port of a USB adapter.</summary>
/// <param name="Name">"ttyUSB0".</param>
/// <param name="UsbPort">Port path of the adapter.</param>
/// <param name="Interface">USB interface number.</param>
/// <param name="Node">Its device node.</param>
/// <param name="ModemManagerKeepsOff">True if udev tells ModemManager to leave it alone; null if udev says nothing of
/// the port at all.</param>
public sealed record SerialPort(
    string Name, string UsbPort, int Interface, DeviceNode Node, bool? ModemManagerKeepsOff);

/// <summary>A GPIO chip.</summary>
/// <param name="Name">"gpiochip0".</param>
/// <param name="Label">What its driver calls it; null if it may not be asked.</param>
/// <param name="Lines">Number of lines; 0 if it may not be asked.</param>
/// <param name="UsbPort">Port path of the USB device that it belongs to; null for others.</param>
/// <param name="IsVirtual">True for the kernel's simulated chips.</param>
/// <param name="Node">Its device node.</param>
public sealed record GpioChip(
    string Name, string? Label, int Lines, string? UsbPort, bool IsVirtual, DeviceNode Node);

/// <summary>An I2C adapter.</summary>
/// <param name="Name">"i2c-1".</param>
/// <param name="Label">What its driver calls it.</param>
/// <param name="UsbPort">Port path of the USB device that it belongs to; null for others.</param>
/// <param name="IsVirtual">True for the kernel's i2c-stub.</param>
/// <param name="Node">Its device node; it is there only while the module i2c-dev is loaded.</param>
public sealed record I2cAdapter(string Name, string Label, string? UsbPort, bool IsVirtual, DeviceNode Node);

/// <summary>Who runs a process.</summary>
/// <param name="Name">Login name, or the number where there is none.</param>
/// <param name="Id">User id.</param>
/// <param name="Groups">Names of the groups that this process has now.</param>
/// <param name="Registered">Names of the groups that the user will have after the next login.</param>
public sealed record UserAccount(
    string Name, uint Id, IReadOnlyCollection<string> Groups, IReadOnlyCollection<string> Registered)
{
    /// <summary>Names of all groups of the host.</summary>
    public IReadOnlyCollection<string> Existing { get; init; } = [];
}

/// <summary>What is known of the clock.</summary>
/// <param name="Kernel">True if the kernel says that something disciplines it; null if it does not tell.</param>
/// <param name="Timesyncd">True if systemd-timesyncd says that it was synchronised since the start.</param>
public sealed record ClockReading(bool? Kernel, bool Timesyncd);

/// <summary>What is known of suspending.</summary>
public sealed record SleepReading
{
    /// <summary>Ways of sleeping that the kernel offers, "freeze mem disk"; null if it does not tell.</summary>
    public string? Kernel { get; init; }

    /// <summary>True if systemd runs this host.</summary>
    public bool Systemd { get; init; }

    /// <summary>True if sleeping is switched off in systemd.</summary>
    public bool Masked { get; init; }

    /// <summary>What logind does when nobody is at the keyboard; "ignore" unless configured.</summary>
    public string IdleAction { get; init; } = "ignore";

    /// <summary>What logind does when the lid closes; null where there is no lid.</summary>
    public string? LidAction { get; init; }
}
