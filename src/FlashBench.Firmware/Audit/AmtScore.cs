using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>Whether something is there.</summary>
public enum Presence
{
    /// <summary>Nobody knows.</summary>
    Unknown,

    /// <summary>It is there: something says so.</summary>
    Present,

    /// <summary>It is not there: something says so. Not having been seen is not enough.</summary>
    Absent,
}

/// <summary>One of the things that AMT needs.</summary>
/// <param name="Name">For people.</param>
/// <param name="Presence">Whether it is there.</param>
/// <param name="Reason">What that rests on, or what would tell.</param>
public sealed record AmtIngredient(string Name, Presence Presence, string Reason);

/// <summary>What AMT needs, and what of it a board has.</summary>
/// <param name="Processor">A processor with vPro.</param>
/// <param name="Network">A network controller of Intel.</param>
/// <param name="Firmware">An ME edition that carries AMT.</param>
/// <remarks>Source: me-firmware 5.1 and 1.9.</remarks>
public sealed record AmtScore(AmtIngredient Processor, AmtIngredient Network, AmtIngredient Firmware)
{
    private const int Consumer = 2, Corporate = 3, Lite = 5; // HFSTS3 bits 6:4

    /// <summary>Present: the board can do AMT. Absent: AMT is not possible. Unknown otherwise.</summary>
    public Presence Verdict
    {
        get
        {
            Presence[] all = [Processor.Presence, Network.Presence, Firmware.Presence];
            return all.Contains(Presence.Absent) ? Presence.Absent
                : all.Contains(Presence.Unknown) ? Presence.Unknown : Presence.Present;
        }
    }

    /// <summary>The verdict in words.</summary>
    public string Sentence => Verdict switch
    {
        Presence.Present => "AMT-capable: all three ingredients are present",
        Presence.Absent => "AMT is not possible: an ingredient is absent",
        _ => "unknown: not every ingredient is known, and none is known to be absent",
    };

    /// <summary>Scores a board.</summary>
    /// <param name="image">The image.</param>
    /// <param name="host">What is known besides.</param>
    public static AmtScore Of(ImageAnalysis image, HostFacts host)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(host);
        var (processor, why) = JudgeProcessor(host);
        var (network, seen) = JudgeNetwork(image, host);
        var (firmware, edition) = JudgeFirmware(image, host.Registers);
        return new(
            new("vPro processor", processor, why), new("Intel network controller", network, seen),
            new("corporate ME", firmware, edition));
    }

    private static (Presence, string) JudgeProcessor(HostFacts host)
    {
        bool isOther = host.Processor is { } brand && HasNoVpro(brand);
        return host.VproStated switch
        {
            true when isOther => (Presence.Unknown,
                $"stated to have vPro, but \"{host.Processor}\" is of a line without"),
            true => (Presence.Present, "stated by the technician"),
            false => (Presence.Absent, "stated by the technician"),
            null when isOther => (Presence.Absent, $"\"{host.Processor}\" is of a line without vPro"),
            null when host.HasSmxAndVmx => (Presence.Unknown,
                "SMX and VMX are there, which vPro needs but which does not prove it; look the processor up and add " +
                "a line \"vPro: yes\" or \"vPro: no\""),
            _ => (Presence.Unknown, "look the processor up and add a line \"vPro: yes\" or \"vPro: no\""),
        };
    }

    private static bool HasNoVpro(string brand) =>
        brand.StartsWith("AMD ", StringComparison.Ordinal) ||
        brand.StartsWith("Intel(R) Celeron(R) ", StringComparison.Ordinal) ||
        brand.StartsWith("Intel(R) Pentium(R) ", StringComparison.Ordinal) ||
        brand.StartsWith("Intel(R) Atom(TM) ", StringComparison.Ordinal);

    // A list without such a controller may have lost the line, or the controller may be switched off.
    private static (Presence, string) JudgeNetwork(ImageAnalysis image, HostFacts host)
    {
        PciFunction? nic = host.Pci.FirstOrDefault(f => f is { Vendor: PciFunction.Intel, IsNetwork: true });
        bool hasRegion = image.Descriptor?.Region(DescriptorRegion.Gbe) is not null;
        if (nic is not null || hasRegion)
        {
            string reason = nic is not null
                ? $"PCI {nic}"
                : "the descriptor has a GbE region: a wired Intel controller is designed in";
            return host.IntelNicStated == false
                ? (Presence.Unknown, $"stated to be absent, but {reason}")
                : (Presence.Present, reason);
        }

        return host.IntelNicStated switch
        {
            true => (Presence.Present, "stated by the technician"),
            false => (Presence.Absent, "stated by the technician"),
            null => (Presence.Unknown, "no GbE region and no PCI line shows one, which proves nothing; add lspci -nn " +
                "or a line \"Intel NIC: no\""),
        };
    }

    private static (Presence, string) JudgeFirmware(ImageAnalysis image, MeRegisters registers)
    {
        var (inImage, reason) = JudgeImage(image);
        Hfsts3? word = image.Me is { Family: FirmwareFamily.Me } me && registers.Status1 is not null
            ? registers.Status3(me.Version.Major)
            : null;
        var (running, seen) = JudgeRegister(word);
        if (running == Presence.Unknown)
            return (inImage, reason);
        if (inImage == Presence.Unknown)
            return (running, seen);
        return running == inImage
            ? (inImage, $"{reason}; {seen}")
            : (Presence.Unknown, $"{reason}, but {seen}");
    }

    private static (Presence, string) JudgeImage(ImageAnalysis image)
    {
        if (image.Me is not { } me)
            return (Presence.Unknown, "the image holds no ME firmware that can be read");
        if (me.Code.Manifest.Signature is not (SignatureStatus.Valid or SignatureStatus.UnknownKey))
        {
            return (Presence.Unknown,
                "the manifest's signature is not valid or not checked, so its edition counts nothing");
        }

        if (me.Family is not FirmwareFamily.Me)
            return (Presence.Absent, $"{me.Title} has no AMT");
        return me.Sku.AmtCapable switch
        {
            true => (Presence.Present, $"edition by the image: {me.Sku.Text}"),
            false => (Presence.Absent, $"edition by the image: {me.Sku.Text}"),
            null => (Presence.Unknown, "the image does not tell its edition"),
        };
    }

    private static (Presence, string) JudgeRegister(Hfsts3? word) => word?.Sku switch
    {
        Corporate => (Presence.Present, "HFSTS3 says corporate"),
        Consumer => (Presence.Absent, "HFSTS3 says consumer"),
        Lite => (Presence.Absent, "HFSTS3 says lite"),
        _ => (Presence.Unknown, ""),
    };
}
