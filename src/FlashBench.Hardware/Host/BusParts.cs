namespace FlashBench.Hardware.Host;

/// <summary>Reads serial ports, GPIO chips and I2C adapters from sysfs.</summary>
/// <remarks>Source: Linux, Documentation/ABI/testing: sysfs-tty, gpio-cdev, sysfs-bus-i2c (S-90).</remarks>
internal static class BusParts
{
    private const int UdevRecordMax = 16 << 10;

    public static IReadOnlyList<SerialPort> SerialPorts(HostTree tree, NodeReader nodes)
    {
        var ports = new List<SerialPort>();
        foreach (string name in Named(tree, "/sys/class/tty", "ttyUSB", "ttyACM"))
        {
            if (UsbTree.PlaceOf(tree.Real($"/sys/class/tty/{name}")) is not { } place)
                continue;
            string number = tree.Line($"/sys/class/tty/{name}/dev") ?? "";
            ports.Add(new SerialPort(
                name, place.Port, place.Interface, nodes.At($"/dev/{name}"), KeepsOff(tree, $"c{number}")));
        }

        return ports;
    }

    public static IReadOnlyList<GpioChip> GpioChips(HostTree tree, NodeReader nodes)
    {
        var chips = new List<GpioChip>();
        foreach (string name in Named(tree, "/sys/bus/gpio/devices", "gpiochip"))
        {
            string real = tree.Real($"/sys/bus/gpio/devices/{name}") ?? "";
            DeviceNode node = nodes.At($"/dev/{name}");
            (string Label, int Lines)? told = node.Exists ? nodes.Probes.GpioChip(tree.PathOf(node.Path)) : null;
            bool isVirtual = real.Contains("gpio-sim", StringComparison.Ordinal)
                || real.Contains("gpio-mockup", StringComparison.Ordinal);
            chips.Add(new GpioChip(
                name, told?.Label, told?.Lines ?? 0, UsbTree.PlaceOf(real)?.Port, isVirtual, node));
        }

        return chips;
    }

    public static IReadOnlyList<I2cAdapter> I2cAdapters(HostTree tree, NodeReader nodes)
    {
        var adapters = new List<I2cAdapter>();
        foreach (string name in Named(tree, "/sys/bus/i2c/devices", "i2c-"))
        {
            string folder = $"/sys/bus/i2c/devices/{name}", label = tree.Line($"{folder}/name") ?? "";
            adapters.Add(new I2cAdapter(
                name, label, UsbTree.PlaceOf(tree.Real(folder))?.Port,
                label.Contains("stub", StringComparison.OrdinalIgnoreCase), nodes.At($"/dev/{name}")));
        }

        return adapters;
    }

    // "i2c-1" before "i2c-10": by the number.
    private static IEnumerable<string> Named(HostTree tree, string folder, params string[] stems) =>
        tree.Names(folder)
            .Where(name => Array.Exists(stems, stem => name.Length > stem.Length
                && name.StartsWith(stem, StringComparison.Ordinal) && name[stem.Length..].All(char.IsAsciiDigit)))
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal);

    // Source: systemd, the files of /run/udev/data: "E:KEY=VALUE" a line.
    private static bool? KeepsOff(HostTree tree, string record) =>
        tree.Text($"/run/udev/data/{record}", UdevRecordMax) is { } text
            ? text.Split('\n').Any(line => line is "E:ID_MM_DEVICE_IGNORE=1" or "E:ID_MM_PORT_IGNORE=1")
            : null;
}
