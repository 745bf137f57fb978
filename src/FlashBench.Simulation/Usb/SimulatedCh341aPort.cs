using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation.Usb;

/// <summary>A USB port with a virtual CH341A in it, its clip on a simulated chip.</summary>
/// <remarks>Not modelled: the 5 V supply of the black boards (voltage is the board model's affair).</remarks>
public sealed class SimulatedCh341aPort : SimulatedUsbPort
{
    private const string Product = UsbIdentity.VirtualMark + " CH341A SPI programmer";

    private readonly DeviceClock _clock;
    private readonly Ch341aCore _core;

    /// <summary>Makes a port with the programmer plugged in and nobody attached.</summary>
    /// <param name="chip">The chip under the clip.</param>
    /// <param name="time">Clock of the bench.</param>
    /// <param name="portPath">Bus and port path the device reports, as sysfs writes it.</param>
    public SimulatedCh341aPort(SimulatedSpiNor chip, TimeProvider time, string portPath)
        : base(IdentityAt(portPath), Ch341aDescriptors(), time)
    {
        ArgumentNullException.ThrowIfNull(chip);
        _clock = new DeviceClock(time);
        _core = new Ch341aCore(chip, _clock);
    }

    /// <inheritdoc/>
    public override bool DrivesBus => _core.DrivesPins;

    private protected override (IUsbDevice Device, Action LoseCable) Attach(int interfaceNumber)
    {
        _core.Reset();
        var device = new SimulatedCh341a(this, _core, _clock);
        return (device, device.LoseCable);
    }

    private protected override void ResetPins() => _core.Reset();

    private static UsbIdentity IdentityAt(string portPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(portPath);
        return new UsbIdentity(0x1A86, 0x5512, 0x0304, Product, portPath, Serial: null);
    }

    // Full speed, one vendor interface: bulk IN 82h and OUT 02h with 32-byte packets, interrupt IN 81h with 8 bytes
    // (spi-flash.md 1.1; the interrupt endpoint is in the device's descriptor and unused here).
    private static UsbDescriptorSet Ch341aDescriptors() => new(
        new byte[] { 18, 1, 0x10, 0x01, 0xFF, 0, 2, 8, 0x86, 0x1A, 0x12, 0x55, 0x04, 0x03, 0, 1, 0, 1 },
        new byte[]
        {
            9, 2, 39, 0, 1, 1, 0, 0x80, 48,
            9, 4, 0, 0, 3, 0xFF, 1, 2, 0,
            7, 5, 0x82, 2, 32, 0, 0,
            7, 5, 0x02, 2, 32, 0, 0,
            7, 5, 0x81, 3, 8, 0, 1,
        },
        [Product], HighSpeed: false);
}
