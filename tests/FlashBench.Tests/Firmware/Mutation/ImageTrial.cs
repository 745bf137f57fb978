using FlashBench.Firmware;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>What must hold for any bytes whatever: analysis, plan, application and analysis again.</summary>
internal static class ImageTrial
{
    /// <summary>Runs everything on <paramref name="image"/>.</summary>
    /// <exception cref="MutationFault">A promise was broken.</exception>
    public static TrialEnd Run(ReadOnlyMemory<byte> image)
    {
        TrialEnd end = TrialEnd.Refused;
        try
        {
            ImageAnalysis analysis = Allocation.Limit(image.Length, () => ImageAnalysis.Read(image, OpenKey.Ring));
            end = TrialEnd.Read;
            ImagePlan plan = NeutralizationPlan.Create(analysis);
            byte[] neutralized = plan.Apply(image.Span);

            CheckChanges(plan, image.Span, neutralized);
            CheckNothingIsLeft(neutralized);
            NeutralizationCheck.Measure(analysis, neutralized, OpenKey.Ring);
            ControlImages.DamagedManifest(analysis).Apply(image.Span);
            end = TrialEnd.Planned;
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            // The two that damaged input may end in.
        }

        return end;
    }

    // Exactly the bytes of the changes differ, no change overlaps another, and no kept byte changes.
    private static void CheckChanges(ImagePlan plan, ReadOnlySpan<byte> original, ReadOnlySpan<byte> changed)
    {
        long at = 0;
        foreach (ImageChange change in plan.Changes)
        {
            if (change.Range.Start < at)
                throw new MutationFault($"the change at {change.Range} overlaps the one before it");
            var between = new FlashRange(at, change.Range.Start);
            if (!between.Of(original).SequenceEqual(between.Of(changed)))
                throw new MutationFault($"a byte in {between} differs, but no change owns it");
            at = change.Range.End;
        }

        var rest = new FlashRange(at, original.Length);
        if (!rest.Of(original).SequenceEqual(rest.Of(changed)))
            throw new MutationFault($"a byte in {rest} differs, but no change owns it");
        foreach (KeptRange kept in plan.Kept)
        {
            if (!kept.Range.Of(original).SequenceEqual(kept.Range.Of(changed)))
                throw new MutationFault($"a byte of {kept.Name} {kept.Range} differs, which is to be kept");
        }
    }

    private static void CheckNothingIsLeft(ReadOnlyMemory<byte> neutralized)
    {
        try
        {
            ImagePlan again = NeutralizationPlan.Create(ImageAnalysis.Read(neutralized, OpenKey.Ring));
            if (!again.IsEmpty)
                throw new MutationFault($"a second plan changes {again.ChangedBytes} bytes more");
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            throw new MutationFault($"the neutralized image is refused: {refusal.Message}");
        }
    }
}
