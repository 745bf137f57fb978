using System.Globalization;
using System.Text;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Console;

/// <summary>The serial ports of this host, found by where they are plugged in, never by their number.</summary>
/// <param name="sysfs">Where sysfs is mounted.</param>
/// <param name="devices">Folder of the device nodes.</param>
/// <remarks>
/// Source: Linux, Documentation/ABI/testing/sysfs-bus-usb and sysfs-tty. A port's "device" leads below the folder of
/// its USB interface (bInterfaceNumber), whose parent is the adapter (serial, product). Texts of an adapter are
/// foreign: they are cut off.
/// </remarks>
public sealed class TtyPorts(string sysfs = "/sys", string devices = "/dev")
{
    private const int PortsMax = 4096, LevelsMax = 16, TextBytesMax = 256;

    // Buses that the kernel's own stand-ins for a host controller make.
    private static readonly string[] VirtualBuses = ["/vhci_hcd", "/dummy_hcd"];

    /// <summary>Every USB serial port, by device name.</summary>
    public IReadOnlyList<TtyPort> List()
    {
        var folder = new DirectoryInfo(Path.Combine(sysfs, "class", "tty"));
        if (!folder.Exists)
            return [];
        return [.. folder.EnumerateFileSystemInfos().Take(PortsMax)
            .Select(entry => Describe(entry.Name)).OfType<TtyPort>()
            .OrderBy(port => port.Device, StringComparer.Ordinal)];
    }

    /// <summary>The one port that is meant.</summary>
    /// <exception cref="ConsoleException">None matches, or several; its cause says which.</exception>
    public TtyPort Find(TtySelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        if (selector.Device is { } device)
            return OfDevice(device, selector);
        TtyPort[] found = [.. List().Where(port => Matches(port, selector))];
        return found.Length switch
        {
            1 => found[0],
            0 => throw NotThere($"{selector} is not there"),
            _ => throw new ConsoleException(
                $"{Number(found.Length)} ports match {selector}: {string.Join("; ", found.Take(8).Select(Name))}")
            {
                Cause = PartCause.Ambiguous,
            },
        };
    }

    private TtyPort OfDevice(string device, TtySelector selector)
    {
        if (FileKinds.Of(device) == FileKind.None)
            throw NotThere($"{device} is not there");
        string target = Final(device);
        TtyPort port = Describe(Path.GetFileName(target)) is { } usb && target == usb.Device
            ? usb with { Device = device }
            : new TtyPort(device, null, null, null, "", SerialOpening.IsPseudoTerminal(target));
        return Matches(port, selector)
            ? port
            : throw NotThere($"{device} is {Name(port)}, which is not where the selection says");
    }

    private static bool Matches(TtyPort port, TtySelector selector) =>
        (selector.PortPath is null || selector.PortPath == port.PortPath)
        && (selector.Serial is null || selector.Serial == port.Serial)
        && (selector.Interface is null || selector.Interface == port.Interface);

    // Null for what is no USB port, and for a port that vanishes while it is looked at.
    private TtyPort? Describe(string name)
    {
        string entry = Final(Path.Combine(sysfs, "class", "tty", name));
        string place = Final(Path.Combine(entry, "device"));
        for (int level = 0; level < LevelsMax && place.Length > sysfs.Length; level++)
        {
            if (File.Exists(Path.Combine(place, "bInterfaceNumber")))
                return OfInterface(name, place);
            place = Path.GetDirectoryName(place) ?? "";
        }

        return null;
    }

    private TtyPort? OfInterface(string name, string place)
    {
        bool numbered = int.TryParse(
            Text(place, "bInterfaceNumber"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out int number);
        if (!numbered || Path.GetDirectoryName(place) is not { } adapter)
            return null;
        return new TtyPort(
            Path.Combine(devices, name), Path.GetFileName(adapter), Text(adapter, "serial"), number,
            Text(adapter, "product") ?? "", VirtualBuses.Any(bus => adapter.Contains(bus, StringComparison.Ordinal)));
    }

    private static string? Text(string folder, string name)
    {
        try
        {
            using FileStream file = File.OpenRead(Path.Combine(folder, name));
            byte[] bytes = new byte[TextBytesMax];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes.AsSpan(0, count)).TrimEnd('\n');
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Final(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(path);
        }
    }

    private static string Name(TtyPort port) => port.ToString();

    private static string Number(int count) => count == 2 ? "two" : $"{count}";

    private static ConsoleException NotThere(string sentence) => new(sentence) { Cause = PartCause.Unavailable };
}
