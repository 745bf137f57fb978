using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware;

/// <summary>What must hold for any bytes whatever.</summary>
internal static class Fuzzing
{
    /// <summary>Analyses, plans and applies; only the two declared refusals may come out, and a plan that is made
    /// must explain every change and leave nothing to do.</summary>
    /// <returns>True when a plan was made.</returns>
    public static bool Survives(byte[] image, KeyRing keys)
    {
        byte[] untouched = [.. image];
        try
        {
            var analysis = ImageAnalysis.Read(image, keys);
            ImagePlan plan = NeutralizationPlan.Create(analysis);
            byte[] neutralized = plan.Apply(image);

            Assert.Equal(untouched, image);
            AssertEveryChangeIsOwned(plan, image, neutralized);
            Assert.True(NeutralizationPlan.Create(ImageAnalysis.Read(neutralized, keys)).IsEmpty);
            return true;
        }
        catch (ImageFormatException)
        {
            return false;
        }
        catch (PlanRefusedException)
        {
            return false;
        }
    }

    /// <summary>Asserts that exactly the planned bytes differ, each in one change, and none in a kept range.</summary>
    public static void AssertEveryChangeIsOwned(ImagePlan plan, byte[] original, byte[] changed)
    {
        int[] owners = new int[original.Length];
        foreach (ImageChange change in plan.Changes)
        {
            for (long i = change.Range.Start; i < change.Range.End; i++)
                owners[i]++;
        }

        bool[] kept = new bool[original.Length];
        foreach (KeptRange range in plan.Kept)
            kept.AsSpan((int)range.Range.Start, (int)range.Range.Length).Fill(true);
        for (int i = 0; i < original.Length; i++)
        {
            bool differs = original[i] != changed[i];
            if (owners[i] > 1 || (differs && (owners[i] == 0 || kept[i])))
                Assert.Fail($"byte 0x{i:X}: {owners[i]} owners, kept {kept[i]}, changed {differs}");
        }
    }
}
