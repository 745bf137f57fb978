using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Bench.Programming;

/// <summary>Which bytes of a chip a job may touch.</summary>
/// <param name="Ranges">Ascending, not empty, inside the chip, without overlaps.</param>
/// <param name="IsWhole">True for the whole chip.</param>
/// <param name="AsksForDescriptor">True if the descriptor was asked for by name or by a range inside it.</param>
public sealed record FlashSelection(IReadOnlyList<FlashRange> Ranges, bool IsWhole, bool AsksForDescriptor)
{
    // flashrom's names for the regions of a descriptor, and ours.
    private static readonly Dictionary<string, int> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fd"] = 0,
        ["ifd"] = 0,
        ["descriptor"] = 0,
        ["bios"] = 1,
        ["me"] = 2,
        ["gbe"] = 3,
        ["pd"] = 4,
        ["pdr"] = 4,
        ["ec"] = 8,
    };

    /// <summary>Bytes in all ranges.</summary>
    public long Bytes => Ranges.Sum(range => range.Length);

    /// <summary>The whole chip.</summary>
    public static FlashSelection Whole(uint sizeBytes) =>
        new([new FlashRange(0, sizeBytes)], IsWhole: true, AsksForDescriptor: false);

    /// <summary>Ranges given by address.</summary>
    /// <exception cref="FlashRefusedException">One reaches past the chip, or two overlap.</exception>
    public static FlashSelection Of(IEnumerable<FlashRange> ranges, uint sizeBytes)
    {
        FlashRange[] sorted = [.. ranges.Order()];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].IsEmpty || sorted[i].End > sizeBytes)
            {
                throw new FlashRefusedException(
                    $"the range {sorted[i]} does not lie in the chip of 0x{sizeBytes:X} bytes");
            }

            if (i > 0 && sorted[i - 1].Overlaps(sorted[i]))
                throw new FlashRefusedException($"the ranges {sorted[i - 1]} and {sorted[i]} overlap");
        }

        bool whole = sorted is [{ Start: 0 } only] && only.End == sizeBytes;
        return new FlashSelection(sorted, whole, AsksForDescriptor: !whole && sorted.Any(range => range.End <= 4096));
    }

    /// <summary>Regions by name, as the descriptor on the chip lays them out.</summary>
    /// <param name="names">fd, bios, me, gbe, pd, ec.</param>
    /// <param name="descriptor">The chip's own.</param>
    /// <param name="sizeBytes">Capacity of the chip.</param>
    /// <exception cref="FlashRefusedException">An unknown name, or a region that is not there.</exception>
    public static FlashSelection Regions(IEnumerable<string> names, FlashDescriptor descriptor, uint sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(descriptor);
        List<FlashRange> ranges = [];
        bool asksForDescriptor = false;
        foreach (string name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (!Numbers.TryGetValue(name, out int number))
                throw new FlashRefusedException($"there is no region {name}; regions are fd, bios, me, gbe, pd and ec");
            if (descriptor.Region(number) is not { } region)
                throw new FlashRefusedException($"the descriptor on the chip has no region {name}");
            ranges.Add(region.Range);
            asksForDescriptor |= number == DescriptorRegion.Descriptor;
        }

        return Of(ranges, sizeBytes) with { AsksForDescriptor = asksForDescriptor };
    }

    /// <summary>True if the range lies in one of the selected ranges.</summary>
    public bool Contains(FlashRange range) => Ranges.Any(selected => selected.Contains(range));

    /// <summary>True if the range has a byte in common with one of the selected ranges.</summary>
    public bool Touches(FlashRange range) => Ranges.Any(selected => selected.Overlaps(range));
}
