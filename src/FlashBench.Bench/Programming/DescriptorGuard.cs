using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Programming;

/// <summary>Keeps a write from changing the map of a chip unasked.</summary>
public static class DescriptorGuard
{
    /// <summary>Bytes that a descriptor takes at the start of a flash.</summary>
    public const int DescriptorBytes = 4096;

    /// <summary>Refuses a write that would change the flash descriptor without being asked to, or whose image was made
    /// for another map.</summary>
    /// <param name="chip">First 4 KiB of the chip.</param>
    /// <param name="image">First 4 KiB of the image as it was given, whatever of it is selected.</param>
    /// <param name="selection">What is to be written.</param>
    /// <param name="allowed">True if the user said that the descriptor may change.</param>
    /// <exception cref="FlashRefusedException">The write is refused; the message says what would allow it.</exception>
    public static void Check(
        ReadOnlySpan<byte> chip, ReadOnlySpan<byte> image, FlashSelection selection, bool allowed)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if (allowed || Find(chip) is not { } own)
            return; // a blank chip, or a board without a descriptor: there is nothing to lose
        var descriptor = new FlashRange(0, DescriptorBytes);
        bool written = selection.Touches(descriptor);
        if (written && !selection.AsksForDescriptor && !chip.SequenceEqual(image))
        {
            int at = chip.CommonPrefixLength(image);
            throw new FlashRefusedException(
                $"the image would change the flash descriptor, first at 0x{at:X3}: name its region (--region fd) or "
                + "allow it (--allow-descriptor)", needsConfirmation: true);
        }

        if (!written && Find(image) is { } other
            && !SameMap(own, other))
        {
            throw new FlashRefusedException(
                "the image was made for another region map than the chip has; write the descriptor too (--region fd) "
                + "or allow it (--allow-descriptor)", needsConfirmation: true);
        }
    }

    /// <summary>Reads the first 4 KiB of a chip; twice, because they decide what may be touched.</summary>
    /// <exception cref="Hardware.FlashChipException">Two reads differ, or the chip does not answer.</exception>
    /// <exception cref="Hardware.ProgrammerException">The programmer failed.</exception>
    public static async Task<byte[]> ReadAsync(SpiNorFlash flash, CancellationToken cancel)
    {
        byte[] first = new byte[DescriptorBytes];
        await new ChipReader(flash, progress: null).ReadTwiceAsync(
            [new FlashRange(0, DescriptorBytes)], first, cancel);
        return first;
    }

    /// <summary>The descriptor in the first 4 KiB of a flash; null if there is none that can be read.</summary>
    public static FlashDescriptor? Find(ReadOnlySpan<byte> first)
    {
        try
        {
            return FlashDescriptor.Find(first);
        }
        catch (ImageFormatException)
        {
            return null;
        }
    }

    private static bool SameMap(FlashDescriptor left, FlashDescriptor right) =>
        left.Regions.Select(region => (region.Number, region.Range))
            .SequenceEqual(right.Regions.Select(region => (region.Number, region.Range)));
}
