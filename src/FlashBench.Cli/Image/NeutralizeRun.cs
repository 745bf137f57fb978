using System.Collections.Immutable;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>What `image neutralize` made, before anything is written.</summary>
/// <param name="Analysis">The input.</param>
/// <param name="Plan">What changes.</param>
/// <param name="Image">The changed image.</param>
/// <param name="Descriptor">Its flash descriptor; null when not asked for.</param>
/// <param name="Region">Its ME region; null when not asked for, or when the image has none.</param>
/// <param name="Warnings">A sentence each.</param>
internal sealed record NeutralizeResult(
    ImageAnalysis Analysis, ImagePlan Plan, byte[] Image, byte[]? Descriptor, byte[]? Region, string[] Warnings);

/// <summary>`image neutralize` from bytes to files.</summary>
internal static class NeutralizeRun
{
    /// <summary>Computes, checks and then writes all outputs; after a failure none of them is there.</summary>
    /// <exception cref="PlanRefusedException">The image does not allow what is asked.</exception>
    /// <exception cref="CommandFailure">The result does not pass its own check, or cannot be written.</exception>
    public static void Execute(ImageFile input, NeutralizeRequest request, NeutralizeText text)
    {
        NeutralizeResult result = Produce(input, request, KeyRing.Intel);
        Task<string> hash = Task.Run(() => ImageFile.HashOf(result.Image)); // beside the writing, on another core
        OutputFile.WriteAll(
            (request.Output, result.Image), (request.Descriptor, result.Descriptor), (request.Region, result.Region));
        text.Write(request, result, hash.GetAwaiter().GetResult());
    }

    /// <summary>Computes all outputs and checks them.</summary>
    /// <param name="input">The image.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="keys">Signing keys to trust.</param>
    public static NeutralizeResult Produce(ImageFile input, NeutralizeRequest request, KeyRing keys)
    {
        ImageAnalysis image = request.Read(input.Bytes, keys);
        if (image.Kind == ImageKind.MeRegion && (request.Descriptor ?? request.Region) is not null)
            throw new PlanRefusedException("this is an ME region alone: there is nothing to extract from it");

        NeutralizationOptions options = request.OptionsFor(image);
        ImagePlan plan = NeutralizationPlan.Create(image, options);
        byte[] changed = plan.Apply(input.Bytes, FreshMemory.Allocate);
        List<string> warnings = [.. Check(image, options, changed, keys)];
        warnings.AddRange(UnknownNames(image, options));

        byte[]? descriptor = null, region = null;
        if (request.Descriptor is not null)
        {
            descriptor = ExtractedRegion.Descriptor(image, plan, changed, out bool isLaidOut);
            if (!isLaidOut)
                warnings.Add("the BIOS region does not begin at the end of the ME region: the layout is unchanged");
        }

        if (request.Region is not null)
        {
            region = ExtractedRegion.Me(image, plan, changed);
            if (region is null)
                warnings.Add($"the image has no ME region that would stay: {request.Region} was not written");
        }

        return new NeutralizeResult(image, plan, changed, descriptor, region, [.. warnings]);
    }

    // What removal leaves beside the known structures is worth a word; anything else is a reason to write nothing.
    private static ImmutableArray<string> Check(
        ImageAnalysis image, NeutralizationOptions options, byte[] changed, KeyRing keys)
    {
        var check = NeutralizationCheck.Measure(image, options, changed, keys);
        bool isResidue = check.ProgrammedBytes > check.ProgrammedBytesMax && check.Problems.Length == 1;
        return check.IsNeutralized || isResidue
            ? check.Problems
            : throw new CommandFailure(
                ExitCodes.BadInput, $"nothing was written, the result does not pass its check: {check.Problems[0]}");
    }

    private static IEnumerable<string> UnknownNames(ImageAnalysis image, NeutralizationOptions options)
    {
        if (image.Me is not { } me)
            yield break;
        foreach (string name in options.RemovePartitions ?? options.KeepPartitions)
        {
            if (me.Table.Find(name) is null && options.Policy == NeutralizationPolicy.MeCleaner)
                yield return $"the image has no partition {name}";
            else if (name == me.Code.Name && options.RemovePartitions is not null)
                yield return $"{name} always stays";
        }
    }
}
