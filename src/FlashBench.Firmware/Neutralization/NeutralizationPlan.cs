using System.Buffers.Binary;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>The place of the disable bit as a board profile pins it.</summary>
/// <param name="StrapOffset">Offset of the strap dword from FPSBA, in bytes.</param>
/// <param name="Bit">Bit number inside the dword.</param>
public readonly record struct DisableBitPin(uint StrapOffset, int Bit);

/// <summary>Plans the neutralization of an ME image.</summary>
public static class NeutralizationPlan
{
    /// <summary>Name of the default policy: what Purism ships on its laptops.</summary>
    public const string Purism = "purism";

    /// <summary>Plans by the default policy: ME 6 to 10 keep FTPR with ROMP and BUP, and AltMeDisable is set; ME 11
    /// keeps FTPR with rbe, kernel, syslib and bup, and MFS, and HAP is set. A bare region has no bit to set.</summary>
    /// <param name="image">The original image.</param>
    /// <param name="pin">Place of the disable bit by the board profile; null when no profile is at hand.</param>
    /// <exception cref="PlanRefusedException">The image is damaged or not supported, or the pin disagrees.</exception>
    public static ImagePlan Create(ImageAnalysis image, DisableBitPin? pin = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        MeFirmware me = Supported(image);
        DisableBit? bit = image.Kind == ImageKind.FullDump ? PinnedBit(image, me, pin) : null;

        var removal = Removal.Of(image.Image.Span, me);
        var edits = removal.Edits.ToList();
        var kept = removal.Kept.ToList();
        if (bit is not null)
        {
            edits.Add(SetBit(image, bit, set: true));
            kept.AddRange(KeptDescriptor(image.Descriptor!, bit));
        }

        return ImagePlan.Of(Purism, image.Image, edits, kept);
    }

    /// <summary>The edit that sets or clears the disable bit.</summary>
    internal static Edit SetBit(ImageAnalysis image, DisableBit bit, bool set)
    {
        string verb = set ? "set" : "clear", place = $"bit {bit.Bit} of the strap at 0x{bit.DwordOffset:X3}";
        uint word = BinaryPrimitives.ReadUInt32LittleEndian(bit.Range.Of(image.Image.Span));
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, set ? word | bit.Mask : word & ~bit.Mask);
        return new Edit(bit.Range, new($"{verb}-disable-bit", $"{verb} {bit.Name}, {place}"), bytes);
    }

    private static MeFirmware Supported(ImageAnalysis image)
    {
        if (image.Kind == ImageKind.DescriptorOnly)
            throw new PlanRefusedException("this is a flash descriptor alone, without an ME region to neutralize");

        Finding? error = image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error);
        if (image.Me is not { } me)
        {
            throw error is not null
                ? Refused(error)
                : new PlanRefusedException("the image has no ME region to neutralize");
        }

        if (UnsupportedReason(me) is { } reason)
            throw new PlanRefusedException(reason, me.Region.Start);
        if (error is not null)
            throw Refused(error);
        if (!me.Code.Modules.Any(m => m.IsKept))
            throw new PlanRefusedException("the code partition has no module that must stay", me.Code.Range.Start);
        return me;
    }

    private static PlanRefusedException Refused(Finding error) => new(error.Text, error.Offset);

    private static string? UnsupportedReason(MeFirmware me) => me switch
    {
        { IsRemovable: true } => null,
        { Family: FirmwareFamily.Sps } => $"{me.Title} is server firmware, which is out of scope",
        { Family: FirmwareFamily.Txe } => $"{me.Title} is Atom firmware, which this version does not neutralize",
        { Generation: MeGeneration.One } =>
            $"{me.Title} is generation 1, which is disabled by straps alone, and this version does not do that",
        { Generation: MeGeneration.Two, Version.Major: 6 } =>
            $"{me.Title} is an Ignition stub without ME features, which this version does not neutralize",
        { Version.Major: >= 12 } =>
            $"{me.Title} allows HAP only, not removal, and HAP only is not in this version",
        _ => $"{me.Title} is a combination of version and layout that is not known",
    };

    private static DisableBit PinnedBit(ImageAnalysis image, MeFirmware me, DisableBitPin? pin)
    {
        string pch = image.Descriptor!.Pch.Title();
        if (image.DisableBit is not { } bit)
            throw new PlanRefusedException($"where the disable bit is on this PCH ({pch}) is not pinned");
        bool belongs = (bit.Name == "HAP") == (me.Generation == MeGeneration.Three);
        if (!belongs)
            throw new PlanRefusedException($"the descriptor is for a {pch} PCH, which does not go with {me.Title}");
        if (pin is { } wanted && (wanted.StrapOffset != bit.StrapOffset || wanted.Bit != bit.Bit))
        {
            throw new PlanRefusedException(
                $"the board profile pins the disable bit at strap +0x{wanted.StrapOffset:X2} bit {wanted.Bit}, " +
                $"but this descriptor ({pch}) has it at +0x{bit.StrapOffset:X2} bit {bit.Bit}");
        }

        return bit;
    }

    private static IEnumerable<KeptRange> KeptDescriptor(FlashDescriptor descriptor, DisableBit bit)
    {
        FlashRange own = descriptor.Region(DescriptorRegion.Descriptor)?.Range ?? new FlashRange(0, 0x1000);
        yield return new KeptRange("flash descriptor before the strap", new FlashRange(own.Start, bit.Range.Start));
        yield return new KeptRange("flash descriptor after the strap", new FlashRange(bit.Range.End, own.End));
    }
}
