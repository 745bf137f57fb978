namespace FlashBench.Hardware.Native;

/// <summary>Recognises parts that the kernel only pretends to have (rule I7); false where there is no sysfs.</summary>
internal static class VirtualParts
{
    private const string StubAdapter = "SMBus stub driver"; // Linux, drivers/i2c/i2c-stub.c

    /// <summary>True for a chip of gpio-sim or gpio-mockup.</summary>
    public static bool IsGpio(string chipName)
    {
        string? place = Target($"/sys/bus/gpio/devices/{chipName}");
        return place is not null && (Has(place, "/gpio-sim") || Has(place, "/gpio-mockup"));
    }

    /// <summary>True for an adapter of i2c-stub.</summary>
    /// <param name="adapter">What /sys/class/i2c-dev/*/name says.</param>
    public static bool IsAdapter(string adapter) => adapter == StubAdapter;

    /// <summary>True for a pseudo terminal and for an adapter on the kernel's virtual host controller.</summary>
    /// <param name="path">Device node, or a link to one.</param>
    public static bool IsTty(string path)
    {
        string node = Target(path) ?? path;
        return node.StartsWith("/dev/pts/", StringComparison.Ordinal)
            || (Target($"/sys/class/tty/{Path.GetFileName(node)}") is { } place
                && (Has(place, "/vhci_hcd") || Has(place, "/dummy_hcd")));
    }

    private static bool Has(string path, string part) => path.Contains(part, StringComparison.Ordinal);

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
