using FlashBench.Simulation.Images;

namespace FlashBench.Simulation.Qemu;

/// <summary>Makes the flash image of a QEMU board.</summary>
public static class QemuImage
{
    private const int FirmwareBytesMax = 1 << 20;

    /// <summary>A generated image (descriptor, GbE, ME region) with <paramref name="firmware"/> at its very end.
    /// </summary>
    /// <param name="kind">One of <see cref="ImageGenerator.Kinds"/>.</param>
    /// <param name="chipBytes">Size of the chip: 4 or 8 MiB.</param>
    /// <param name="firmware">The content of u-boot.rom; 64 KiB to 1 MiB, whole 64 KiB blocks.</param>
    /// <returns>A new array; the processor's reset vector is the firmware's.</returns>
    /// <exception cref="ArgumentException">The kind is not known, or a size is not one of those.</exception>
    public static byte[] Compose(string kind, uint chipBytes, ReadOnlySpan<byte> firmware)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chipBytes, QemuBenchOptions.ChipBytesMax);
        if (firmware.Length is 0 or > FirmwareBytesMax || firmware.Length % 0x1_0000 != 0)
            throw new ArgumentException($"{firmware.Length} bytes are no firmware of this board", nameof(firmware));
        byte[] image = ImageGenerator.Create(kind, chipBytes);
        firmware.CopyTo(image.AsSpan(image.Length - firmware.Length));
        return image;
    }
}
