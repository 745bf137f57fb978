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
        return [Usb(asked), .. Checks.SelectMany(check => check(asked))];
    }

    private static HostFinding Usb(DoctorCase asked) => asked.Host switch
    {
        { HasUsb: false } when asked.UsesHost => new HostFinding(
            "usb", Soundness.Problem, "the kernel shows no USB bus at all (/sys/bus/usb is missing)",
            "lsusb   # a container needs --device /dev/bus/usb and /sys"),
        { HasUsb: false } => new HostFinding(
            "usb", Soundness.Ok, "the kernel shows no USB bus; virtual benches need none"),
        { Usb: var parts } => new HostFinding(
            "usb", Soundness.Ok, $"devices beside hubs: {parts.Count(part => !part.IsHub)}"),
    };
}
