using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Composition;

/// <summary>Finds the board's own data inside the regions that another image brings.</summary>
/// <remarks>
/// Source: me-firmware 1.4 and 6: from ME 11 on the ME keeps the board's settings in MFS, later versions also in FITC.
/// ME 6 to 10 keep them in EFFS, which neutralization removes, the board's and the image's alike. The host firmware's
/// variables: <see cref="VariableStores"/>.
/// </remarks>
internal static class OwnDataRules
{
    private const string Settings = "FITC";

    /// <summary>What stays the board's own, and where it goes.</summary>
    /// <param name="board">The board's content.</param>
    /// <param name="raw">The same with the image's regions in it.</param>
    /// <param name="order">Which regions those are.</param>
    /// <exception cref="PlanRefusedException">Own data has no place in the image, or none of its size.</exception>
    public static IEnumerable<OwnData> Of(ImageAnalysis board, ImageAnalysis raw, CompositionOrder order)
    {
        var own = new List<OwnData>();
        if (order.TakesMe)
            own.AddRange(OfMe(board, raw));
        if (order.Regions.Contains(ReplaceableRegions.Bios))
            own.AddRange(OfBios(board, raw));
        return own;
    }

    private static IEnumerable<OwnData> OfMe(ImageAnalysis board, ImageAnalysis raw)
    {
        if (raw.Me is not { } me)
            throw new PlanRefusedException(Error(raw) ?? "the image's ME region cannot be read in this board's flash");
        if (me.Generation != board.Me!.Generation)
            throw new PlanRefusedException($"{me.Title} is of another generation than this board's {board.Me.Title}");
        if (me.IsRemovable && Unnamed(raw, me) is > 0 and var count)
        {
            throw new PlanRefusedException($"the image's ME region holds {count} bytes that its partition table does "
                + "not name: nothing would remove them, and they may be another board's");
        }

        if (me.Generation != MeGeneration.Three)
            yield break;
        foreach (string name in me.IsRemovable ? (string[])[Removal.FileSystem] : [Removal.FileSystem, Settings])
        {
            FlashRange? from = RangeOf(board.Me, name), to = RangeOf(me, name);
            if (from is null && to is null)
                continue;
            if (from is not { } source)
                throw new PlanRefusedException($"this board holds no {name} of its own, which {me.Title} needs");
            if (to is not { } target)
                throw new PlanRefusedException($"the image has no place for this board's own {name}");
            if (source.Length != target.Length)
            {
                throw new PlanRefusedException($"this board's own {name} has 0x{source.Length:X} bytes, and the image "
                    + $"has 0x{target.Length:X} for it");
            }

            if (target.Overlaps(me.Code.Range))
                throw new PlanRefusedException($"the image's {name} overlaps its code partition", target.Start);
            yield return new OwnData(name, source, target);
        }
    }

    // No stock or shipped neutralized image at hand has a single one, from ME 6 on.
    private static long Unnamed(ImageAnalysis image, MeFirmware me) => RemovalLimit.Count(
        image.Image.Span, me.Region, me.Table.Partitions.Select(partition => partition.Range).OfType<FlashRange>()
            .Append(me.Code.Range).Append(new FlashRange(me.Region.Start, me.Table.Range.End)));

    private static FlashRange? RangeOf(MeFirmware me, string name)
    {
        FlashRange[] ranges =
            [.. me.Table.Partitions.Where(p => p.Name == name).Select(p => p.Range).OfType<FlashRange>()];
        if (ranges.Length == 0)
            return null;
        if (ranges.Length > 1 || !me.Region.Contains(ranges[0]))
            throw new PlanRefusedException($"where {me.Title} has its {name} is not clear", me.Table.Offset);
        return ranges[0];
    }

    private static IEnumerable<OwnData> OfBios(ImageAnalysis board, ImageAnalysis raw)
    {
        FlashRange bios = board.Descriptor!.Region(DescriptorRegion.Bios)!.Range;
        var (own, given) = (VariableStores.Find(board.Image.Span, bios), VariableStores.Find(raw.Image.Span, bios));
        if (own.IsEmpty || given.IsEmpty)
        {
            throw new PlanRefusedException($"where {(own.IsEmpty ? "this board's" : "the image's")} BIOS keeps the "
                + "board's own variables is not known, so that they could not stay");
        }

        if (!own.SequenceEqual(given))
        {
            throw new PlanRefusedException(
                "the image's BIOS keeps a board's variables in another place than this board's");
        }

        return own.Select(store => new OwnData("BIOS variables", store, store));
    }

    private static string? Error(ImageAnalysis image) =>
        image.Findings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error)?.ToString();
}
