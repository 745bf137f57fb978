namespace FlashBench.Firmware.Formats;

/// <summary>What must hold between a descriptor and the dump that carries it.</summary>
internal static class DescriptorRules
{
    /// <summary>Adds a finding for every rule that <paramref name="descriptor"/> breaks.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="imageLength">Length of the dump in bytes.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void Check(FlashDescriptor descriptor, long imageLength, List<Finding> findings)
    {
        CheckLength(descriptor, imageLength, findings);
        CheckOwnRegion(descriptor, findings);
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
        if (descriptor.Region(DescriptorRegion.Descriptor) is not { Range: { Start: 0 } own } || own.End < strapsEnd)
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
