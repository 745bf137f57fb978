using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Is every part that a bench names plugged in, the only one that matches, and may this user use it?</summary>
internal static class DevicesCheck
{
    public const string ProgrammerName = "programmer", SerialName = "serial-port", GpioName = "gpio", I2cName = "i2c";

    public static IEnumerable<HostFinding> Of(DoctorCase asked) =>
        asked.Uses.Select(use => Examine(asked.Host, use) with { Bench = use.Bench });

    /// <summary>Looks for one part.</summary>
    public static HostFinding Examine(HostSnapshot host, DeviceUse use) => use switch
    {
        DeviceUse.Programmer programmer => OfProgrammer(host, programmer.Entry),
        DeviceUse.SerialLine line => OfSerialLine(host, line.Tty),
        DeviceUse.GpioLine line => OfGpio(host, line),
        DeviceUse.I2cPart part => OfI2c(host, part),
        DeviceUse.Network network => new HostFinding(
            ProgrammerName, Soundness.Unknown, $"whether {network.Address} answers is not tried here",
            $"flashbench flash probe --bench {use.Bench}"),
        _ => throw new ArgumentOutOfRangeException(nameof(use)),
    };

    private static HostFinding OfProgrammer(HostSnapshot host, ProgrammerEntry entry)
    {
        string name = DeviceMatch.NameOf(entry.Kind), place = Place(entry);
        IReadOnlyList<UsbPart> found = DeviceMatch.Of(host, entry), others = DeviceMatch.OfKind(host, entry.Kind);
        string elsewhere = string.Join(" and ", others.Select(part => $"USB {part.Port}"));
        return found switch
        {
            [] => Problem(
                ProgrammerName,
                $"there is no {name} {place}" + (others.Count > 0 ? $"; there is one at {elsewhere}" : ""),
                MendLines.Suggest),
            [var only] => Access(
                host, ProgrammerName, $"{name} at USB {only.Port}" + (only.IsVirtual ? " (virtual)" : ""), only.Node),
            _ => Problem(
                ProgrammerName, $"{found.Count} {name} match {place}; name one by its port: {elsewhere}",
                MendLines.Suggest),
        };
    }

    private static HostFinding OfSerialLine(HostSnapshot host, TtySelector tty)
    {
        IReadOnlyList<SerialPort> found = DeviceMatch.Of(host, tty);
        if (tty.Device is { } device && found.Count == 0 && host.Nodes.TryGetValue(device, out DeviceNode? named))
        {
            return named.Exists
                ? Access(host, SerialName, device, named)
                : Problem(SerialName, $"there is no {device}", MendLines.Suggest);
        }

        return found switch
        {
            [] => Problem(SerialName, $"{tty} is not there", MendLines.Suggest),
            [var only] => Access(
                host, SerialName, tty.Device == only.Node.Path ? tty.Device : $"{tty} is /dev/{only.Name}", only.Node),
            _ => Problem(
                SerialName,
                $"{found.Count} ports match {tty}: {string.Join(", ", found.Select(Where))}; add the interface",
                MendLines.Suggest),
        };
    }

    private static HostFinding OfGpio(HostSnapshot host, DeviceUse.GpioLine line)
    {
        GpioChip? secret = host.GpioChips.FirstOrDefault(chip => chip.Node.Exists && !chip.Node.Usable);
        return DeviceMatch.Of(host, line) switch
        {
            [] when secret is not null => Problem(
                GpioName, $"user {host.User.Name} may not use GPIO chips, so whether {line.Chip} is there is not known",
                MendLines.Access(host, secret.Node)),
            [] => Problem(GpioName, $"there is no GPIO chip {line.Chip}", MendLines.Suggest),
            [var only] when Offset(line.Line) is { } offset && only.Lines > 0 && offset >= only.Lines => Problem(
                GpioName, $"{line.Chip} has lines 0 to {only.Lines - 1}, and none {line.Line}",
                $"gpioinfo {MendLines.Quoted(only.Name)}"),
            [var only] => Access(host, GpioName, $"line {line.Line} of {line.Chip} ({only.Name})", only.Node),
            { Count: var count } => Problem(
                GpioName, $"{count} GPIO chips are called {line.Chip}", "gpiodetect"),
        };
    }

    private static HostFinding OfI2c(HostSnapshot host, DeviceUse.I2cPart part) => DeviceMatch.Of(host, part) switch
    {
        [] => Problem(I2cName, $"there is no I2C adapter {part.Bus}", MendLines.Suggest),
        [{ Node.Exists: false } only] => Problem(
            I2cName, $"{only.Name} has no device node: the module i2c-dev is not loaded",
            "sudo modprobe i2c-dev && echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf"),
        [var only] => Access(
            host, I2cName, $"0x{part.Address:x2} on {part.Bus} ({only.Name})", only.Node),
        { Count: var count } => Problem(
            I2cName, $"{count} I2C adapters are called {part.Bus}; name one by its number", MendLines.Suggest),
    };

    private static HostFinding Access(HostSnapshot host, string check, string what, DeviceNode node)
    {
        if (node.Usable)
            return new HostFinding(check, Soundness.Ok, $"{what}: there, and this user may use it");
        return node.Exists
            ? Problem(check, $"{what}: user {host.User.Name} may not use {node.Path}", MendLines.Access(host, node))
            : Problem(check, $"{what}: it has no device node {node.Path}", MendLines.ReloadRules);
    }

    private static HostFinding Problem(string check, string sentence, string mend) =>
        new(check, Soundness.Problem, sentence, mend);

    private static string Place(ProgrammerEntry entry) => entry switch
    {
        { Port: { } port } => $"at USB {port}",
        { Serial: { } serial } => $"with serial number {serial}",
        _ => "plugged in",
    };

    private static string Where(SerialPort port) =>
        string.Create(CultureInfo.InvariantCulture, $"{port.Name} (USB {port.UsbPort}, interface {port.Interface})");

    private static int? Offset(string line) =>
        int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int offset) ? offset : null;
}
