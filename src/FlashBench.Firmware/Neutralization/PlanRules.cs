using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Which images a plan may be made for, and how far.</summary>
internal static class PlanRules
{
    /// <summary>Refuses what is damaged, not supported, or would not start any more.</summary>
    /// <param name="image">The image.</param>
    /// <param name="options">What is asked.</param>
    /// <exception cref="PlanRefusedException">Always with the reason; damage comes before wishes.</exception>
    public static void Check(ImageAnalysis image, NeutralizationOptions options)
    {
        if (image.Kind == ImageKind.DescriptorOnly)
            throw new PlanRefusedException("this is a flash descriptor alone, without an ME region to neutralize");
        if (image.Kind == ImageKind.MeRegion && (options.SetDisableBit || options.LimitAccess))
        {
            throw new PlanRefusedException(
                "this is an ME region alone, and the disable bit and the access rights are in the flash descriptor");
        }

        if (image.Me is { } me && Unsupported(image, me, options) is { } reason)
            throw new PlanRefusedException(reason, me.Region.Start);
        Finding? error = image.Findings.FirstOrDefault(
            f => f.Severity == FindingSeverity.Error && !IsEmptyRegion(image, f));
        if (error is not null)
            throw new PlanRefusedException(error.Text, error.Offset);
        if (image.Me is null && !IsGeneration1(image) && !HasErasedIgnition(image))
            throw new PlanRefusedException("the image has no ME region to neutralize");
        if (options.Remove && image.Me is { IsRemovable: true, Code: var code } && !code.Modules.Any(m => m.IsKept))
            throw new PlanRefusedException("the code partition has no module that must stay", code.Range.Start);
        CheckMoves(options);
    }

    /// <summary>True for boards whose ME is disabled by straps alone (ME 2 to 5, ICH8 to ICH10).</summary>
    public static bool IsGeneration1(ImageAnalysis image) =>
        image.Pch is PchClass.Ich8 or PchClass.Ich9 or PchClass.Ich10 &&
        image.Me is null or { Generation: MeGeneration.One };

    /// <summary>True for a 5-series dump whose ME region is blank: what an erased Ignition stub leaves.</summary>
    public static bool HasErasedIgnition(ImageAnalysis image) =>
        image.Pch == PchClass.IbexPeak && image.Me is null && MeRegion(image) is { IsEmpty: false } region &&
        !region.Of(image.Image.Span).ContainsAnyExcept((byte)0xFF);

    /// <summary>The ME region as the file holds it, or null when the descriptor has none.</summary>
    public static FlashRange? MeRegion(ImageAnalysis image) =>
        image.Me?.Region ?? (image.Descriptor?.Region(DescriptorRegion.Me) is { } region
            ? new FlashRange(0, image.Image.Length).Intersect(region.Range)
            : null);

    private static bool IsEmptyRegion(ImageAnalysis image, Finding error) =>
        HasErasedIgnition(image) && error.Offset == MeRegion(image)!.Value.Start;

    private static string? Unsupported(ImageAnalysis image, MeFirmware me, NeutralizationOptions options)
    {
        bool isTouched = options.Remove || options.SetDisableBit || options.LimitAccess;
        if (me.Family == FirmwareFamily.Sps && isTouched)
            return $"{me.Title} is server firmware, which is out of scope";
        if (options.Remove)
            return NotRemovable(image, me);
        if (isTouched && me.HashesDescriptor)
            return $"{me.Title} checks a hash of the flash descriptor, and would not start with a changed one";
        // Later firmware reads more of the flash than its own region.
        return options.LimitAccess && me is { Generation: MeGeneration.Three, IsRemovable: false }
            ? $"{me.Title} allows HAP only: which access it needs is not known"
            : null;
    }

    private static string? NotRemovable(ImageAnalysis image, MeFirmware me) => me switch
    {
        { IsRemovable: true } => null,
        { Generation: MeGeneration.One } when IsGeneration1(image) => null,
        { Generation: MeGeneration.One } when image.Kind == ImageKind.MeRegion =>
            $"{me.Title} is generation 1, which is disabled by straps of the descriptor: give the full dump",
        { Generation: MeGeneration.One } => $"{me.Title} does not go with a {image.Pch!.Value.Title()} PCH",
        { Generation: MeGeneration.Two, Version.Major: 6 } when SkuReader.IsIgnition(me) => null,
        { Version.Major: >= 12 } or { Family: FirmwareFamily.Txe, Generation: MeGeneration.Three } =>
            $"{me.Title} allows HAP only: without its other partitions it does not start",
        _ => $"{me.Title} is a combination of version and layout that is not known",
    };

    private static void CheckMoves(NeutralizationOptions options)
    {
        if (options.Relocate && options is { KeepPartitions.IsEmpty: false } or { RemovePartitions: not null })
            throw new PlanRefusedException("the code partition can be moved only when no other partition stays");
    }
}
