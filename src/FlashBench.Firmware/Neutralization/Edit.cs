namespace FlashBench.Firmware.Neutralization;

/// <summary>New content for a range; several edits of one image may overlap, and the first in a list wins.</summary>
/// <param name="Range">Where, from the start of the image.</param>
/// <param name="Rule">Why.</param>
/// <param name="New">The new bytes, or null to fill with 0xFF.</param>
internal sealed record Edit(FlashRange Range, ChangeRule Rule, ReadOnlyMemory<byte>? New)
{
    /// <summary>True when <paramref name="image"/> holds the new content in a part of the range, as far as it reaches.
    /// </summary>
    /// <param name="image">Any bytes.</param>
    /// <param name="part">A part of <see cref="Range"/>.</param>
    public bool IsDone(ReadOnlySpan<byte> image, FlashRange part)
    {
        FlashRange there = new FlashRange(0, image.Length).Intersect(part);
        ReadOnlySpan<byte> bytes = there.Of(image);
        if (New is null)
            return !bytes.ContainsAnyExcept((byte)0xFF);
        return bytes.IsEmpty || bytes.SequenceEqual(Content(there).Span);
    }

    /// <summary>The real difference that a part of the edit makes, or null when all is as wanted already.</summary>
    /// <param name="image">The original image.</param>
    /// <param name="part">A part of <see cref="Range"/>.</param>
    public ImageChange? Difference(ReadOnlyMemory<byte> image, FlashRange part)
    {
        ReadOnlySpan<byte> old = part.Of(image.Span);
        (int first, int end) = New is null
            ? (old.IndexOfAnyExcept((byte)0xFF), old.LastIndexOfAnyExcept((byte)0xFF) + 1)
            : Bounds(old, Content(part).Span);
        if (first < 0)
            return null;

        var range = new FlashRange(part.Start + first, part.Start + end);
        ReadOnlyMemory<byte>? content = null; // typed: a bare null would become memory of no bytes
        if (New is not null)
            content = Content(range);
        return new ImageChange(range, Rule, image.Slice((int)range.Start, (int)range.Length), content);
    }

    private static (int First, int End) Bounds(ReadOnlySpan<byte> old, ReadOnlySpan<byte> wanted)
    {
        int first = old.CommonPrefixLength(wanted), end = wanted.Length;
        if (first == end)
            return (-1, 0);
        while (old[end - 1] == wanted[end - 1])
            end--;
        return (first, end);
    }

    private ReadOnlyMemory<byte> Content(FlashRange part) =>
        New!.Value.Slice((int)(part.Start - Range.Start), (int)part.Length);
}
