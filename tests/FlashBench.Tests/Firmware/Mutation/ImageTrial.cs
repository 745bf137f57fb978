using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>What must hold for any bytes whatever: analysis, plan, application and analysis again.</summary>
internal static class ImageTrial
{
    private const int IfwiFlag = 0x1E; // bits 23:16 of FLMAP2: 0x14 in a descriptor of ADP

    private static readonly DisablePlatform AdpP = DisablePlatform.Find("adp-p")!;

    private static readonly KeyRing Ring = TestIfwi.RingWith(OpenKey.Ring);

    /// <summary>Runs everything on <paramref name="image"/>.</summary>
    /// <exception cref="MutationFault">A promise was broken.</exception>
    public static TrialEnd Run(ReadOnlyMemory<byte> image)
    {
        TrialEnd end = TrialEnd.Refused;
        try
        {
            DisablePlatform? platform = image.Length > IfwiFlag && image.Span[IfwiFlag] == 0x14 ? AdpP : null;
            ImageAnalysis analysis = Allocation.Limit(
                image.Length, () => ImageAnalysis.Read(image, Ring, platform));
            end = TrialEnd.Read;
            _ = ImageAudit.Of(analysis).Rules.Length;
            _ = ImageMap.Of(analysis).Segments.Length;
            NeutralizationOptions options = Choose(image.Span, analysis);
            ImagePlan plan = NeutralizationPlan.Create(analysis, options);
            byte[] neutralized = plan.Apply(image.Span);

            CheckChanges(plan, image.Span, neutralized);
            CheckNothingIsLeft(neutralized, options, platform);
            CheckReadBack(analysis, options, neutralized);
            if (analysis.Descriptor is not null)
            {
                _ = ExtractedRegion.Descriptor(analysis, plan, neutralized, out _);
                _ = ExtractedRegion.Me(analysis, plan, neutralized);
            }

            end = TrialEnd.Planned;
            ControlImages.DamagedManifest(analysis).Apply(image.Span);
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            // The two that damaged input may end in.
        }

        return end;
    }

    // By the damaged bytes themselves, so that one number replays one trial.
    private static NeutralizationOptions Choose(ReadOnlySpan<byte> image, ImageAnalysis analysis)
    {
        uint choice = 0;
        foreach (byte value in image[..Math.Min(image.Length, 0x2000)])
            choice = unchecked(choice * 31 + value);
        choice >>= 8;
        string policy = NeutralizationPolicy.Names[(int)(choice % (uint)NeutralizationPolicy.Names.Length)];
        NeutralizationOptions options = NeutralizationPolicy.Resolve(policy, analysis);
        bool isDump = analysis.Kind == ImageKind.FullDump;
        return policy != NeutralizationPolicy.MeCleaner ? options : options with
        {
            SetDisableBit = isDump && (choice & 0x10) != 0,
            LimitAccess = isDump && (choice & 0x20) != 0,
            KeepModules = (choice & 0x40) != 0,
            Truncate = (choice & 0x80) != 0,
            Relocate = (choice & 0x300) == 0,
            KeepPartitions = (choice & 0x300) == 0x100 ? ["EFFS", "MFS"] : [],
            RemovePartitions = (choice & 0x300) == 0x200 ? ["NFTP", "FOVD"] : null,
        };
    }

    private static void CheckReadBack(ImageAnalysis analysis, NeutralizationOptions options, byte[] neutralized)
    {
        var check = NeutralizationCheck.Measure(analysis, options, neutralized, Ring);
        bool isResidue = check.ProgrammedBytes > check.ProgrammedBytesMax && check.Problems.Length == 1;
        if (!check.IsNeutralized && !isResidue)
            throw new MutationFault($"what was planned by {options} reads back with a problem: {check.Problems[0]}");
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

        var rest = new FlashRange(at, Math.Max(at, plan.ResultLength)); // what lies behind was cut
        if (!rest.Of(original).SequenceEqual(rest.Of(changed)))
            throw new MutationFault($"a byte in {rest} differs, but no change owns it");
        foreach (KeptRange kept in plan.Kept)
        {
            if (!kept.Range.Of(original).SequenceEqual(kept.Range.Of(changed)))
                throw new MutationFault($"a byte of {kept.Name} {kept.Range} differs, which is to be kept");
        }
    }

    private static void CheckNothingIsLeft(
        ReadOnlyMemory<byte> neutralized, NeutralizationOptions options, DisablePlatform? platform)
    {
        try
        {
            var analysis = ImageAnalysis.Read(neutralized, Ring, platform);
            ImagePlan again = NeutralizationPlan.Create(analysis, options);
            if (!again.IsEmpty)
                throw new MutationFault($"a second plan changes {again.ChangedBytes} bytes more");
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            throw new MutationFault($"the neutralized image is refused: {refusal.Message}");
        }
    }
}
