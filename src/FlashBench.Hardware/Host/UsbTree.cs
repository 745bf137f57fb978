using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Host;

/// <summary>Reads the USB devices of a host from sysfs; opens none.</summary>
/// <remarks>Source: Linux, Documentation/ABI/testing/sysfs-bus-usb and sysfs-devices-power (S-90).</remarks>
internal static partial class UsbTree
{
    private const string Devices = "/sys/bus/usb/devices";

    public static IReadOnlyList<UsbPart> Read(HostTree tree, NodeReader nodes)
    {
        IReadOnlyList<string> names = tree.Names(Devices);
        ILookup<string, string> interfaces = names.Where(name => name.Contains(':', StringComparison.Ordinal))
            .ToLookup(name => name[..name.IndexOf(':', StringComparison.Ordinal)]);
        return
        [
            .. names.Where(name => DeviceName().IsMatch(name))
                .Select(name => ReadOne(tree, nodes, name, interfaces[name])).OfType<UsbPart>(),
        ];
    }

    // A device that is being unplugged loses its files one by one: without the first two it is gone.
    private static UsbPart? ReadOne(HostTree tree, NodeReader nodes, string name, IEnumerable<string> interfaces)
    {
        string? Line(string file) => tree.Line($"{Devices}/{name}/{file}");
        if (Hex(Line("idVendor")) is not { } vendor || Hex(Line("idProduct")) is not { } product)
            return null;
        int bus = Decimal(Line("busnum")), number = Decimal(Line("devnum"));
        return new UsbPart(name, new UsbModel((ushort)vendor, (ushort)product))
        {
            Product = Line("product") ?? "",
            Serial = Line("serial"),
            Speed = Megabits(Line("speed")),
            Class = Hex(Line("bDeviceClass")) ?? 0,
            Protocol = Hex(Line("bDeviceProtocol")) ?? 0,
            PowerControl = Line("power/control"),
            OnVirtualHost = tree.Real($"{Devices}/{name}")?.Contains("/vhci_hcd", StringComparison.Ordinal) ?? false,
            Drivers = Drivers(tree, interfaces),
            Node = nodes.At(string.Create(CultureInfo.InvariantCulture, $"/dev/bus/usb/{bus:D3}/{number:D3}")),
        };
    }

    private static Dictionary<int, string?> Drivers(HostTree tree, IEnumerable<string> interfaces)
    {
        var drivers = new Dictionary<int, string?>();
        foreach (string name in interfaces)
        {
            if (InterfaceNumber(name) is { } number)
                drivers[number] = tree.Link($"{Devices}/{name}/driver") is { } link ? Path.GetFileName(link) : null;
        }

        return drivers;
    }

    /// <summary>The USB device that a path of sysfs leads through, and its interface.</summary>
    public static (string Port, int Interface)? PlaceOf(string? realPath)
    {
        string? name = realPath?.Split('/').LastOrDefault(part => InterfaceNumber(part) is not null);
        return name is null || InterfaceNumber(name) is not { } number
            ? null
            : (name[..name.IndexOf(':', StringComparison.Ordinal)], number);
    }

    private static int? InterfaceNumber(string name) => InterfaceName().Match(name) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : null;

    private static double Megabits(string? text)
    {
        const NumberStyles Fraction = NumberStyles.AllowDecimalPoint;
        return double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out double speed) ? speed : 0;
    }

    private static int? Hex(string? text) => text is { Length: <= 4 }
        && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int number)
        ? number
        : null;

    private static int Decimal(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    [GeneratedRegex(@"^(usb\d{1,3}|\d{1,3}-\d{1,3}(\.\d{1,3}){0,6})\z")]
    private static partial Regex DeviceName();

    [GeneratedRegex(@"^\d{1,3}-\d{1,3}(?:\.\d{1,3}){0,6}:\d{1,3}\.(\d{1,3})\z")]
    private static partial Regex InterfaceName();
}
