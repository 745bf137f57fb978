using System.Collections.Immutable;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Composition;

/// <summary>A range that a board gets from another image.</summary>
/// <param name="Name">Region, as the board's descriptor calls it, or "whole chip".</param>
/// <param name="Range">Where, from the start of the board's flash.</param>
public sealed record BroughtRange(string Name, FlashRange Range);

/// <summary>The board's own data inside what another image brings.</summary>
/// <param name="Name">What it is, for example "MFS".</param>
/// <param name="From">Where the board has it, from the start of its flash.</param>
/// <param name="To">Where the composed image has it; as long.</param>
public sealed record OwnData(string Name, FlashRange From, FlashRange To);

/// <summary>A board's own flash content with regions of another image: what is neutralized instead of the content
/// that was found.</summary>
/// <remarks>Immutable. Nothing outside <see cref="Brought"/> differs from the board's own content.</remarks>
public sealed class ImageComposition
{
    private readonly ImmutableArray<Edit> _edits; // the owner of shared bytes first

    private ImageComposition(
        ImageAnalysis composed, ImmutableArray<BroughtRange> brought, ImmutableArray<OwnData> own,
        ImmutableArray<Edit> edits) => (Composed, Brought, Own, _edits) = (composed, brought, own, edits);

    /// <summary>The composed content, analysed; as long as the board's flash.</summary>
    public ImageAnalysis Composed { get; }

    /// <summary>What the image brings.</summary>
    public ImmutableArray<BroughtRange> Brought { get; }

    /// <summary>What of the board stays inside of that, though it may move.</summary>
    public ImmutableArray<OwnData> Own { get; }

    /// <summary>Puts parts of an image into a board's content.</summary>
    /// <param name="board">The board's own content, analysed: a sound full dump.</param>
    /// <param name="given">The image, analysed: one that <see cref="GivenImage.Refusals"/> lets pass.</param>
    /// <param name="order">What to take of it.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <exception cref="PlanRefusedException">The parts do not fit this board, or its own data would be lost.
    /// </exception>
    public static ImageComposition Create(
        ImageAnalysis board, ImageAnalysis given, CompositionOrder order, KeyRing keys)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(order);
        if (board is not { Kind: ImageKind.FullDump, Descriptor: not null, Me: not null })
            throw new PlanRefusedException("the board's own content is no full dump with an ME");
        if (GivenImage.Refusals(given, order).FirstOrDefault() is { } refusal)
            throw new PlanRefusedException(refusal);
        if (given.Kind == ImageKind.FullDump && given.Image.Length != board.Image.Length)
        {
            throw new PlanRefusedException($"the image has 0x{given.Image.Length:X} bytes and this board's flash "
                + $"0x{board.Image.Length:X}: only its regions could fit, as files of their own");
        }

        return order.WholeChip ? WholeChip(board, given) : Regions(board, given, order, keys);
    }

    /// <summary>The plan for the composed content as one for the board's own: every byte that changes, by the rule of
    /// the neutralization where that changes it, else by that of the image.</summary>
    /// <param name="board">The board's own content, as given to <see cref="Create"/>.</param>
    /// <param name="neutralization">A plan for <see cref="Composed"/>.</param>
    public ImagePlan Attribute(ImageAnalysis board, ImagePlan neutralization)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(neutralization);
        IEnumerable<Edit> changes = neutralization.Changes
            .Select(change => new Edit(change.Range, change.Rule, change.Content));
        return ImagePlan.Of(neutralization.Policy, board.Image, changes.Concat(_edits), neutralization.Kept);
    }

    private static ImageComposition WholeChip(ImageAnalysis board, ImageAnalysis given)
    {
        var whole = new FlashRange(0, board.Image.Length);
        var edit = new Edit(whole, new("whole-image", "take the whole image"), given.Image);
        return new ImageComposition(given, [new("whole chip", whole)], [], [edit]);
    }

    private static ImageComposition Regions(
        ImageAnalysis board, ImageAnalysis given, CompositionOrder order, KeyRing keys)
    {
        var parts = order.Regions.Distinct().SelectMany(name => TakenRegion.Of(board, given, name)).ToImmutableArray();
        Edit[] brought = [.. parts.Select(part => part.Edit)];
        ImageAnalysis raw = ImageAnalysis.Read(Apply(board, brought), keys);
        ImmutableArray<OwnData> own = [.. OwnDataRules.Of(board, raw, order)];
        Edit[] edits = [.. own.Select(data => Restore(board, data)), .. brought];
        ImageAnalysis composed = own.IsEmpty ? raw : ImageAnalysis.Read(Apply(board, edits), keys);
        return new ImageComposition(
            composed, [.. parts.Select(part => new BroughtRange(part.Name, part.Edit.Range))], own, [.. edits]);
    }

    private static Edit Restore(ImageAnalysis board, OwnData data) => new(
        data.To, new("own-data", $"keep this board's own {data.Name}"),
        board.Image.Slice((int)data.From.Start, (int)data.From.Length));

    private static byte[] Apply(ImageAnalysis board, IReadOnlyList<Edit> edits) =>
        ImagePlan.Of("image", board.Image, edits, []).Apply(board.Image.Span);
}
