namespace FlashBench.Hardware.Console;

/// <summary>A serial port of this host.</summary>
/// <param name="Device">Device node; it may have another number after the next plug-in.</param>
/// <param name="PortPath">Bus and port path of its USB adapter, "1-4.2"; null if it is no USB port.</param>
/// <param name="Serial">Serial number of the USB adapter; null if it has none.</param>
/// <param name="Interface">USB interface number; null if it is no USB port.</param>
/// <param name="Product">What the adapter calls itself; empty if it does not say.</param>
/// <param name="Simulated">True for a pseudo-terminal and for an adapter on a virtual USB bus (rule I7).</param>
public sealed record TtyPort(
    string Device, string? PortPath, string? Serial, int? Interface, string Product, bool Simulated)
{
    /// <summary>For people: "FT2232H (serial number FB0002) at USB 1-4.2, interface 1, now /dev/ttyUSB0".</summary>
    public override string ToString()
    {
        if (PortPath is null)
            return Device;
        string serial = Serial is null ? "" : $" (serial number {Serial})";
        return $"{(Product.Length > 0 ? Product : "serial port")}{serial} at USB {PortPath}, interface {Interface}, "
            + $"now {Device}";
    }
}
