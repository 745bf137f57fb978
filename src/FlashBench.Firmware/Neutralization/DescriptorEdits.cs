using System.Buffers.Binary;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Changes of single words of a flash descriptor.</summary>
internal static class DescriptorEdits
{
    /// <summary>FLREG word of a region that is not used, first form.</summary>
    private const uint UnusedRegion = 0x00001FFF;

    private const int MeIndex = 2, MeMaster = 1; // FLREG2, and FLMSTR2 is the second word

    /// <summary>The edit that sets or clears the disable bit.</summary>
    public static Edit DisableBit(ImageAnalysis image, DisableBit bit, bool set)
    {
        string verb = set ? "set" : "clear", place = $"bit {bit.Bit} of the strap at 0x{bit.DwordOffset:X3}";
        uint word = Read(image, bit.DwordOffset);
        return Word(
            bit.DwordOffset, new($"{verb}-disable-bit", $"{verb} {bit.Name}, {place}"),
            set ? word | bit.Mask : word & ~bit.Mask);
    }

    /// <summary>The edits that disable the ME of generation 1 by straps.</summary>
    /// <remarks>Source: S-15, S-13. Bit 0 of the first ICH strap and of the first MCH strap.</remarks>
    public static IEnumerable<Edit> SetGeneration1Straps(ImageAnalysis image)
    {
        FlashDescriptor descriptor = image.Descriptor!;
        (long Offset, string Name)[] straps =
            [(descriptor.StrapsOffset, "ICH_MeDisable"), (descriptor.Bases.ProcessorStraps, "MCH_MeDisable")];
        foreach ((long offset, string name) in straps)
        {
            yield return Word(
                offset, new("set-disable-bit", $"set {name}, bit 0 of the strap at 0x{offset:X3}"),
                Read(image, offset) | 1);
        }
    }

    /// <summary>The edit that drops the ME region from the layout; none when there is no such region.</summary>
    public static IEnumerable<Edit> DropMeRegion(ImageAnalysis image)
    {
        FlashDescriptor descriptor = image.Descriptor!;
        if (descriptor.Region(DescriptorRegion.Me) is not null)
        {
            yield return Word(
                descriptor.Bases.Regions + sizeof(uint) * MeIndex,
                new("drop-region", "mark the ME region as unused in the descriptor"), UnusedRegion);
        }
    }

    /// <summary>The edit that lets the ME reach nothing but its own region (and read the descriptor from the 100-series
    /// on).</summary>
    /// <remarks>Source: S-13 for the rights, S-01 for the two forms of the word. The form follows the descriptor, not
    /// the firmware.</remarks>
    public static Edit LimitAccess(ImageAnalysis image)
    {
        FlashDescriptor descriptor = image.Descriptor!;
        long offset = descriptor.Bases.Masters + sizeof(uint) * MeMaster;
        uint word = descriptor.Version == 1
            ? (Read(image, offset) | 0x04040000) & 0x0404FFFF // ME reads and writes region 2; requester id stays
            : 0x00400500; // ME reads regions 0 and 2, writes 2
        return Word(
            offset, new("limit-access", $"let the ME write its own region only, FLMSTR2 at 0x{offset:X3}"), word);
    }

    /// <summary>Lays a descriptor out anew for a region that was cut, when the BIOS region begins right behind it.
    /// </summary>
    /// <param name="descriptor">The descriptor as it was read.</param>
    /// <param name="bytes">The bytes of the descriptor region; changed.</param>
    /// <param name="end">New end of the ME region in the flash, a multiple of 4 KiB.</param>
    /// <returns>False when the BIOS region begins elsewhere; nothing is changed then.</returns>
    public static bool MoveBiosDown(FlashDescriptor descriptor, Span<byte> bytes, long end)
    {
        if (descriptor.Region(DescriptorRegion.Me) is not { } me ||
            descriptor.Region(DescriptorRegion.Bios) is not { } bios || bios.Range.Start != me.Range.End)
        {
            return false;
        }

        PutRegion(descriptor, bytes, DescriptorRegion.Me, new FlashRange(me.Range.Start, end));
        PutRegion(descriptor, bytes, DescriptorRegion.Bios, new FlashRange(end, bios.Range.End));
        return true;
    }

    private static void PutRegion(FlashDescriptor descriptor, Span<byte> bytes, int number, FlashRange range)
    {
        uint word = (uint)(range.Start >> 12) | (uint)((range.End >> 12) - 1) << 16;
        int at = (int)descriptor.Bases.Regions + sizeof(uint) * number;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], word);
    }

    private static uint Read(ImageAnalysis image, long offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(image.Image.Span[(int)offset..]);

    private static Edit Word(long offset, ChangeRule rule, uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return new Edit(FlashRange.At(offset, sizeof(uint)), rule, bytes);
    }
}
