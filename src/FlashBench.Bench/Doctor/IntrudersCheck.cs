using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Programs that take serial adapters for something else: brltty for Braille displays, ModemManager for
/// modems.</summary>
internal static class IntrudersCheck
{
    public const string BrailleName = "brltty", ModemName = "modemmanager";

    // Vendors of the adapters that brltty also knows as Braille displays: WCH, FTDI, Silicon Labs.
    private static readonly string[] ClaimedVendors = ["1a86", "0403", "10c4"];

    public static IEnumerable<HostFinding> Of(DoctorCase asked)
    {
        yield return Braille(asked);
        foreach (HostFinding finding in Modem(asked))
            yield return finding;
    }

    private static HostFinding Braille(DoctorCase asked)
    {
        RulesFile[] claiming = [.. asked.Host.BrailleRules.Where(Claims)];
        bool? runs = asked.Host.Programs?.Any(name => name.StartsWith("brltty", StringComparison.Ordinal));
        if (runs is true)
        {
            return new HostFinding(
                BrailleName, asked.Grave, "brltty runs: it takes CH340, FTDI and CP210x adapters for Braille displays",
                "sudo systemctl mask --now brltty.path brltty.service brltty-udev.service" + Mask(claiming));
        }

        if (claiming is [var first, ..])
        {
            return new HostFinding(
                BrailleName, Soundness.Warning, $"{first.Path} starts brltty for CH340, FTDI or CP210x adapters",
                Mask(claiming)[" && ".Length..]);
        }

        return runs is null
            ? new HostFinding(
                BrailleName, Soundness.Unknown, "whether brltty runs is not known: processes cannot be listed",
                "pgrep -l brltty")
            : new HostFinding(BrailleName, Soundness.Ok, "brltty does not run, and no rule of it claims adapters");
    }

    private static bool Claims(RulesFile file) => file.Rules.Any(rule => Array.Exists(
        ClaimedVendors, vendor => rule.Contains(vendor, StringComparison.OrdinalIgnoreCase)));

    private static string Mask(RulesFile[] files) => files.Length == 0
        ? ""
        : string.Concat(files.Select(file =>
            $" && sudo ln -sf /dev/null /etc/udev/rules.d/{MendLines.Quoted(Path.GetFileName(file.Path))}"))
            + " && sudo udevadm control --reload";

    private static HostFinding[] Modem(DoctorCase asked)
    {
        if (asked.Host.Programs is not { } programs)
        {
            return
            [
                new HostFinding(
                    ModemName, Soundness.Unknown, "whether ModemManager runs is not known: processes cannot be listed",
                    "pgrep -l ModemManager"),
            ];
        }

        if (!programs.Contains("ModemManager"))
            return [new HostFinding(ModemName, Soundness.Ok, "ModemManager does not run")];
        if (asked.Host.Rules is not { Text: not null, Masked: false })
        {
            return
            [
                new HostFinding(
                    ModemName, asked.SerialLines.Any() ? Soundness.Problem : Soundness.Warning,
                    "ModemManager runs, and no rule keeps it from writing to serial ports", MendLines.InstallRules),
            ];
        }

        HostFinding[] open = [.. asked.SerialLines.Select(line => Unguarded(asked.Host, line)).OfType<HostFinding>()];
        return open.Length > 0
            ? open
            : [new HostFinding(ModemName, Soundness.Ok, "ModemManager runs, and is told to leave the adapters alone")];
    }

    // What udev has noted about the port counts, not what the rules file promises.
    private static HostFinding? Unguarded(HostSnapshot host, DeviceUse.SerialLine line)
    {
        IReadOnlyList<SerialPort> ports = DeviceMatch.Of(host, line.Tty);
        if (ports.Count != 1 || ports[0].ModemManagerKeepsOff is true)
            return null;
        string name = ports[0].Name;
        HostFinding finding = ports[0].ModemManagerKeepsOff is false
            ? new HostFinding(
                ModemName, Soundness.Problem,
                $"ModemManager may write to {name}: the rules came after it was plugged in",
                "sudo udevadm trigger --action=add --subsystem-match=tty && sudo systemctl restart ModemManager")
            : new HostFinding(
                ModemName, Soundness.Unknown, $"udev says nothing about {name}, so ModemManager may write to it",
                $"udevadm info /dev/{name} | grep ID_MM_DEVICE_IGNORE");
        return finding with { Bench = line.Bench };
    }
}
