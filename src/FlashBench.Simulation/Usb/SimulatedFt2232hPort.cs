// An FT2232H board at a USB cable. Source: spi-flash.md 1.3; FTDI FT2232H datasheet (S-26). What is modelled of its
// channels stands in Ft2232hChannel.cs, of their engines in MpsseEngine.cs, of the pins in MpssePins.cs, of the
// requests in Ft2232hCore.cs, of a serial port in Ft2232hUart.cs.
//
// Not modelled: bit-bang, FIFO and fast serial modes, suspend, writes to the EEPROM.
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation.Usb;

/// <summary>A USB port with a virtual FT2232H in it; each channel may have a chip under a clip. Channel B without one
/// is a serial port.</summary>
/// <remarks>Interface 0 is channel A (endpoints 02h and 81h), interface 1 channel B (04h and 83h).</remarks>
public sealed class SimulatedFt2232hPort : SimulatedUsbPort
{
    /// <summary>Serial number unless another is given.</summary>
    public const string DefaultSerial = "FBV00001";

    private const string Product = UsbIdentity.VirtualMark + " FT2232H";

    private readonly DeviceClock _clock;
    private readonly Ft2232hCore _core;

    /// <summary>Makes a port with the programmer plugged in and nobody attached.</summary>
    /// <param name="chip">The chip at channel A; null leaves its clip open.</param>
    /// <param name="time">Clock of the bench.</param>
    /// <param name="portPath">Bus and port path the device reports, as sysfs writes it.</param>
    /// <param name="chipB">The chip at channel B; null makes it a serial port.</param>
    /// <param name="serial">Serial number string, ASCII.</param>
    public SimulatedFt2232hPort(
        SimulatedSpiNor? chip, TimeProvider time, string portPath, SimulatedSpiNor? chipB = null,
        string serial = DefaultSerial)
        : base(IdentityAt(portPath, serial), Ft2232hDescriptors(serial), time)
    {
        _clock = new DeviceClock(time);
        UartPeer = chipB is null ? new UartPeer() : null;
        Ft2232hUart? uart = UartPeer is null ? null : new Ft2232hUart(UartPeer);
        var pins = (A: new MpssePins(chip, _clock), B: new MpssePins(chipB, _clock));
        _core = new Ft2232hCore(this, [(pins.A, null), (pins.B, uart)], _clock);
    }

    /// <summary>What is wired to the serial port of channel B; null if a chip is there.</summary>
    public UartPeer? UartPeer { get; }

    /// <inheritdoc/>
    public override bool DrivesBus => Array.Exists(_core.Channels, channel => channel.Pins.Drives);

    /// <summary>Fault: nanoseconds by which MISO comes after the clock edge that moves it, on both channels.</summary>
    /// <remarks>
    /// Long leads: at or below half a clock period every bit is right; above it an instruction that samples on the
    /// rising edge (20h) reads each bit one clock late; above a whole period one that samples on the falling edge
    /// (24h) does too.
    /// </remarks>
    public double MisoDelayNanoseconds
    {
        get => _core.Channels[0].Pins.MisoDelayNs;
        set => Array.ForEach(_core.Channels, channel => channel.Pins.MisoDelayNs = value);
    }

    private protected override (IUsbDevice Device, Action LoseCable) Attach(int interfaceNumber)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)interfaceNumber, 1u, nameof(interfaceNumber));
        var device = new SimulatedFt2232h(this, _core, interfaceNumber, _clock);
        device.PowerOn();
        return (device, device.LoseCable);
    }

    private protected override void ResetPins()
    {
        lock (_core.Gate)
            _core.Reset();
    }

    private static UsbIdentity IdentityAt(string portPath, string serial)
    {
        ArgumentException.ThrowIfNullOrEmpty(portPath);
        ArgumentException.ThrowIfNullOrEmpty(serial);
        return new UsbIdentity(0x0403, 0x6010, 0x0700, Product, portPath, serial);
    }

    // High speed, two vendor interfaces with bulk endpoints of 512 bytes.
    private static UsbDescriptorSet Ft2232hDescriptors(string serial) => new(
        new byte[] { 18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x03, 0x04, 0x10, 0x60, 0x00, 0x07, 1, 2, 3, 1 },
        new byte[]
        {
            9, 2, 55, 0, 2, 1, 0, 0x80, 250,
            9, 4, 0, 0, 2, 0xFF, 0xFF, 0xFF, 2,
            7, 5, 0x81, 2, 0x00, 0x02, 0,
            7, 5, 0x02, 2, 0x00, 0x02, 0,
            9, 4, 1, 0, 2, 0xFF, 0xFF, 0xFF, 2,
            7, 5, 0x83, 2, 0x00, 0x02, 0,
            7, 5, 0x04, 2, 0x00, 0x02, 0,
        },
        ["FlashBench", Product, serial], HighSpeed: true);
}
