namespace FlashBench.Firmware.Formats;

/// <summary>What must hold between a descriptor and the dump that carries it.</summary>
internal static class DescriptorRules
{
    /// <summary>Length that a descriptor's own region can have, in bytes: 4 KiB, or 16 KiB on Meteor Lake; more is
    /// damage, and would make every dump look like a descriptor alone.</summary>
    public const long OwnLengthMax = 0x10000;

    private const int MapLength = 0x10; // signature, FLMAP0 to FLMAP2; another section can follow, but none precede
    private const int RegionsMin = 5, MastersMin = 3; // words that every descriptor has

    /// <summary>Adds a finding for every rule that <paramref name="descriptor"/> breaks by itself.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void CheckItself(FlashDescriptor descriptor, List<Finding> findings)
    {
        CheckOwnRegion(descriptor, findings);
        (string Name, FlashRange Range)[] sections = [.. Sections(descriptor)];
        for (int i = 0; i < sections.Length; i++)
        {
            foreach ((string name, FlashRange range) in sections.AsSpan(i + 1))
            {
                if (sections[i].Range.Overlaps(range))
                {
                    findings.Add(new(range.Start, FindingSeverity.Error,
                        $"the descriptor's {sections[i].Name} and its {name} overlap at {range}"));
                }
            }
        }
    }

    // A word written into one of them must not be a word of another.
    private static IEnumerable<(string Name, FlashRange Range)> Sections(FlashDescriptor descriptor)
    {
        yield return ("map", new FlashRange(0, descriptor.SignatureOffset + MapLength));
        yield return ("chip sizes", FlashRange.At(descriptor.Bases.Components, sizeof(uint)));
        yield return ("regions", FlashRange.At(descriptor.Bases.Regions, sizeof(uint) * RegionsMin));
        yield return ("access rights", FlashRange.At(descriptor.Bases.Masters, sizeof(uint) * MastersMin));
        yield return ("PCH straps", FlashRange.At(descriptor.StrapsOffset, sizeof(uint) * descriptor.Straps.Length));
        if (descriptor.Pch is PchClass.Ich8 or PchClass.Ich9 or PchClass.Ich10) // FMSBA is other fields later
            yield return ("MCH straps", FlashRange.At(descriptor.Bases.ProcessorStraps, sizeof(uint)));
    }

    /// <summary>Adds a finding for every rule that <paramref name="descriptor"/> breaks.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="imageLength">Length of the dump in bytes.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void Check(FlashDescriptor descriptor, long imageLength, List<Finding> findings)
    {
        CheckLength(descriptor, imageLength, findings);
        foreach (DescriptorRegion region in descriptor.Regions)
        {
            if (descriptor.FlashLength > 0 && region.Range.End > descriptor.FlashLength)
            {
                findings.Add(new(region.Range.Start, FindingSeverity.Error,
                    $"the {region.Name} region {region.Range} ends past the 0x{descriptor.FlashLength:X} byte flash"));
            }
        }

        CheckOverlaps(descriptor, findings);
    }

    private static void CheckLength(FlashDescriptor descriptor, long imageLength, List<Finding> findings)
    {
        if (descriptor.Components.Contains(0))
        {
            findings.Add(new(0, FindingSeverity.Error, "the descriptor does not state the size of its flash chips"));
        }
        else if (imageLength == descriptor.Components[0] && descriptor.Components.Length == 2)
        {
            bool complete = descriptor.Region(DescriptorRegion.Me) is not { } me || me.Range.End <= imageLength;
            findings.Add(complete
                ? new(0, FindingSeverity.Note, "chip 1 of 2: what lies on chip 2 was not examined")
                : new(0, FindingSeverity.Error, "chip 1 of 2, but the ME region reaches into chip 2"));
        }
        else if (imageLength != descriptor.FlashLength)
        {
            findings.Add(new(imageLength, FindingSeverity.Error,
                $"the file has 0x{imageLength:X} bytes, but the flash it describes 0x{descriptor.FlashLength:X}"));
        }
    }

    private static void CheckOwnRegion(FlashDescriptor descriptor, List<Finding> findings)
    {
        long strapsEnd = descriptor.StrapsOffset + sizeof(uint) * descriptor.Straps.Length;
        FlashRange? own = descriptor.Region(DescriptorRegion.Descriptor)?.Range;
        if (own is not { Start: 0, End: <= OwnLengthMax and var end } || end < strapsEnd)
            findings.Add(new(0, FindingSeverity.Error, "the descriptor's own region does not hold the descriptor"));
    }

    private static void CheckOverlaps(FlashDescriptor descriptor, List<Finding> findings)
    {
        for (int i = 0; i < descriptor.Regions.Length; i++)
        {
            foreach (DescriptorRegion later in descriptor.Regions.AsSpan()[(i + 1)..])
            {
                DescriptorRegion earlier = descriptor.Regions[i];
                if (earlier.Range.Overlaps(later.Range))
                {
                    findings.Add(new(later.Range.Start, SeverityOfOverlap(earlier.Number, later.Number),
                        $"the regions {earlier.Name} {earlier.Range} and {later.Name} {later.Range} overlap"));
                }
            }
        }
    }

    // A BIOS region over everything is a known vendor habit. Any other neighbour inside the ME region would lose
    // bytes that exist only once (GbE address, platform data) when the ME's own are removed.
    private static FindingSeverity SeverityOfOverlap(int first, int second) =>
        (first == DescriptorRegion.Me || second == DescriptorRegion.Me) &&
        first != DescriptorRegion.Bios && second != DescriptorRegion.Bios
            ? FindingSeverity.Error
            : FindingSeverity.Warning;
}
