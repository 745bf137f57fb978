using FlashBench.Cli.Image;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Certify;

/// <summary>Reads the image that a virtual chip is to hold.</summary>
internal static class VirtualFlashFile
{
    /// <summary>Reads a whole flash image, plain or gzip.</summary>
    /// <exception cref="CommandFailure">It cannot be read, or no chip has its size.</exception>
    public static byte[] Read(string path)
    {
        byte[] image = ImageFile.Load(path).Bytes;
        if (SpiNorChips.All.Any(chip => chip.SizeBytes == image.Length))
            return image;
        string sizes = string.Join(" or ", SpiNorChips.All.Select(chip => $"{chip.SizeBytes >> 20} MiB").Distinct());
        throw new CommandFailure(
            ExitCodes.BadInput, $"{path}: {image.Length} bytes are no whole flash image; chips hold {sizes}");
    }
}
