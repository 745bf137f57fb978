using System.Buffers.Binary;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Maps;

/// <summary>The words of a flash descriptor by the names of Intel's guide.</summary>
/// <remarks>Source: S-01, flash descriptor; the place of FLUMAP1 and the OEM section is fixed.</remarks>
internal static class DescriptorFields
{
    private const int UpperMap = 0xEFC, Oem = 0xF00, End = 0x1000;
    private const int ProcessorStrapsMax = 16; // more are not known anywhere

    private static readonly string[] MasterNames = ["host", "ME", "GbE", "reserved", "EC", "IE"];

    /// <summary>The fields of a descriptor, the more exact first; ranges can reach past the image.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="descriptor">Its descriptor.</param>
    public static IEnumerable<NamedField> Of(ReadOnlySpan<byte> image, FlashDescriptor descriptor)
    {
        int signature = (int)descriptor.SignatureOffset;
        uint flmap0 = BinaryPrimitives.ReadUInt32LittleEndian(image[(signature + 4)..]);
        uint flmap2 = BinaryPrimitives.ReadUInt32LittleEndian(image[(signature + 0xC)..]);
        int processorStraps = Math.Min((int)(flmap2 >> 8 & 0xFF), ProcessorStrapsMax);
        return Named(descriptor, (flmap0 & 0xFF) << 4, processorStraps);
    }

    private static IEnumerable<NamedField> Named(FlashDescriptor descriptor, long components, int processorStraps)
    {
        long signature = descriptor.SignatureOffset;
        foreach ((int i, string name) in ((string[])["signature", "FLMAP0", "FLMAP1", "FLMAP2", "FLMAP3"]).Index())
            yield return Word(signature + 4 * i, name);
        foreach ((int i, string name) in ((string[])["FLCOMP", "FLILL", "FLPB"]).Index())
            yield return Word(components + 4 * i, name);
        for (int i = 0; i < descriptor.Pch.RegionCount(); i++)
        {
            string use = descriptor.Region(i) is { } region ? $" ({region.Name})" : "";
            yield return Word(descriptor.Bases.Regions + 4 * i, $"FLREG{i}{use}");
        }

        // Masters are numbered from 1 in the guide.
        for (int i = 0; i < MasterNames.Length; i++)
            yield return Word(descriptor.Bases.Masters + 4 * i, $"FLMSTR{i + 1} ({MasterNames[i]})");
        for (int i = 0; i < descriptor.Straps.Length; i++)
            yield return Word(descriptor.StrapsOffset + 4 * i, $"PCHSTRP{i}");
        for (int i = 0; i < processorStraps; i++)
            yield return Word(descriptor.Bases.ProcessorStraps + 4 * i, $"PROCSTRP{i}");
        yield return Word(UpperMap, "FLUMAP1");
        yield return new(new FlashRange(Oem, End), "descriptor, OEM section");
    }

    private static NamedField Word(long offset, string name) =>
        new(FlashRange.At(offset, sizeof(uint)), name) { IsWord = true };
}
