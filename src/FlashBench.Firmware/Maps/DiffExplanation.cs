using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Maps;

/// <summary>Looks for the neutralization that leads from one image to another.</summary>
internal static class DiffExplanation
{
    private static readonly string[] Policies =
        [NeutralizationPolicy.Purism, NeutralizationPolicy.MeCleaner, NeutralizationPolicy.HapOnly];

    /// <summary>The plan that explains most of the differing bytes, and where two explain as many, the one that changes
    /// less beyond them; null when none explains any.</summary>
    /// <param name="first">The image before.</param>
    /// <param name="second">The image after.</param>
    public static ImagePlan? Best(ImageAnalysis first, ReadOnlySpan<byte> second)
    {
        (ImagePlan? best, long most) = (null, 0);
        foreach (string policy in Policies)
        {
            if (Plan(first, policy, second.Length) is not { } plan)
                continue;
            long explained = Explained(plan, first.Image.Span, second);
            if (explained > most || (explained == most && plan.ChangedBytes < best?.ChangedBytes))
                (best, most) = (plan, explained);
        }

        return best;
    }

    // A bare region that became shorter was cut, if anything.
    private static ImagePlan? Plan(ImageAnalysis image, string policy, int length)
    {
        try
        {
            NeutralizationOptions options = NeutralizationPolicy.Resolve(policy, image);
            bool isCut = options.Remove && image.Kind == ImageKind.MeRegion && length < image.Image.Length;
            return NeutralizationPlan.Create(image, options with { Truncate = isCut });
        }
        catch (PlanRefusedException)
        {
            return null;
        }
    }

    private static long Explained(ImagePlan plan, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        long count = plan.ResultLength == after.Length ? Math.Max(0, before.Length - after.Length) : 0;
        foreach (ImageChange change in plan.Changes)
        {
            FlashRange there = new FlashRange(0, after.Length).Intersect(change.Range);
            ReadOnlySpan<byte> old = there.Of(before), now = there.Of(after);
            ReadOnlySpan<byte> wanted = change.New.Span;
            for (int i = 0; i < now.Length; i++)
                count += now[i] != old[i] && now[i] == wanted[i] ? 1 : 0;
        }

        return count;
    }
}
