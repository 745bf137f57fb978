using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Are the programmers in the right mode, free, awake, and told apart?</summary>
internal static class UsbStateCheck
{
    public const string ModeName = "ch341-mode", DriverName = "ftdi-channel", SuspendName = "autosuspend",
        SerialsName = "duplicate-serials", VirtualName = "virtual-devices", LibraryName = "libusb";

    public static IEnumerable<HostFinding> Of(DoctorCase asked) =>
    [
        Library(asked), .. Mode(asked), .. Drivers(asked), .. Suspend(asked), .. Serials(asked), .. Virtual(asked),
    ];

    private static HostFinding Library(DoctorCase asked) => asked.Host.LibUsbFault is { } fault
        ? new HostFinding(
            LibraryName, asked.Programmers.Any() ? Soundness.Problem : Soundness.Warning,
            $"libusb cannot be used: {fault.TrimEnd('.')}", "sudo apt-get install libusb-1.0-0")
        : new HostFinding(LibraryName, Soundness.Ok, "libusb-1.0 is installed and starts");

    // 1A86:5523 is the programmer board with its jumper on UART; 1A86:7523 is that chip's sibling on any serial cable.
    private static List<HostFinding> Mode(DoctorCase asked)
    {
        const string Mend = "set the jumper of the board to SPI (1-2 on the black ones), and plug it in again";
        var found = new List<HostFinding>();
        foreach (UsbPart part in asked.Host.Usb.Where(part => DeviceMatch.WchSerialModels.Contains(part.Model)))
        {
            DeviceUse.Programmer? meant = asked.Programmers.FirstOrDefault(use =>
                use.Entry.Kind == ProgrammerKind.Ch341a && use.Entry.Port == part.Port);
            if (meant is not null)
            {
                found.Add(new HostFinding(
                    ModeName, Soundness.Problem, $"the CH341 at USB {part.Port} is in serial mode ({part.Model})", Mend)
                {
                    Bench = meant.Bench,
                    ByHand = true,
                });
            }
            else if (part.Model == DeviceMatch.WchSerialModels[0])
            {
                found.Add(new HostFinding(
                    ModeName, Soundness.Warning,
                    $"a CH341 at USB {part.Port} is in serial mode ({part.Model}), which is no programmer",
                    Mend)
                {
                    ByHand = true,
                });
            }
        }

        return found.Count > 0 ? found : [new HostFinding(ModeName, Soundness.Ok, "no CH341 is in serial mode")];
    }

    private static List<HostFinding> Drivers(DoctorCase asked)
    {
        var found = new List<HostFinding>();
        foreach (DeviceUse.Programmer use in asked.Programmers)
        {
            int number = SharedDevices.InterfaceOf(use.Entry);
            if (DeviceMatch.Of(asked.Host, use.Entry) is not [var part])
                continue;
            string? driver = part.Drivers.GetValueOrDefault(number);
            string place = $"interface {number} of {DeviceMatch.NameOf(use.Entry.Kind)} at USB {part.Port}";
            HostFinding? finding = driver switch
            {
                null => null,
                "usbfs" => new HostFinding(
                    DriverName, Soundness.Warning, $"{place} is in use by another program, or by a job that runs",
                    $"sudo fuser -v {MendLines.Quoted(part.Node.Path)}"),
                _ => new HostFinding(
                    DriverName, Soundness.Warning,
                    $"{place} is held by {driver}; it is taken for each command, unless somebody has its port open",
                    $"echo {part.Port}:1.{number} | sudo tee /sys/bus/usb/drivers/{MendLines.Quoted(driver)}/unbind"),
            };
            if (finding is not null)
                found.Add(finding with { Bench = use.Bench });
        }

        return found.Count > 0
            ? found
            : [new HostFinding(DriverName, Soundness.Ok, "nobody else holds the channel of a programmer")];
    }

    private static HostFinding[] Suspend(DoctorCase asked)
    {
        HostFinding[] found =
        [
            .. asked.Host.Usb.Where(part => DeviceMatch.IsProgrammer(part) && part.PowerControl == "auto")
                .Select(part => new HostFinding(
                    SuspendName, Soundness.Warning,
                    $"the programmer at USB {part.Port} may be suspended between commands",
                    $"echo on | sudo tee /sys/bus/usb/devices/{part.Port}/power/control")),
        ];
        return found.Length > 0 ? found : [new HostFinding(SuspendName, Soundness.Ok, "no programmer is suspended")];
    }

    private static List<HostFinding> Serials(DoctorCase asked)
    {
        var found = new List<HostFinding>();
        var numbered = asked.Host.Usb.Where(part => !part.IsHub && part.Serial is [_, ..])
            .GroupBy(part => (part.Model, Serial: part.Serial!)).Where(group => group.Skip(1).Any());
        foreach (var same in numbered)
        {
            string serial = same.Key.Serial, ports = string.Join(" and ", same.Select(part => part.Port));
            bool isNamed = asked.Uses.Any(use => SerialOf(use) == serial);
            found.Add(new HostFinding(
                SerialsName, isNamed ? Soundness.Problem : Soundness.Warning,
                $"{same.Count()} devices {same.First().Model} have the serial number {serial}: USB {ports}",
                $"\"port\": \"{same.First().Port}\" in place of \"serial\", in bench-config.json")
            {
                ByHand = true,
            });
        }

        return found.Count > 0
            ? found
            : [new HostFinding(SerialsName, Soundness.Ok, "no two devices of a kind have the same serial number")];
    }

    private static string? SerialOf(DeviceUse use) => use switch
    {
        DeviceUse.Programmer programmer => programmer.Entry.Serial,
        DeviceUse.SerialLine line => line.Tty.Serial,
        _ => null,
    };

    private static HostFinding[] Virtual(DoctorCase asked)
    {
        string[] ports =
            [.. asked.Host.Usb.Where(part => part is { IsVirtual: true, IsHub: false }).Select(part => part.Port)];
        if (ports.Length == 0)
            return [new HostFinding(VirtualName, Soundness.Ok, "no USB device is virtual")];
        return
        [
            new HostFinding(
                VirtualName, asked.UsesHost ? Soundness.Warning : Soundness.Ok,
                $"virtual (USB/IP or FlashBench): USB {string.Join(", ", ports)}; "
                + "a job that uses one is recorded as simulated",
                asked.UsesHost ? "usbip port   # then: usbip detach -p PORT" : null),
        ];
    }
}
