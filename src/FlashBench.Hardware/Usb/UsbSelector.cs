using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashBench.Hardware.Usb;

/// <summary>A kind of USB device.</summary>
/// <param name="VendorId">idVendor.</param>
/// <param name="ProductId">idProduct.</param>
public readonly record struct UsbModel(ushort VendorId, ushort ProductId)
{
    /// <summary>As lsusb writes it: "1A86:5512".</summary>
    public override string ToString() => $"{VendorId:X4}:{ProductId:X4}";
}

/// <summary>Which device is meant; everything that is given must match.</summary>
/// <param name="PortPath">Bus and port path as sysfs writes it, "1-4.2".</param>
/// <param name="Serial">iSerialNumber string, compared exactly.</param>
/// <param name="Models">Any of these; null or empty for any device.</param>
public sealed partial record UsbSelector(
    string? PortPath = null, string? Serial = null, IReadOnlyList<UsbModel>? Models = null)
{
    private const string SerialPrefix = "serial:";

    /// <summary>Reads what a person or a configuration writes.</summary>
    /// <param name="text">
    /// A port path ("1-4.2"), vendor and product ("0403:6010"), or a serial number ("FT4X1Y2Z", and "serial:1-4" where
    /// it looks like one of the others).
    /// </param>
    /// <exception cref="FormatException">The text is empty.</exception>
    public static UsbSelector Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (text.StartsWith(SerialPrefix, StringComparison.Ordinal))
            text = text[SerialPrefix.Length..];
        else if (PortPathForm().IsMatch(text))
            return new UsbSelector(PortPath: text);
        else if (ModelForm().Match(text) is { Success: true } model)
            return new UsbSelector(Models: [new(Hex(model.Groups[1]), Hex(model.Groups[2]))]);
        return text.Length > 0
            ? new UsbSelector(Serial: text)
            : throw new FormatException("a USB device is named by its port path, vendor:product, or serial number");
    }

    /// <summary>For messages: "USB 1-4.2", "0403:6010 or 0403:6014 with serial number X".</summary>
    public override string ToString()
    {
        string models = Models is { Count: > 0 } ? string.Join(" or ", Models) : "USB device";
        string serial = Serial is null ? "" : $" with serial number {Serial}";
        string port = PortPath is null ? "" : $" at USB {PortPath}";
        return models + serial + port;
    }

    /// <summary>True unless model or port path rule the device out; the serial number is not looked at.</summary>
    internal bool MayBe(UsbModel model, string portPath) =>
        (PortPath is null || PortPath == portPath) && (Models is not { Count: > 0 } || Models.Contains(model));

    private static ushort Hex(Group group) =>
        ushort.Parse(group.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$")]
    private static partial Regex PortPathForm();

    [GeneratedRegex("^([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})$")]
    private static partial Regex ModelForm();
}
