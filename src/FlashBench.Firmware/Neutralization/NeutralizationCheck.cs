using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Comparison of one kept range.</summary>
/// <param name="Name">Name from the plan.</param>
/// <param name="Range">Where, from the start of the image.</param>
/// <param name="IsBoardData">True for data that the board itself may have rewritten (MFS).</param>
/// <param name="OriginalSha256">Hash of the original bytes, lower-case hex.</param>
/// <param name="ActualSha256">Hash of the bytes read back, lower-case hex.</param>
public sealed record KeptRangeResult(
    string Name, FlashRange Range, bool IsBoardData, string OriginalSha256, string ActualSha256)
{
    /// <summary>True when the range reads back byte for byte.</summary>
    public bool IsEqual => OriginalSha256 == ActualSha256;
}

/// <summary>What a read-back shows about the neutralization of an image, whatever was planned or written.</summary>
/// <remarks>Source: certification checks A4, A5 and A6 of the project's ME reference, section 7.</remarks>
public sealed record NeutralizationCheck
{
    /// <summary>Every kept range, compared.</summary>
    public required ImmutableArray<KeptRangeResult> Kept { get; init; }

    /// <summary>Bytes of the ME region that are not 0xFF, without the kept MFS.</summary>
    public required long ProgrammedBytes { get; init; }

    /// <summary>Most that <see cref="ProgrammedBytes"/> may be for this version; null when no limit is known.</summary>
    public required long? ProgrammedBytesMax { get; init; }

    /// <summary>The same count over the original; together they give the share that remains.</summary>
    public required long OriginalProgrammedBytes { get; init; }

    /// <summary>Names in the partition table that was read back.</summary>
    public required ImmutableArray<string> Partitions { get; init; }

    /// <summary>Modules of the code partition that still hold bytes.</summary>
    public required ImmutableArray<string> Modules { get; init; }

    /// <summary>Signature of the code partition as read back.</summary>
    public required SignatureStatus Signature { get; init; }

    /// <summary>The pinned strap dword in the original; null for a bare region.</summary>
    public required uint? StrapBefore { get; init; }

    /// <summary>The pinned strap dword as read back; null for a bare region.</summary>
    public required uint? StrapAfter { get; init; }

    /// <summary>True when the disable bit reads back as set; null for a bare region.</summary>
    public required bool? DisableBitSet { get; init; }

    /// <summary>True when no bit of the dword but the disable bit differs from the original; null for a bare
    /// region.</summary>
    public required bool? OnlyDisableBitDiffers { get; init; }

    /// <summary>Edits of the removal that the read-back does not show, a sentence each.</summary>
    public required ImmutableArray<string> NotRemoved { get; init; }

    /// <summary>Everything that speaks against a neutralized image, a sentence each; empty when it is one.</summary>
    public required ImmutableArray<string> Problems { get; init; }

    /// <summary>True when nothing speaks against it.</summary>
    public bool IsNeutralized => Problems.IsEmpty;

    /// <summary>Measures a read-back against the default policy.</summary>
    /// <param name="original">The analysed backup.</param>
    /// <param name="actual">The bytes read back; any content is accepted.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <exception cref="PlanRefusedException">The original is none that a plan could be made for.</exception>
    public static NeutralizationCheck Measure(ImageAnalysis original, ReadOnlyMemory<byte> actual, KeyRing keys)
    {
        var options = NeutralizationPolicy.Resolve(NeutralizationPolicy.Purism, original);
        return new ReadBack(original, options, actual, keys).Measure();
    }

    /// <summary>Measures a read-back against any options.</summary>
    /// <inheritdoc cref="Measure(ImageAnalysis, ReadOnlyMemory{byte}, KeyRing)"/>
    public static NeutralizationCheck Measure(
        ImageAnalysis original, NeutralizationOptions options, ReadOnlyMemory<byte> actual, KeyRing keys) =>
        new ReadBack(original, options, actual, keys).Measure();
}
