using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Maps;

/// <summary>A stretch of a flash image that belongs to one region, or to none.</summary>
/// <param name="Region">The region, or null for bytes that no region claims.</param>
/// <param name="Range">Where, from the start of the image; never empty.</param>
public sealed record RegionPiece(DescriptorRegion? Region, FlashRange Range);

/// <summary>Divides an image by the regions of its descriptor so that every byte is in exactly one piece.</summary>
public static class RegionLayout
{
    /// <summary>The pieces of the image, ascending and without a hole.</summary>
    /// <param name="descriptor">Descriptor of the image; its regions may overlap and may end past the image.</param>
    /// <param name="length">Length of the image in bytes.</param>
    /// <returns>The pieces. Of regions that overlap the shortest owns the shared bytes, and of equally long ones the
    /// one with the lowest number, so a region that covers the whole flash does not hide the others. A region that
    /// is interrupted this way has several pieces.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static ImmutableArray<RegionPiece> Divide(FlashDescriptor descriptor, long length)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var whole = new FlashRange(0, length);
        DescriptorRegion[] owners =
            [.. descriptor.Regions.OrderBy(r => r.Range.Length).ThenBy(r => r.Number)];
        long[] bounds =
        [
            .. owners.Select(r => whole.Intersect(r.Range)).SelectMany(r => new[] { r.Start, r.End })
                .Append(0).Append(length).Distinct().Order(),
        ];

        var pieces = ImmutableArray.CreateBuilder<RegionPiece>();
        for (int i = 1; i < bounds.Length; i++)
        {
            var range = new FlashRange(bounds[i - 1], bounds[i]);
            DescriptorRegion? owner = owners.FirstOrDefault(r => r.Range.Contains(range));
            if (pieces.Count > 0 && pieces[^1].Region == owner)
                pieces[^1] = new RegionPiece(owner, new FlashRange(pieces[^1].Range.Start, range.End));
            else
                pieces.Add(new RegionPiece(owner, range));
        }

        return pieces.ToImmutable();
    }
}
