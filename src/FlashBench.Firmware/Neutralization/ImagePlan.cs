using System.Collections.Immutable;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Why bytes are changed.</summary>
/// <param name="Id">Stable id for records, for example "remove-partition".</param>
/// <param name="Text">One sentence for people, naming what is changed.</param>
public sealed record ChangeRule(string Id, string Text);

/// <summary>One stretch of bytes that a plan changes.</summary>
/// <param name="Range">Where, from the start of the image; begins and ends with a byte that really changes.</param>
/// <param name="Rule">Why.</param>
/// <param name="Old">The bytes that must stand there before.</param>
/// <param name="New">The bytes that stand there afterwards; as long as <paramref name="Old"/>.</param>
public sealed record ImageChange(
    FlashRange Range, ChangeRule Rule, ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte> New);

/// <summary>Bytes that must not change.</summary>
/// <param name="Name">For people, for example "FTPR manifest".</param>
/// <param name="Range">Where, from the start of the image.</param>
public sealed record KeptRange(string Name, FlashRange Range);

/// <summary>A complete description of the way from one image to another.</summary>
/// <remarks>Immutable. No two changes overlap: every changed byte belongs to exactly one of them.</remarks>
public sealed class ImagePlan
{
    internal ImagePlan(
        string policy, long imageLength, ImmutableArray<ImageChange> changes, ImmutableArray<KeptRange> kept)
    {
        Policy = policy;
        ImageLength = imageLength;
        Changes = changes;
        Kept = kept;
    }

    /// <summary>Name of the policy, or of the control, that the plan follows.</summary>
    public string Policy { get; }

    /// <summary>Length of the image that the plan is for, in bytes.</summary>
    public long ImageLength { get; }

    /// <summary>Real differences only, ascending; empty when the image is already as the policy wants it.</summary>
    public ImmutableArray<ImageChange> Changes { get; }

    /// <summary>Ranges that stay as they are and that the neutralized firmware needs, ascending.</summary>
    public ImmutableArray<KeptRange> Kept { get; }

    /// <summary>True when there is nothing to change.</summary>
    public bool IsEmpty => Changes.IsEmpty;

    /// <summary>Number of bytes whose value changes.</summary>
    public long ChangedBytes => throw new NotImplementedException();

    /// <summary>Makes the changed image; <paramref name="original"/> stays as it is.</summary>
    /// <exception cref="ArgumentException">The image is not the one that the plan was made for: its length or
    /// one of the old bytes differs.</exception>
    public byte[] Apply(ReadOnlySpan<byte> original) => throw new NotImplementedException();
}
