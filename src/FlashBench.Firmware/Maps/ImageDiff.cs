using System.Collections.Immutable;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Maps;

/// <summary>What a comparison of two images comes to.</summary>
public enum DiffVerdict
{
    /// <summary>They are equal.</summary>
    Equal,

    /// <summary>They differ, and one neutralization of the first explains every difference.</summary>
    Explained,

    /// <summary>They differ in something that no neutralization of the first explains.</summary>
    Unexplained,
}

/// <summary>The differences of two images, named by the structures of the first.</summary>
/// <param name="Differences">By place; bounded in number, whatever the images hold.</param>
/// <param name="Policy">The policy that explains most; null when none explains anything.</param>
/// <param name="ChangedBytes">Number of bytes that differ; bytes that one image lacks count.</param>
/// <param name="ExplainedBytes">How many of them the policy explains.</param>
public sealed record ImageDiff(
    ImmutableArray<ImageDifference> Differences, string? Policy, long ChangedBytes, long ExplainedBytes)
{
    /// <summary>Number of bytes that the policy would change and that are as before: more than 0 when it was carried
    /// out in part only.</summary>
    public long MissingBytes { get; init; }

    /// <summary>Number of bytes that differ without an explanation.</summary>
    public long UnexplainedBytes => ChangedBytes - ExplainedBytes;

    /// <summary>What it comes to.</summary>
    public DiffVerdict Verdict => ChangedBytes == 0 ? DiffVerdict.Equal
        : UnexplainedBytes == 0 ? DiffVerdict.Explained : DiffVerdict.Unexplained;

    /// <summary>Compares two images.</summary>
    /// <param name="first">The first one, whose structures give the names.</param>
    /// <param name="second">Any bytes, of any length.</param>
    public static ImageDiff Of(ImageAnalysis first, ReadOnlySpan<byte> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ReadOnlySpan<byte> bytes = first.Image.Span;
        if (bytes.SequenceEqual(second))
            return new ImageDiff([], null, 0, 0);
        ImagePlan? plan = DiffExplanation.Best(first, second);
        return new DiffScan(ImageMap.Of(first), plan).Compare(second);
    }
}
