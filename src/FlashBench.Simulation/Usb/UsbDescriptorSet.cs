namespace FlashBench.Simulation.Usb;

/// <summary>The descriptors of a virtual device, as a host reads them.</summary>
/// <param name="Device">Device descriptor, 18 bytes.</param>
/// <param name="Configuration">The one configuration with its interfaces and endpoints, wTotalLength bytes.</param>
/// <param name="Strings">String descriptors 1, 2 and so on, as text.</param>
/// <param name="HighSpeed">True for 480 Mb/s, false for 12 Mb/s.</param>
/// <remarks>Source: USB 2.0, 9.6.</remarks>
public sealed record UsbDescriptorSet(
    ReadOnlyMemory<byte> Device, ReadOnlyMemory<byte> Configuration, IReadOnlyList<string> Strings, bool HighSpeed);
