using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Host;

/// <summary>A USB device or hub as sysfs shows it.</summary>
/// <param name="Port">Bus and port path, "1-4.2"; "usb1" for the root hub of bus 1.</param>
/// <param name="Model">Vendor and product.</param>
public sealed record UsbPart(string Port, UsbModel Model)
{
    private const int HubClass = 9;

    /// <summary>iProduct string; empty if it has none.</summary>
    public string Product { get; init; } = "";

    /// <summary>iSerialNumber string; null if it has none.</summary>
    public string? Serial { get; init; }

    /// <summary>Megabits a second: 1.5, 12, 480, 5000; 0 if unknown.</summary>
    public double Speed { get; init; }

    /// <summary>bDeviceClass.</summary>
    public int Class { get; init; }

    /// <summary>bDeviceProtocol; of a high-speed hub: 1 has one transaction translator, 2 has one a port.</summary>
    public int Protocol { get; init; }

    /// <summary>"on" or "auto" (may be suspended); null if unknown.</summary>
    public string? PowerControl { get; init; }

    /// <summary>True if it hangs on the kernel's virtual host controller.</summary>
    public bool OnVirtualHost { get; init; }

    /// <summary>Interfaces with the kernel driver that holds each; "usbfs" is a program, null is nobody.</summary>
    public IReadOnlyDictionary<int, string?> Drivers { get; init; } = new Dictionary<int, string?>();

    /// <summary>Its node below /dev/bus/usb.</summary>
    public DeviceNode Node { get; init; } = new("", Exists: false, Usable: false, Group: null, GroupMayUse: false);

    /// <summary>True for hubs.</summary>
    public bool IsHub => Class == HubClass;

    /// <summary>True for the root hub of a bus.</summary>
    public bool IsRoot => Port.StartsWith("usb", StringComparison.Ordinal);

    /// <summary>True if it announces itself as virtual, or hangs on a virtual bus.</summary>
    public bool IsVirtual =>
        OnVirtualHost || Product.Contains(UsbIdentity.VirtualMark, StringComparison.Ordinal);

    /// <summary>Port path of the hub that it is plugged into; null for a root hub.</summary>
    public string? Parent
    {
        get
        {
            int dot = Port.LastIndexOf('.'), dash = Port.IndexOf('-', StringComparison.Ordinal);
            if (dot >= 0)
                return Port[..dot];
            return dash < 0 ? null : "usb" + Port[..dash];
        }
    }
}
