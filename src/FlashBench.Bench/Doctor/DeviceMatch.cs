using FlashBench.Bench.Config;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Host;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;

namespace FlashBench.Bench.Doctor;

/// <summary>Which parts of a host a configuration means.</summary>
internal static class DeviceMatch
{
    public static UsbModel Ch341aModel { get; } = new(0x1A86, 0x5512);

    /// <summary>CH340 and CH341 in serial mode.</summary>
    public static IReadOnlyList<UsbModel> WchSerialModels { get; } = [new(0x1A86, 0x5523), new(0x1A86, 0x7523)];

    public static bool IsFtdi(UsbPart part) => FtdiProtocol.Models.Contains(part.Model);

    public static bool IsProgrammer(UsbPart part) => part.Model == Ch341aModel || IsFtdi(part);

    public static string NameOf(ProgrammerKind kind) => kind == ProgrammerKind.Ch341a ? "CH341A" : "FT2232H";

    public static IReadOnlyList<UsbPart> OfKind(HostSnapshot host, ProgrammerKind kind) =>
        [.. host.Usb.Where(part => kind == ProgrammerKind.Ch341a ? part.Model == Ch341aModel : IsFtdi(part))];

    public static IReadOnlyList<UsbPart> Of(HostSnapshot host, ProgrammerEntry entry) =>
    [
        .. OfKind(host, entry.Kind).Where(part => (entry.Port is null || part.Port == entry.Port)
            && (entry.Serial is null || part.Serial == entry.Serial)),
    ];

    public static IReadOnlyList<SerialPort> Of(HostSnapshot host, TtySelector tty)
    {
        if (tty.Device is { } device)
        {
            string? real = host.Nodes.TryGetValue(device, out DeviceNode? node) ? node.Path : device;
            return [.. host.SerialPorts.Where(port => port.Node.Path == real)];
        }

        return
        [
            .. host.SerialPorts.Where(port => (tty.PortPath is null || port.UsbPort == tty.PortPath)
                && (tty.Serial is null || host.At(port.UsbPort)?.Serial == tty.Serial)
                && (tty.Interface is null || port.Interface == tty.Interface)),
        ];
    }

    public static IReadOnlyList<GpioChip> Of(HostSnapshot host, DeviceUse.GpioLine line) =>
        [.. host.GpioChips.Where(chip => chip.Name == line.Chip || chip.Label == line.Chip)];

    public static IReadOnlyList<I2cAdapter> Of(HostSnapshot host, DeviceUse.I2cPart part) =>
        [.. host.I2cAdapters.Where(adapter => adapter.Name == part.Bus || adapter.Label == part.Bus)];
}
