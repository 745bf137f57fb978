using System.Globalization;
using FlashBench.Hardware.Console;

namespace FlashBench.Bench.Config;

/// <summary>Finds what no single bench shows: one part that two benches would drive.</summary>
/// <remarks>
/// Only what the configuration says is compared. That "/dev/ttyUSB0" and the port of USB 1-4 are one and the same is
/// known to the host alone (`config check --here`).
/// </remarks>
internal static class SharedDevices
{
    /// <summary>Refuses a configuration in which a part is used twice.</summary>
    /// <param name="root">The whole configuration.</param>
    /// <param name="uses">Its parts.</param>
    /// <exception cref="ConfigException">A part is used twice; the message names both places.</exception>
    public static void Refuse(ConfigNode root, IReadOnlyList<DeviceUse> uses)
    {
        RefuseTwoOnlyOnes(root, [.. uses.OfType<DeviceUse.Programmer>()]);
        var seen = new Dictionary<string, List<DeviceUse>>(StringComparer.Ordinal);
        foreach (DeviceUse use in uses)
        {
            if (KeyOf(use) is not { } key)
                continue;
            if (!seen.TryGetValue(key, out List<DeviceUse>? earlier))
                seen[key] = earlier = [];
            if (earlier.Find(other => Collide(other, use)) is { } taken)
            {
                throw At(root, use.Path).Fault(
                    $"{Describe(use)} is used at {taken.Path} already (bench {taken.Bench})");
            }

            earlier.Add(use);
        }
    }

    // A programmer without port and serial means "the only one": then there must be no other.
    private static void RefuseTwoOnlyOnes(ConfigNode root, IReadOnlyList<DeviceUse.Programmer> programmers)
    {
        foreach (DeviceUse.Programmer only in programmers.Where(use => use.Entry is { Port: null, Serial: null }))
        {
            if (programmers.FirstOrDefault(use => use != only && use.Entry.Kind == only.Entry.Kind) is { } other)
            {
                throw At(root, only.Path).Fault(
                    $"needs a port or a serial: {other.Path} is a {KindOf(other)} too (bench {other.Bench})");
            }
        }
    }

    // Uses with different keys never collide.
    private static string? KeyOf(DeviceUse use) => use switch
    {
        DeviceUse.Programmer { Entry: { Port: { } port } } => $"usb {port}",
        DeviceUse.Programmer { Entry: { Serial: { } serial } } => $"serial {serial}",
        DeviceUse.Network network => $"network {network.Address}",
        DeviceUse.SerialLine { Tty: { Device: { } device } } => $"device {device}",
        DeviceUse.SerialLine { Tty: { PortPath: { } port } } => $"usb {port}",
        DeviceUse.SerialLine { Tty: { Serial: { } serial } } => $"serial {serial}",
        DeviceUse.GpioLine line => $"gpio {line.Chip} {line.Line}",
        DeviceUse.I2cPart part => $"i2c {part.Bus} {part.Address}",
        _ => null,
    };

    private static bool Collide(DeviceUse one, DeviceUse other) => (one, other) switch
    {
        (DeviceUse.Programmer a, DeviceUse.Programmer b) =>
            a.Entry.Kind == ProgrammerKind.Ch341a || b.Entry.Kind == ProgrammerKind.Ch341a
            || a.Entry.Channel == b.Entry.Channel,
        (DeviceUse.Programmer a, DeviceUse.SerialLine b) => Collide(a, b),
        (DeviceUse.SerialLine a, DeviceUse.Programmer b) => Collide(b, a),
        (DeviceUse.SerialLine a, DeviceUse.SerialLine b) => Collide(a, b),
        (DeviceUse.I2cPart { Pin: null }, DeviceUse.I2cPart { Pin: null }) => one.Bench != other.Bench,
        (DeviceUse.I2cPart a, DeviceUse.I2cPart b) => a.Pin == b.Pin,
        _ => true,
    };

    private static bool Collide(DeviceUse.Programmer programmer, DeviceUse.SerialLine line) =>
        programmer.Entry.Kind == ProgrammerKind.Ch341a || line.Tty.Interface is not { } number
        || number == InterfaceOf(programmer.Entry);

    // A relay board has a port for all its relays; the two quantities of one bench may come from one meter.
    private static bool Collide(DeviceUse.SerialLine one, DeviceUse.SerialLine other)
    {
        bool samePort = one.Tty.Interface is not { } a || other.Tty.Interface is not { } b || a == b;
        bool shared = (one.Purpose, other.Purpose) switch
        {
            (SerialPurpose.Relay, SerialPurpose.Relay) => one.Channel != other.Channel,
            (SerialPurpose.Meter, SerialPurpose.Meter) => one.Bench == other.Bench,
            _ => false,
        };
        return samePort && !shared;
    }

    /// <summary>USB interface of the channel that drives the SPI bus.</summary>
    internal static int InterfaceOf(ProgrammerEntry programmer) => programmer.Channel == "B" ? 1 : 0;

    private static string Describe(DeviceUse use) => use switch
    {
        DeviceUse.Programmer { Entry: { Kind: ProgrammerKind.Ch341a } entry } => $"the CH341A {Place(entry)}",
        DeviceUse.Programmer { Entry: { } entry } => $"channel {entry.Channel} of the FT2232H {Place(entry)}",
        DeviceUse.Network network => $"the serprog programmer {ConfigNode.Shown(network.Address)}",
        DeviceUse.SerialLine { Purpose: SerialPurpose.Relay } line =>
            $"relay {line.Channel.ToString(CultureInfo.InvariantCulture)} behind {Shown(line.Tty)}",
        DeviceUse.SerialLine line => Shown(line.Tty),
        DeviceUse.GpioLine line => $"line {ConfigNode.Shown(line.Line)} of {ConfigNode.Shown(line.Chip)}",
        DeviceUse.I2cPart part => string.Create(
            CultureInfo.InvariantCulture,
            $"{(part.Pin is null ? "the sensor" : $"pin {part.Pin} of the expander")} 0x{part.Address:x2} on "
            + $"{ConfigNode.Shown(part.Bus)}"),
        _ => "the part",
    };

    private static string Shown(TtySelector tty) => ConfigNode.Shown(tty.ToString(), lengthMax: 120);

    private static string Place(ProgrammerEntry entry) => entry.Port is { } port
        ? $"at USB {ConfigNode.Shown(port)}"
        : $"with serial number {ConfigNode.Shown(entry.Serial ?? "")}";

    private static string KindOf(DeviceUse.Programmer use) =>
        use.Entry.Kind == ProgrammerKind.Ch341a ? "CH341A" : "FT2232H";

    // The paths are our own: ".key" and "[index]" only.
    private static ConfigNode At(ConfigNode root, string path)
    {
        ConfigNode node = root;
        foreach (string step in path.Split((char[])['.', '['], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            node = step.EndsWith(']')
                ? node.Items[int.Parse(step.AsSpan(0, step.Length - 1), CultureInfo.InvariantCulture)]
                : node.Find(step) ?? node;
        }

        return node;
    }
}
