namespace FlashBench.Bench.Doctor;

/// <summary>Examines a host: every check, each a function of what was read before.</summary>
public static class HostDoctor
{
    private static readonly Func<DoctorCase, IEnumerable<HostFinding>>[] Checks =
    [
        RulesCheck.Of, DevicesCheck.Of, IntrudersCheck.Of, UsbStateCheck.Of, UsbSpeedCheck.Of, StationCheck.Of,
    ];

    /// <summary>Runs every check.</summary>
    /// <returns>At least one finding of each check, in a fixed order.</returns>
    public static IReadOnlyList<HostFinding> Examine(DoctorCase asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        HostFinding[] usb = asked.Host.HasUsb || !asked.UsesHost
            ? []
            : [new HostFinding(
                "usb", Soundness.Problem, "the kernel shows no USB bus at all (/sys/bus/usb is missing)",
                "lsusb   # a container needs --device /dev/bus/usb and /sys")];
        return [.. usb, .. Checks.SelectMany(check => check(asked))];
    }
}
