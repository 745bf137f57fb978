using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Plans for negative controls: images that a working bench must not certify.</summary>
public static class ControlImages
{
    /// <summary>Name of the damaged-manifest control.</summary>
    public const string DamagedManifestName = "damaged-manifest";

    /// <summary>Name of the wrong-strap control.</summary>
    public const string WrongStrapName = "wrong-strap";

    // Where the 100-series keeps HAP, and where the series before it keep AltMeDisable (me-firmware 1.3).
    private static readonly (uint StrapOffset, int Bit) Hap = (0x00, 16), AltMeDisable = (0x28, 7);

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

    /// <summary>Sets a disable bit where another chipset has it, and changes nothing else: the ME keeps running.
    /// </summary>
    /// <param name="image">A sound image.</param>
    /// <param name="pin">Where this board's chipset has it.</param>
    /// <exception cref="PlanRefusedException">The image is damaged, has no such strap, or the wrong bit is set already.
    /// </exception>
    public static ImagePlan WrongStrap(ImageAnalysis image, DisableBitPin pin)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
            throw new PlanRefusedException(error.Text, error.Offset);
        if (image.Descriptor is not { } descriptor)
            throw new PlanRefusedException("the image has no descriptor whose straps could be set");

        (uint strap, int bit) = (pin.StrapOffset, pin.Bit) == Hap ? AltMeDisable : Hap;
        int index = (int)(strap / sizeof(uint));
        if (index >= descriptor.Straps.Length)
            throw new PlanRefusedException($"the descriptor has no strap +0x{strap:X2}", descriptor.StrapsOffset);
        bool isSet = (descriptor.Straps[index] >> bit & 1) != 0;
        if (isSet)
        {
            throw new PlanRefusedException(
                $"bit {bit} of strap +0x{strap:X2} is set already, so that setting it shows nothing",
                descriptor.StrapsOffset + strap);
        }

        var wrong = new DisableBit(
            descriptor.StrapsOffset + strap, strap, bit, "a disable bit of another chipset", IsSet: false);
        return ImagePlan.Of(WrongStrapName, image.Image, [DescriptorEdits.DisableBit(image, wrong, set: true)], []);
    }
}
