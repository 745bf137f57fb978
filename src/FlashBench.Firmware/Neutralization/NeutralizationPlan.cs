using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>The place of the disable bit as a board profile pins it.</summary>
/// <param name="StrapOffset">Offset of the strap dword from FPSBA, in bytes.</param>
/// <param name="Bit">Bit number inside the dword.</param>
public readonly record struct DisableBitPin(uint StrapOffset, int Bit);

/// <summary>Plans the neutralization of an ME image.</summary>
public static class NeutralizationPlan
{
    /// <summary>Plans by the default policy (<see cref="NeutralizationPolicy.Purism"/>).</summary>
    /// <param name="image">The original image.</param>
    /// <param name="pin">Place of the disable bit by the board profile; null when no profile is at hand.</param>
    /// <exception cref="PlanRefusedException">The image is damaged or not supported, or the pin disagrees.</exception>
    public static ImagePlan Create(ImageAnalysis image, DisableBitPin? pin = null) =>
        Create(image, NeutralizationPolicy.Resolve(NeutralizationPolicy.Purism, image), pin);

    /// <summary>Plans by options.</summary>
    /// <param name="image">The original image.</param>
    /// <param name="options">What to do.</param>
    /// <param name="pin">Place of the disable bit by the board profile; null when no profile is at hand.</param>
    /// <returns>Every change with its rule; empty when the image is as wanted already.</returns>
    /// <exception cref="PlanRefusedException">The image is damaged or not supported, the pin disagrees, or an option
    /// does not go with the image.</exception>
    public static ImagePlan Create(ImageAnalysis image, NeutralizationOptions options, DisableBitPin? pin = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(options);
        PlanRules.Check(image, options);

        var edits = new List<Edit>();
        var kept = new List<KeptRange>();
        long? regionEnd = null;
        if (options.Remove)
            regionEnd = Remove(image, options, edits, kept);
        edits.AddRange(DescriptorWordsOf(image, options));
        if (options.SetDisableBit && !PlanRules.IsGeneration1(image))
            edits.Add(DescriptorEdits.DisableBit(image, PinnedBit(image, pin), set: true));
        if (!options.Remove && PlanRules.MeRegion(image) is { IsEmpty: false } region)
            kept.Add(new KeptRange("ME region", region));
        kept.AddRange(KeptDescriptor(image, edits));

        PlanCut? cut = options.Truncate && regionEnd is { } end
            ? new PlanCut(end, image.Kind == ImageKind.MeRegion ? end : null)
            : null;
        return ImagePlan.Of(options.Policy, image.Image, edits, kept, cut);
    }

    /// <summary>What the options take out of the ME region, and nothing else.</summary>
    /// <param name="image">An image that <see cref="PlanRules.Check"/> let pass.</param>
    /// <param name="options">What to do.</param>
    /// <returns>The removal; null when the region is erased whole, or there is none.</returns>
    internal static Removal? RemovalOf(ImageAnalysis image, NeutralizationOptions options) =>
        options.Remove && image.Me is { IsRemovable: true } me ? Removal.Of(image.Image.Span, me, options) : null;

    /// <summary>The edits of a region that is erased whole (generation 1, Ignition); empty when it is not.</summary>
    internal static IEnumerable<Edit> ErasureOf(ImageAnalysis image, NeutralizationOptions options)
    {
        if (options.Remove && image.Me is { IsRemovable: false } me)
            yield return new Edit(me.Region, new("erase-region", $"erase the region of {me.Title}"), null);
    }

    /// <summary>The words of the descriptor that change, without the disable bit of generation 2 and later, whether or
    /// not they are as wanted already.</summary>
    internal static IEnumerable<Edit> DescriptorWordsOf(ImageAnalysis image, NeutralizationOptions options)
    {
        if (PlanRules.IsGeneration1(image) && (options.Remove || options.SetDisableBit))
        {
            foreach (Edit strap in DescriptorEdits.SetGeneration1Straps(image))
                yield return strap;
        }

        if (PlanRules.IsGeneration1(image) && options.Remove)
        {
            foreach (Edit region in DescriptorEdits.DropMeRegion(image))
                yield return region;
        }

        if (options.LimitAccess)
            yield return DescriptorEdits.LimitAccess(image);
    }

    private static long? Remove(
        ImageAnalysis image, NeutralizationOptions options, List<Edit> edits, List<KeptRange> kept)
    {
        if (RemovalOf(image, options) is { } removal)
        {
            edits.AddRange(removal.Edits);
            kept.AddRange(removal.Kept);
            return removal.End;
        }

        edits.AddRange(ErasureOf(image, options));
        return null;
    }

    private static DisableBit PinnedBit(ImageAnalysis image, DisableBitPin? pin)
    {
        string pch = image.Descriptor!.Pch.Title();
        if (image.DisableBit is not { } bit)
        {
            string names = string.Join(", ", image.DisableCandidates.Select(c => c.Platform.Name));
            throw new PlanRefusedException($"where the disable bit is on this PCH ({pch}) is not pinned: " +
                (names.Length == 0 ? "no known platform fits" : $"the platform must be named (fitting: {names})"));
        }

        // The candidates are those that fit descriptor and firmware together.
        if (image.Me is { } me && !image.DisableCandidates.Any(c => c.Bit?.DwordOffset == bit.DwordOffset))
            throw new PlanRefusedException($"the descriptor is for a {pch} PCH, which does not go with {me.Title}");
        if (pin is { } wanted && (wanted.StrapOffset != bit.StrapOffset || wanted.Bit != bit.Bit))
        {
            throw new PlanRefusedException(
                $"the board profile pins the disable bit at strap +0x{wanted.StrapOffset:X2} bit {wanted.Bit}, " +
                $"but this descriptor ({pch}) has it at +0x{bit.StrapOffset:X2} bit {bit.Bit}");
        }

        return bit;
    }

    private static IEnumerable<KeptRange> KeptDescriptor(ImageAnalysis image, List<Edit> edits)
    {
        if (image.Descriptor is not { } descriptor)
            yield break;
        FlashRange own = descriptor.Region(DescriptorRegion.Descriptor)?.Range ?? new FlashRange(0, 0x1000);
        var words = FlashRangeSet.Merge(edits.Select(e => own.Intersect(e.Range)));
        foreach (FlashRange part in FlashRangeSet.Subtract(own, words))
            yield return new KeptRange("flash descriptor", part);
    }
}
