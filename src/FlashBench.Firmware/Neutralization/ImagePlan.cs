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
/// <param name="Content">The bytes that stand there afterwards, as many as <paramref name="Old"/>; null when the range
/// is filled with 0xFF.</param>
public sealed record ImageChange(
    FlashRange Range, ChangeRule Rule, ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte>? Content)
{
    /// <summary>The bytes that stand there afterwards; as long as <see cref="Old"/>.</summary>
    public ReadOnlyMemory<byte> New => Content ?? Blank.Of(Range.Length);

    /// <summary>Number of bytes in the range whose value changes.</summary>
    public long ChangedBytes
    {
        get
        {
            if (Content is not { } content)
                return Blank.CountProgrammed(Old.Span);
            ReadOnlySpan<byte> before = Old.Span, after = content.Span;
            long count = 0;
            for (int i = 0; i < before.Length; i++)
                count += before[i] != after[i] ? 1 : 0;
            return count;
        }
    }
}

/// <summary>Bytes that must not change.</summary>
/// <param name="Name">For people, for example "FTPR BUP".</param>
/// <param name="Range">Where, from the start of the image.</param>
/// <param name="IsBoardData">True for data that the board's own firmware keeps and may rewrite while it runs
/// (MFS).</param>
public sealed record KeptRange(string Name, FlashRange Range, bool IsBoardData = false);

/// <summary>Where a plan cuts.</summary>
/// <param name="RegionEnd">End of the ME region, from the start of the image.</param>
/// <param name="Length">Length of the changed image, in bytes; null when only what is taken out of it is cut.</param>
internal sealed record PlanCut(long RegionEnd, long? Length);

/// <summary>A complete description of the way from one image to another.</summary>
/// <remarks>Immutable. No two changes overlap: every changed byte belongs to exactly one of them.</remarks>
public sealed class ImagePlan
{
    private ImagePlan(string policy, long length, ImmutableArray<ImageChange> changes, ImmutableArray<KeptRange> kept)
    {
        Policy = policy;
        ImageLength = ResultLength = length;
        Changes = changes;
        Kept = kept;
        ChangedBytes = changes.Sum(c => c.ChangedBytes);
    }

    /// <summary>Name of the policy, or of the control, that the plan follows.</summary>
    public string Policy { get; }

    /// <summary>Length of the image that the plan is for, in bytes.</summary>
    public long ImageLength { get; }

    /// <summary>Length of the changed image in bytes: shorter than the original when a bare region is cut behind the
    /// last byte that it needs.</summary>
    public long ResultLength { get; private init; }

    /// <summary>Where the ME region could end, from the start of the image: behind the last byte that stays, with spare
    /// pages. Null when the plan does not cut, or leaves nothing.</summary>
    public long? RegionEnd { get; private init; }

    /// <summary>Real differences only, ascending; empty when the image is already as the policy wants it.</summary>
    public ImmutableArray<ImageChange> Changes { get; }

    /// <summary>Ranges that stay as they are and that the neutralized firmware needs, ascending.</summary>
    public ImmutableArray<KeptRange> Kept { get; }

    /// <summary>True when there is nothing to change.</summary>
    public bool IsEmpty => Changes.IsEmpty && ResultLength == ImageLength;

    /// <summary>Number of bytes whose value changes.</summary>
    public long ChangedBytes { get; }

    /// <summary>Makes the changed image; <paramref name="original"/> stays as it is.</summary>
    /// <param name="original">The image that the plan was made for.</param>
    /// <exception cref="ArgumentException">It is another image: its length or one of the old bytes differs.</exception>
    public byte[] Apply(ReadOnlySpan<byte> original) =>
        Apply(original, length => GC.AllocateUninitializedArray<byte>(length));

    /// <summary>Makes the changed image in memory of the caller's choice.</summary>
    /// <param name="original">The image that the plan was made for; stays as it is.</param>
    /// <param name="allocate">Makes the array: as many bytes as it is asked for, of any content.</param>
    /// <inheritdoc cref="Apply(ReadOnlySpan{byte})"/>
    public byte[] Apply(ReadOnlySpan<byte> original, Func<int, byte[]> allocate)
    {
        ArgumentNullException.ThrowIfNull(allocate);
        if (original.Length != ImageLength)
        {
            throw new ArgumentException(
                $"the plan is for 0x{ImageLength:X} bytes, the image has 0x{original.Length:X}", nameof(original));
        }

        byte[] image = allocate((int)ResultLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(image.Length, ResultLength, nameof(allocate));
        original[..image.Length].CopyTo(image);
        foreach (ImageChange change in Changes)
        {
            if (!change.Range.Of(original).SequenceEqual(change.Old.Span))
                throw new ArgumentException($"the bytes at {change.Range} are not the planned ones", nameof(original));
            Span<byte> target = image.AsSpan((int)change.Range.Start, (int)change.Range.Length);
            if (change.Content is { } content)
                content.Span.CopyTo(target);
            else
                target.Fill(0xFF);
        }

        return image;
    }

    /// <summary>Makes a plan of edits: the first edit of a byte owns it; what is as wanted already is left out.
    /// </summary>
    /// <param name="policy">Name of the policy or control.</param>
    /// <param name="image">The original image; the plan keeps slices of it.</param>
    /// <param name="edits">Wanted contents, the owner of shared bytes first.</param>
    /// <param name="kept">Ranges to keep.</param>
    /// <param name="cut">Where the plan cuts; null when it does not.</param>
    internal static ImagePlan Of(
        string policy, ReadOnlyMemory<byte> image, IEnumerable<Edit> edits, IEnumerable<KeptRange> kept,
        PlanCut? cut = null)
    {
        var result = new FlashRange(0, Math.Min(cut?.Length ?? image.Length, image.Length));
        var changes = ImmutableArray.CreateBuilder<ImageChange>();
        foreach ((FlashRange part, Edit edit) in EditLayers.Flatten([.. edits]))
        {
            if (edit.Difference(image, part.Intersect(result)) is { } change)
                changes.Add(change);
        }

        return new ImagePlan(
            policy, image.Length, changes.ToImmutable(),
            [.. kept.Where(k => result.Contains(k.Range)).OrderBy(k => k.Range)])
        {
            ResultLength = result.End,
            RegionEnd = cut?.RegionEnd,
        };
    }
}
