using System.Buffers.Binary;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>Small boards of one kind, and benches on which one of them gets another one's image.</summary>
internal static class ImageBench
{
    /// <summary>Where the regions of a small image lie.</summary>
    public static readonly Range Gbe = 0x1000..0x3000, Me = 0x3000..0x4_0000, Bios = 0x4_0000..0x10_0000;

    /// <summary>Where a small ME 11 has its file system.</summary>
    public static readonly Range FileSystem = (0x3000 + 0x1_5000)..(0x3000 + 0x1_5000 + 0xC000);

    /// <summary>The stock content of a board.</summary>
    public static byte[] Board(string kind, byte number) => ImageGenerator.CreateSmall(kind, 1 << 20, number);

    /// <summary>Takes the ME of a file.</summary>
    public static ImageToTake MeOf(byte[] file) => new(file, ["me"], WholeChip: false);

    /// <summary>A bench on whose board a job is run.</summary>
    public static JobBench Of(string kind, byte[] board, ImageToTake? takes) => new()
    {
        Kind = kind,
        Image = board,
        Takes = takes,
        Describe = OfChip,
    };

    /// <summary>A profile that lists the small chip.</summary>
    public static DutProfile OfChip(DutProfile profile) => profile with
    {
        Chips = [0xEF4014],
    };

    /// <summary>Moves the file system, in the table, whose checksum does not cover its entries, and in the region.
    /// </summary>
    public static void MoveFileSystem(byte[] image, ushort by)
    {
        byte[] content = image[FileSystem];
        Span<byte> entry = image.AsSpan(image.AsSpan().IndexOf("MFS\0"u8), 0x20);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]) + by);
        image.AsSpan(FileSystem).Fill(0xFF);
        content.CopyTo(image, FileSystem.Start.Value + by);
    }
}
