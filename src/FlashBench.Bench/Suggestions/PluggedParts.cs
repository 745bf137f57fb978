using FlashBench.Bench.Doctor;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Suggestions;

/// <summary>What of a host may become part of a bench.</summary>
internal sealed class PluggedParts
{
    private const int PartsMax = 100; // a hundred programmers are a full rack; more is no host that anybody has

    private readonly HostSnapshot _host;

    public PluggedParts(HostSnapshot host, bool takesVirtual)
    {
        _host = host;
        bool Taken(string? usbPort, bool isVirtual) => takesVirtual || !(isVirtual || IsVirtual(usbPort));
        bool Fits(string? usbPort, bool isVirtual) => IsPlugged(usbPort, isVirtual) && Taken(usbPort, isVirtual);
        Programmers =
        [
            .. host.Usb.Where(part => DeviceMatch.IsProgrammer(part) && Taken(part.Port, false)).Take(PartsMax),
        ];
        FreePorts =
        [
            .. host.SerialPorts.Where(port => Taken(port.UsbPort, false)
                && !Programmers.Any(part => part.Port == port.UsbPort)).Take(PartsMax),
        ];
        Gpio = [.. host.GpioChips.Where(chip => Fits(chip.UsbPort, chip.IsVirtual))];
        I2c = [.. host.I2cAdapters.Where(bus => Fits(bus.UsbPort, bus.IsVirtual))];
        HostOwn =
        [
            .. host.GpioChips.Where(chip => !IsPlugged(chip.UsbPort, chip.IsVirtual)).Select(chip => chip.Name)
                .Concat(host.I2cAdapters.Where(bus => !IsPlugged(bus.UsbPort, bus.IsVirtual)).Select(bus => bus.Name)),
        ];
        VirtualLeftOut = takesVirtual ? 0 : host.Usb.Count(part => DeviceMatch.IsProgrammer(part) && part.IsVirtual)
            + host.GpioChips.Count(chip => chip.IsVirtual) + host.I2cAdapters.Count(bus => bus.IsVirtual);
    }

    public IReadOnlyList<UsbPart> Programmers { get; }

    /// <summary>Serial ports that belong to no programmer.</summary>
    public IReadOnlyList<SerialPort> FreePorts { get; }

    public IReadOnlyList<GpioChip> Gpio { get; }

    public IReadOnlyList<I2cAdapter> I2c { get; }

    /// <summary>GPIO chips and I2C buses of the host's own board: its power and its memory hang on them.</summary>
    public IReadOnlyList<string> HostOwn { get; }

    public int VirtualLeftOut { get; }

    public static string KindOf(UsbPart part) =>
        part.Model == DeviceMatch.Ch341aModel ? "CH341A" : "FTDI " + ProductOf(part);

    /// <summary>The second channel of an FT2232H or FT4232H.</summary>
    public SerialPort? OwnConsole(UsbPart programmer) =>
        _host.SerialPorts.FirstOrDefault(port => port.UsbPort == programmer.Port && port.Interface == 1);

    /// <summary>How a device is found again: by a serial number that no other has, else by its port.</summary>
    public TtySelector Find(UsbPart part) => IsOnlySerial(part)
        ? new TtySelector(Serial: part.Serial)
        : new TtySelector(PortPath: part.Port);

    /// <summary>How a serial port is found again.</summary>
    public TtySelector Find(SerialPort port)
    {
        TtySelector device = _host.At(port.UsbPort) is { } part ? Find(part) : new TtySelector(PortPath: port.UsbPort);
        return device with { Interface = port.Interface };
    }

    /// <summary>The label, unless two chips have it or the chip may not be asked.</summary>
    public string NameOf(GpioChip chip)
    {
        bool isUnique = _host.GpioChips.Count(other => other.Label == chip.Label) == 1;
        return chip.Label is { Length: > 0 } label && isUnique ? label : chip.Name;
    }

    /// <summary>The driver's name, unless two adapters have it or it changes with every plugging.</summary>
    public string NameOf(I2cAdapter adapter)
    {
        bool isStable = adapter.Label.Length > 0
            && !adapter.Label.Contains("device", StringComparison.Ordinal)
            && !adapter.Label.Contains("hidraw", StringComparison.Ordinal)
            && _host.I2cAdapters.Count(other => other.Label == adapter.Label) == 1;
        return isStable ? adapter.Label : adapter.Name;
    }

    private bool IsVirtual(string? usbPort) => usbPort is not null && _host.At(usbPort) is { IsVirtual: true };

    private static bool IsPlugged(string? usbPort, bool isVirtual) => usbPort is not null || isVirtual;

    private bool IsOnlySerial(UsbPart part) =>
        part.Serial is { Length: > 0 and < 100 } serial && _host.Usb.Count(other => other.Serial == serial) == 1;

    private static string ProductOf(UsbPart part) => part.Model.ProductId switch
    {
        0x6010 => "FT2232H",
        0x6011 => "FT4232H",
        _ => "FT232H",
    };
}
