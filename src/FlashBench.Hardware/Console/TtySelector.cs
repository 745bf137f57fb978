namespace FlashBench.Hardware.Console;

/// <summary>Which serial port is meant; everything that is given must match, and exactly one port may.</summary>
/// <param name="Device">Device node or a link to it, "/dev/serial/by-id/..." or "/dev/ttyS0"; null: by USB.</param>
/// <param name="PortPath">Bus and port path of the USB adapter as sysfs writes it, "1-4.2".</param>
/// <param name="Serial">Serial number of the USB adapter, compared exactly.</param>
/// <param name="Interface">USB interface number of an adapter with several ports (FT2232H: 0 is A, 1 is B).</param>
public sealed record TtySelector(
    string? Device = null, string? PortPath = null, string? Serial = null, int? Interface = null)
{
    /// <summary>For messages: "/dev/ttyS0", "the serial port of USB 1-4.2, interface 1".</summary>
    public override string ToString()
    {
        if (Device is not null)
            return Device;
        string port = PortPath is null ? "" : $" of USB {PortPath}";
        string serial = Serial is null ? "" : $" with serial number {Serial}";
        string place = Interface is null ? "" : $", interface {Interface}";
        return $"the serial port{port}{serial}{place}";
    }
}
