using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Do the programmers get the bandwidth that they need?</summary>
/// <remarks>
/// A CH341A runs at 12 Mbit/s. Behind a high-speed hub its traffic goes through a transaction translator, which has
/// 12 Mbit/s for all that hang on it: one for the whole hub (bDeviceProtocol 1) or one a port (2). A CH341A at full
/// speed uses 4.3 Mbit/s of it, so two fit. Source: USB 2.0, 11.14 and 11.23 (S-22); spi-flash 2.1.
/// </remarks>
internal static class UsbSpeedCheck
{
    public const string Name = "usb-speed";

    private const double FullSpeed = 12, HighSpeed = 480;
    private const int TranslatorShareMax = 2, TierMax = 7, OnePerPort = 2;

    public static IEnumerable<HostFinding> Of(DoctorCase asked)
    {
        UsbPart[] programmers =
            [.. asked.Host.Usb.Where(part => DeviceMatch.IsProgrammer(part) && !part.OnVirtualHost)];
        HostFinding[] found = [.. Slow(programmers), .. Crowded(asked.Host, programmers)];
        return found.Length > 0
            ? found
            : [new HostFinding(Name, Soundness.Ok, programmers.Length == 0
                ? "no real programmer is plugged in"
                : "every programmer has the bandwidth that it needs")];
    }

    private static IEnumerable<HostFinding> Slow(UsbPart[] programmers) => programmers
        .Where(part => DeviceMatch.IsFtdi(part) && part.Speed is > 0 and < HighSpeed)
        .Select(part => new HostFinding(
            Name, Soundness.Warning,
            $"the FT2232H at USB {part.Port} runs at {part.Speed:0.#} Mbit/s, not 480: a slow hub or a bad cable",
            "plug it into the host itself, with a short cable")
        {
            ByHand = true,
        });

    private static IEnumerable<HostFinding> Crowded(HostSnapshot host, UsbPart[] programmers) => programmers
        .Where(part => part.Model == DeviceMatch.Ch341aModel)
        .GroupBy(part => TranslatorOf(host, part))
        .Where(group => group.Key is not null && (group.Count() > TranslatorShareMax || group.Key.Value.IsSlowHub))
        .Select(group => group.Key!.Value.IsSlowHub
            ? new HostFinding(
                Name, Soundness.Warning,
                $"{Count(group.Count())} {Ports(group)} behind {group.Key.Value.Place}, a hub of 12 Mbit/s in all",
                "plug it into the host itself or into a USB 2 hub")
            { ByHand = true }
            : new HostFinding(
                Name, Soundness.Warning,
                $"{Count(group.Count())} {Ports(group)} share the 12 Mbit/s of {group.Key.Value.Place}; "
                + "two get full speed",
                "spread them over other hubs, or take a hub with a translator for each port (multi-TT)")
            {
                ByHand = true,
            });

    // Goes up to the first hub that is faster than the device, or to a hub as slow as itself.
    private static (string Place, bool IsSlowHub)? TranslatorOf(HostSnapshot host, UsbPart part)
    {
        string below = part.Port;
        for (int tier = 0; tier < TierMax; tier++)
        {
            UsbPart? hub = (tier == 0 ? part : host.At(below))?.Parent is { } parent ? host.At(parent) : null;
            if (hub is null || hub.IsRoot)
                return null; // the host controller gives each of its ports full bandwidth
            if (hub.Speed is > 0 and <= FullSpeed)
                return ($"USB {hub.Port}", true);
            if (hub.Speed >= HighSpeed)
            {
                string port = hub.Protocol == OnePerPort ? $"port {below[(hub.Port.Length + 1)..]} of " : "";
                return ($"{port}hub USB {hub.Port}", false);
            }

            below = hub.Port;
        }

        return null;
    }

    private static string Count(int count) => count == 1 ? "the CH341A at" : $"{count} CH341A at";

    private static string Ports(IEnumerable<UsbPart> parts) =>
        "USB " + string.Join(", ", parts.Select(part => part.Port));
}
