using FlashBench.Firmware;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>What `image plan` shows.</summary>
internal static class PlanTree
{
    private const int ShownBytes = 8;

    /// <summary>Draws a plan.</summary>
    public static TextTree Of(ImageFile file, ImageAnalysis image, ImagePlan plan)
    {
        var tree = new TextTree($"{file.Path}: {image.Me?.Title ?? "no ME firmware"}, policy {plan.Policy}");
        if (plan.IsEmpty)
            tree.Add("nothing to change: the image is as the policy wants it");
        foreach (ImageChange change in plan.Changes)
        {
            TextTree node = tree.Add($"{InspectTree.Text(change.Range)}  {change.Rule.Text}  [{change.Rule.Id}]");
            node.Add($"{Short(change.Old.Span)} -> {Short(change.New.Span)}");
        }

        var totals = PlanTotals.Of(image, plan);
        TextTree sums = tree.Add("totals of the ME region");
        sums.Add($"before: {totals.Before:N0} bytes of content");
        sums.Add($"removed: {totals.Removed:N0} bytes, {totals.RemovedShare:0.0} %");
        sums.Add($"kept: {totals.Kept:N0} bytes, {100 - totals.RemovedShare:0.0} %");
        tree.Add($"{plan.ChangedBytes:N0} bytes of the image change in {plan.Changes.Length} places");
        return tree;
    }

    private static string Short(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept(bytes[0]) && bytes.Length > ShownBytes)
            return $"all {bytes[0]:X2}";
        string shown = Convert.ToHexString(bytes[..Math.Min(bytes.Length, ShownBytes)]);
        return bytes.Length > ShownBytes ? shown + "..." : shown;
    }
}

/// <summary>Content of the ME region before and after a plan, in bytes that are not 0xFF.</summary>
/// <param name="Before">Content of the original.</param>
/// <param name="Kept">Content that remains.</param>
internal readonly record struct PlanTotals(long Before, long Kept)
{
    /// <summary>Content that goes.</summary>
    public long Removed => Before - Kept;

    /// <summary>Its share in percent; 0 for an empty region.</summary>
    public double RemovedShare => Before == 0 ? 0 : 100.0 * Removed / Before;

    /// <summary>Counts.</summary>
    public static PlanTotals Of(ImageAnalysis image, ImagePlan plan)
    {
        if (image.Me is not { Region: var region })
            return default;
        ReadOnlySpan<byte> before = region.Of(image.Image.Span), after = region.Of(plan.Apply(image.Image.Span));
        return new(before.Length - before.Count((byte)0xFF), after.Length - after.Count((byte)0xFF));
    }
}
