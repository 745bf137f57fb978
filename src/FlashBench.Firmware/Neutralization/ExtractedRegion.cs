using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Parts of a changed image, as files of their own.</summary>
public static class ExtractedRegion
{
    /// <summary>The flash descriptor of a changed dump; when the plan cuts the ME region, laid out anew so that the
    /// BIOS region begins where the ME region now ends.</summary>
    /// <param name="image">The original dump.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="changed">What the plan makes of the dump.</param>
    /// <param name="isLaidOut">False when the plan cuts, and the BIOS region does not begin at the ME region's end: the
    /// layout stays then.</param>
    /// <exception cref="ArgumentException">The image has no descriptor.</exception>
    public static byte[] Descriptor(
        ImageAnalysis image, ImagePlan plan, ReadOnlySpan<byte> changed, out bool isLaidOut)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(plan);
        FlashDescriptor descriptor = image.Descriptor ??
            throw new ArgumentException("the image has no descriptor", nameof(image));
        FlashRange own = descriptor.Region(DescriptorRegion.Descriptor)?.Range ?? new FlashRange(0, 0x1000);
        byte[] bytes = own.Of(changed).ToArray();
        isLaidOut = plan.RegionEnd is not { } end || DescriptorEdits.MoveBiosDown(descriptor, bytes, end);
        return bytes;
    }

    /// <summary>The ME region of a changed dump, cut where the plan cuts it.</summary>
    /// <param name="image">The original dump.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="changed">What the plan makes of the dump.</param>
    /// <returns>The region, or null when the dump has none, or is of generation 1, whose region is given up.</returns>
    public static byte[]? Me(ImageAnalysis image, ImagePlan plan, ReadOnlySpan<byte> changed)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(plan);
        if (PlanRules.IsGeneration1(image) || PlanRules.MeRegion(image) is not { } region)
            return null;
        long end = Math.Min(plan.RegionEnd ?? region.End, region.End);
        return new FlashRange(region.Start, end).Of(changed).ToArray();
    }
}
