using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Composition;

/// <summary>One stretch of a board's flash with what an image has for it.</summary>
/// <param name="Name">Region, as the descriptor calls it.</param>
/// <param name="Edit">Where, and the bytes.</param>
internal sealed record TakenRegion(string Name, Edit Edit)
{
    /// <summary>What an image has for a region of a board.</summary>
    /// <param name="board">The board's content.</param>
    /// <param name="given">The image.</param>
    /// <param name="name">Name of the region, one of <see cref="ReplaceableRegions"/>.</param>
    /// <exception cref="PlanRefusedException">One of the two has no such region, or it does not fit.</exception>
    public static IEnumerable<TakenRegion> Of(ImageAnalysis board, ImageAnalysis given, string name)
    {
        int number = ReplaceableRegions.NumberOf(name);
        if (board.Descriptor!.Region(number) is not { } region)
            throw new PlanRefusedException($"this board has no {name} region");
        FlashRange[] own = Pieces(board, number);
        if (name == ReplaceableRegions.Me)
            return [Me(region, own, given)];
        if (given.Descriptor!.Region(number) is null)
            throw new PlanRefusedException($"the image has no {name} region");
        if (!own.SequenceEqual(Pieces(given, number)))
            throw new PlanRefusedException($"the image has its {name} region in another place than this board");
        var rule = new ChangeRule("image-region", $"take the {region.Name} region from the image");
        return own.Select(piece => new TakenRegion(region.Name, new Edit(
            piece, rule, given.Image.Slice((int)piece.Start, (int)piece.Length))));
    }

    // What the firmware reads lies at places counted from the region's start, so that the region may lie elsewhere.
    private static TakenRegion Me(DescriptorRegion region, FlashRange[] own, ImageAnalysis given)
    {
        if (own is not [var range] || range != region.Range)
            throw new PlanRefusedException("another region of this board lies inside its ME region");
        FlashRange source = given.Me!.Region;
        if (source.Length > range.Length)
        {
            throw new PlanRefusedException($"the image's ME region has 0x{source.Length:X} bytes, and this board's has "
                + $"0x{range.Length:X}: it does not fit");
        }

        byte[] bytes = new byte[range.Length];
        source.Of(given.Image.Span).CopyTo(bytes);
        bytes.AsSpan((int)source.Length).Fill(0xFF);
        return new TakenRegion(region.Name, new Edit(
            range, new("image-region", "take the ME region from the image"), bytes));
    }

    // Regions that share bytes with this one keep them.
    private static FlashRange[] Pieces(ImageAnalysis image, int number) =>
    [
        .. RegionLayout.Divide(image.Descriptor!, image.Image.Length)
            .Where(piece => piece.Region?.Number == number).Select(piece => piece.Range),
    ];
}
