using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>How the board around an FTDI chip is wired: levels and directions of the pins when idle.</summary>
/// <param name="Name">As a configuration writes it.</param>
/// <param name="LowValue">Levels of the pins 0 to 7; chip select (bit 3) is high.</param>
/// <param name="LowDirection">1 = output; bits 0, 1 and 3 always are.</param>
/// <remarks>Source: spi-flash 1.3; the boards' own documentation of their buffers.</remarks>
public sealed record FtdiAdapter(string Name, byte LowValue, byte LowDirection)
{
    /// <summary>A bare chip: nothing between its pins and the clip (C232HM, UM232H, FT2232H mini).</summary>
    public static FtdiAdapter Plain { get; } = new("plain", 0x08, 0x0B);

    /// <summary>Amontec JTAGkey 2, BusBlaster: pin 4 enables the buffer.</summary>
    public static FtdiAdapter JtagKey { get; } = new("jtagkey", 0x18, 0x1B) { Models = [new(0x0403, 0xCFF8)] };

    /// <summary>Olimex ARM-USB-OCD-H and ARM-USB-TINY-H: pin 4 low enables the buffer.</summary>
    public static FtdiAdapter ArmUsbOcd { get; } =
        new("arm-usb-ocd", 0x08, 0x1B) { Models = [new(0x15BA, 0x002B), new(0x15BA, 0x002A)] };

    /// <summary>TinCanTools Flyswatter: pins 6 and 7 low enable the buffers.</summary>
    public static FtdiAdapter Flyswatter { get; } = new("flyswatter", 0x08, 0xCB);

    /// <summary>Kristech KT-LINK: pin 5 high, pins 12 to 14 low as outputs.</summary>
    public static FtdiAdapter KtLink { get; } =
        new("kt-link", 0x28, 0x2B) { HighPins = (0x00, 0x70), Models = [new(0x0403, 0xBBE2)] };

    /// <summary>Tigard: the SPI connector is on channel B.</summary>
    public static FtdiAdapter Tigard { get; } = new("tigard", 0x08, 0x0B) { Channel = FtdiChannel.B };

    /// <summary>Every adapter there is.</summary>
    public static IReadOnlyList<FtdiAdapter> All { get; } = [Plain, JtagKey, ArmUsbOcd, Flyswatter, KtLink, Tigard];

    /// <summary>Levels and directions of the pins 8 to 15; null where they do not matter.</summary>
    public (byte Value, byte Direction)? HighPins { get; init; }

    /// <summary>The channel that its SPI connector hangs on.</summary>
    public FtdiChannel Channel { get; init; }

    /// <summary>USB ids of its own, beside <see cref="FtdiProtocol.Models"/>.</summary>
    public IReadOnlyList<UsbModel> Models { get; init; } = [];

    /// <summary>Finds an adapter by its name; null if there is none.</summary>
    public static FtdiAdapter? Find(string name) =>
        All.FirstOrDefault(adapter => adapter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
