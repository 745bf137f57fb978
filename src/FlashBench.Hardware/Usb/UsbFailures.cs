namespace FlashBench.Hardware.Usb;

/// <summary>The sentences for devices that cannot be opened.</summary>
internal static class UsbFailures
{
    private const int ListedMax = 16;

    public static ProgrammerException Missing(UsbSelector selector, IReadOnlyCollection<string> present) =>
        new($"there is no {selector}; "
            + (present.Count == 0 ? "no USB device is there at all" : "there is " + Listed(present)))
        {
            Cause = PartCause.Unavailable,
        };

    public static ProgrammerException Ambiguous(UsbSelector selector, IReadOnlyCollection<string> matching) =>
        new($"{matching.Count} devices match {selector}: {Listed(matching)}; name one by its port path")
        {
            Cause = PartCause.Ambiguous,
        };

    public static ProgrammerException Permission(UsbModel model, string portPath)
    {
        string rule = $"SUBSYSTEM==\"usb\", ATTR{{idVendor}}==\"{model.VendorId:x4}\", "
            + $"ATTR{{idProduct}}==\"{model.ProductId:x4}\", MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\"";
        return new($"{model} at USB {portPath} may not be opened by this user: put the line {rule} into "
            + "/etc/udev/rules.d/70-flashbench.rules, run \"udevadm control --reload\" and plug it in again")
        {
            Cause = PartCause.Permission,
        };
    }

    public static ProgrammerException Busy(UsbModel model, string portPath, int interfaceNumber, string? driver)
    {
        string owner = driver switch
        {
            null => "another driver or program",
            "usbfs" => "another program",
            _ => $"the kernel driver {driver}",
        };
        return new($"interface {interfaceNumber} of {model} at USB {portPath} is in use by {owner}")
        {
            Cause = PartCause.Busy,
        };
    }

    public static ProgrammerException Other(UsbModel model, string portPath, string what, string errorName) =>
        new($"{model} at USB {portPath} cannot be {what} ({errorName})") { Cause = PartCause.Unavailable };

    private static string Listed(IReadOnlyCollection<string> devices) =>
        string.Join(", ", devices.Take(ListedMax))
        + (devices.Count > ListedMax ? $" and {devices.Count - ListedMax} more" : "");
}
