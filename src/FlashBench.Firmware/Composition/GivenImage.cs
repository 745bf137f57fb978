using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Composition;

/// <summary>Whether an image is one that a board may get something of, as far as the image alone tells.</summary>
public static class GivenImage
{
    /// <summary>Everything that speaks against the image, a sentence each; empty if nothing does.</summary>
    /// <param name="image">The image, analysed with the keys that are trusted.</param>
    /// <param name="order">What is to be taken of it.</param>
    public static IEnumerable<string> Refusals(ImageAnalysis image, CompositionOrder order)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(order);
        if (image.Kind == ImageKind.DescriptorOnly)
            return ["the image is a flash descriptor alone"];
        bool isBare = image.Kind == ImageKind.MeRegion;
        if (isBare && (order.WholeChip || order.Regions.Any(name => name != ReplaceableRegions.Me)))
            return ["the image is an ME region alone: only the region \"me\" can be taken from it"];
        IEnumerable<string> damage = image.Findings
            .Where(finding => finding.Severity == FindingSeverity.Error && Matters(image, order, finding))
            .Select(finding => $"the image is not sound: {finding}");
        return order.TakesMe ? damage.Concat(OfMe(image, order)) : damage;
    }

    // What is wrong with an ME that stays in the file is no matter.
    private static bool Matters(ImageAnalysis image, CompositionOrder order, Finding finding) => order.TakesMe
        || image.Descriptor?.Region(DescriptorRegion.Me) is not { } me
        || finding.Offset < me.Range.Start || finding.Offset >= me.Range.End;

    private static IEnumerable<string> OfMe(ImageAnalysis image, CompositionOrder order)
    {
        if (image.Me is not { } me)
        {
            yield return "the image holds no ME firmware";
            yield break;
        }

        string majors = string.Join(", ", order.Majors);
        if (!order.Majors.Contains(me.Version.Major))
            yield return $"the image holds {me.Title}, and the board's profile is for ME {majors}";
    }
}
