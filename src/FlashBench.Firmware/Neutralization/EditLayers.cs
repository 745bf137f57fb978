namespace FlashBench.Firmware.Neutralization;

/// <summary>Resolves edits that overlap: every byte belongs to the first edit of the list that covers it.</summary>
internal static class EditLayers
{
    /// <summary>The visible pieces of <paramref name="edits"/>, ascending and separate; a piece is as long as its edit
    /// stays on top.</summary>
    public static IEnumerable<(FlashRange Part, Edit Edit)> Flatten(IReadOnlyList<Edit> edits) =>
        RangeLayers.Flatten(edits, edit => edit.Range);
}
