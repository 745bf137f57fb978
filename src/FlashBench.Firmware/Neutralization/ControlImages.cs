using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Plans for negative controls: images that a working bench must not certify.</summary>
public static class ControlImages
{
    /// <summary>Name of the damaged-manifest control.</summary>
    public const string DamagedManifestName = "damaged-manifest";

    /// <summary>Flips one bit of the code partition's signature and clears the disable bit.</summary>
    /// <param name="image">A sound image.</param>
    /// <exception cref="PlanRefusedException">The image is damaged, or its signature is not one that is checked.
    /// </exception>
    public static ImagePlan DamagedManifest(ImageAnalysis image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
            throw new PlanRefusedException(error.Text, error.Offset);
        if (image.Me?.Code.Manifest is not { Signature: SignatureStatus.Valid } manifest)
            throw new PlanRefusedException("the image has no manifest whose signature could be damaged");

        FlashRange first = FlashRange.At(manifest.SignatureRange.Start, 1);
        byte flipped = (byte)(first.Of(image.Image.Span)[0] ^ 1);
        var edits = new List<Edit>
        {
            new(
                first, new("damage-signature", $"flip one bit of the signature of {image.Me.Code.Name}"),
                new[] { flipped }),
        };
        if (image.DisableBit is { } bit)
            edits.Add(DescriptorEdits.DisableBit(image, bit, set: false));
        return ImagePlan.Of(DamagedManifestName, image.Image, edits, []);
    }
}
