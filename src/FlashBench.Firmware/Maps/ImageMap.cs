using System.Collections.Immutable;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Maps;

/// <summary>An image as a row of segments: what lies where, how much of it is content, and what a plan does to it.
/// </summary>
/// <param name="Image">The image.</param>
/// <param name="Segments">Ascending; together they cover every byte of the image exactly once.</param>
/// <param name="Plan">The plan that the states follow, or null.</param>
/// <param name="Refusal">Why there is no plan although one was asked for, or null.</param>
public sealed record ImageMap(
    ImageAnalysis Image, ImmutableArray<ImageSegment> Segments, ImagePlan? Plan, string? Refusal)
{
    /// <summary>Number of bytes of the image that are not 0xFF.</summary>
    public long Content => Segments.Sum(s => s.Content);

    /// <summary>How many of them the plan erases, or cuts off.</summary>
    public long Removed => Segments.Sum(s => s.Removed);

    /// <summary>Maps an image without a plan.</summary>
    /// <param name="image">The image.</param>
    public static ImageMap Of(ImageAnalysis image) => Of(image, (ImagePlan?)null);

    /// <summary>Maps an image together with what a policy makes of it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="policy">One of <see cref="NeutralizationPolicy.Names"/>; when no plan is made for the image,
    /// <see cref="Refusal"/> says why.</param>
    /// <exception cref="ArgumentException">There is no such policy.</exception>
    public static ImageMap Of(ImageAnalysis image, string policy)
    {
        try
        {
            return Of(image, NeutralizationPlan.Create(image, NeutralizationPolicy.Resolve(policy, image)));
        }
        catch (PlanRefusedException refused)
        {
            return Of(image) with { Refusal = refused.Reason };
        }
    }

    /// <summary>Maps an image together with a plan for it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="plan">The plan; null for none.</param>
    public static ImageMap Of(ImageAnalysis image, ImagePlan? plan)
    {
        ArgumentNullException.ThrowIfNull(image);
        var fates = new PlanFates(image.Image, plan);
        var segments = ImmutableArray.CreateBuilder<ImageSegment>();
        foreach ((FlashRange part, MapLayer layer) in
            RangeLayers.Flatten(new MapLayers(image).Collect(), layer => layer.Range))
        {
            segments.Add(fates.Judge(part, layer));
        }

        return new ImageMap(image, segments.ToImmutable(), plan, null);
    }

    /// <summary>The segment that holds the byte at <paramref name="offset"/>.</summary>
    /// <param name="offset">From the start of the image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image does not reach that far.</exception>
    public ImageSegment At(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, Image.Image.Length);
        int low = 0, high = Segments.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Segments[middle].Range.End > offset ? (low, middle) : (middle + 1, high);
        }

        return Segments[low];
    }
}
