using System.IO.Compression;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Certify;

/// <summary>Reads the image that a virtual chip is to hold.</summary>
internal static class VirtualFlashFile
{
    private const int BytesMax = 64 << 20;

    /// <summary>Reads a whole flash image, plain or gzip.</summary>
    /// <returns>The image and the chip of its size.</returns>
    /// <exception cref="BadInputException">It cannot be read, or no chip has its size.</exception>
    public static (byte[] Image, SpiNorChip Chip) Read(string path)
    {
        byte[] image = ReadBytes(path);
        SpiNorChip? chip = SpiNorChips.All.FirstOrDefault(row => row.SizeBytes == image.Length);
        string sizes = string.Join(" or ", SpiNorChips.All.Select(row => $"{row.SizeBytes >> 20} MiB").Distinct());
        return chip is not null
            ? (image, chip)
            : throw new BadInputException($"{path}: {image.Length} bytes are no whole flash image; chips hold {sizes}");
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream content = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
            var image = new MemoryStream();
            byte[] buffer = new byte[1 << 16];
            int length;
            while ((length = content.Read(buffer)) > 0)
            {
                image.Write(buffer, 0, length);
                if (image.Length > BytesMax)
                    throw new BadInputException($"{path}: larger than {BytesMax >> 20} MiB, no flash image");
            }

            return image.ToArray();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new BadInputException($"{path}: {e.Message}", e);
        }
    }

    private static bool IsGzip(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        bool gzip = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        return gzip;
    }
}

/// <summary>An input file cannot be used; the process ends with 65.</summary>
internal sealed class BadInputException(string message, Exception? inner = null) : Exception(message, inner);
