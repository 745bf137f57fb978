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
    FlashRange Range, ChangeRule Rule, ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte> New)
{
    /// <summary>Number of bytes in the range whose value changes.</summary>
    public long ChangedBytes
    {
        get
        {
            ReadOnlySpan<byte> before = Old.Span, after = New.Span;
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

/// <summary>A complete description of the way from one image to another.</summary>
/// <remarks>Immutable. No two changes overlap: every changed byte belongs to exactly one of them.</remarks>
public sealed class ImagePlan
{
    private ImagePlan(string policy, long length, ImmutableArray<ImageChange> changes, ImmutableArray<KeptRange> kept)
    {
        Policy = policy;
        ImageLength = length;
        Changes = changes;
        Kept = kept;
        ChangedBytes = changes.Sum(c => c.ChangedBytes);
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
    public long ChangedBytes { get; }

    /// <summary>Makes the changed image; <paramref name="original"/> stays as it is.</summary>
    /// <param name="original">The image that the plan was made for.</param>
    /// <exception cref="ArgumentException">It is another image: its length or one of the old bytes differs.</exception>
    public byte[] Apply(ReadOnlySpan<byte> original)
    {
        if (original.Length != ImageLength)
        {
            throw new ArgumentException(
                $"the plan is for 0x{ImageLength:X} bytes, the image has 0x{original.Length:X}", nameof(original));
        }

        byte[] image = original.ToArray();
        foreach (ImageChange change in Changes)
        {
            if (!change.Range.Of(original).SequenceEqual(change.Old.Span))
                throw new ArgumentException($"the bytes at {change.Range} are not the planned ones", nameof(original));
            change.New.CopyTo(image.AsMemory((int)change.Range.Start));
        }

        return image;
    }

    /// <summary>Makes a plan of edits: the first edit of a byte owns it; what is as wanted already is left out.
    /// </summary>
    /// <param name="policy">Name of the policy or control.</param>
    /// <param name="image">The original image; the plan keeps slices of it.</param>
    /// <param name="edits">Wanted contents, the owner of shared bytes first.</param>
    /// <param name="kept">Ranges to keep.</param>
    internal static ImagePlan Of(
        string policy, ReadOnlyMemory<byte> image, IEnumerable<Edit> edits, IEnumerable<KeptRange> kept)
    {
        var changes = new List<ImageChange>();
        bool[] owned = new bool[image.Length];
        foreach (Edit edit in edits)
        {
            foreach (FlashRange part in Claim(owned, edit.Range))
            {
                if (Difference(image, edit, part) is { } change)
                    changes.Add(change);
            }
        }

        return new ImagePlan(
            policy, image.Length, [.. changes.OrderBy(c => c.Range)], [.. kept.OrderBy(k => k.Range)]);
    }

    // The runs of the range that nobody owned yet; they are owned now.
    private static List<FlashRange> Claim(bool[] owned, FlashRange range)
    {
        var runs = new List<FlashRange>();
        Span<bool> all = owned.AsSpan((int)range.Start, (int)range.Length);
        for (int at = 0; all[at..].IndexOf(false) is >= 0 and var skip;)
        {
            int start = at + skip;
            int length = all[start..].IndexOf(true);
            at = length < 0 ? all.Length : start + length;
            all[start..at].Fill(true);
            runs.Add(new FlashRange(range.Start + start, range.Start + at));
        }

        return runs;
    }

    private static ImageChange? Difference(ReadOnlyMemory<byte> image, Edit edit, FlashRange part)
    {
        byte[] wanted = edit.NewBytes(part);
        ReadOnlySpan<byte> old = part.Of(image.Span);
        int first = old.CommonPrefixLength(wanted);
        if (first == wanted.Length)
            return null;

        int end = wanted.Length;
        while (old[end - 1] == wanted[end - 1])
            end--;
        var range = new FlashRange(part.Start + first, part.Start + end);
        return new ImageChange(
            range, edit.Rule, image.Slice((int)range.Start, (int)range.Length), wanted.AsMemory(first..end));
    }
}
