namespace FlashBench.Hardware.Usb;

/// <summary>What Linux says of USB devices beside libusb; silent where there is no sysfs.</summary>
/// <remarks>Source: Linux, Documentation/ABI/testing/sysfs-bus-usb; a virtual bus hangs below "vhci_hcd".</remarks>
internal static class SysfsUsb
{
    private const string Devices = "/sys/bus/usb/devices";

    /// <summary>Name of the driver that holds an interface; "usbfs" is a program. Null if unknown or none.</summary>
    public static string? DriverOf(string portPath, int interfaceNumber) =>
        Path.GetFileName(Target($"{Devices}/{portPath}:1.{interfaceNumber}/driver")); // configuration 1, as all have

    /// <summary>True if the bus belongs to the kernel's virtual host controller.</summary>
    public static bool IsVirtualHost(int bus) =>
        Target($"{Devices}/usb{bus}")?.Contains("/vhci_hcd", StringComparison.Ordinal) ?? false;

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
