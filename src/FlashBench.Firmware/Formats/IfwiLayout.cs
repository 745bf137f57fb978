using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>A part of the region that the layout table names.</summary>
/// <param name="Name">"data", "boot 1" to "boot 5", "temporary pages" or "error log".</param>
/// <param name="Range">Its bytes in the image as stated, not clipped to the region.</param>
public sealed record IfwiArea(string Name, FlashRange Range)
{
    /// <summary>True for boot partitions, which begin with a boot table.</summary>
    public bool IsBoot => Name.StartsWith("boot", StringComparison.Ordinal);
}

/// <summary>The layout table (CSE layout) at the head of the region of ME 12 and later, and the boot tables behind.
/// </summary>
/// <param name="Range">The table in the image.</param>
/// <param name="Version">"1.6" or "1.7".</param>
/// <param name="IsRedundant">True when a second boot partition backs up the first (version 1.7).</param>
/// <param name="ChecksumValid">True when the CRC is right; null for version 1.6, whose checksum no image at hand
/// confirms.</param>
/// <param name="Areas">The parts that hold bytes, the data partition first.</param>
/// <param name="Tables">The boot tables of the boot partitions, each followed by its secondary one.</param>
/// <remarks>Source: MEAnalyzer (me-firmware 1.7); version 1.7 checked against an ADL-P image. The table carries no
/// signature: it is told by its data partition, which begins with a partition table.</remarks>
public sealed record IfwiLayout(
    FlashRange Range, string Version, bool IsRedundant, bool? ChecksumValid, ImmutableArray<IfwiArea> Areas,
    ImmutableArray<BootTable> Tables)
{
    private const int Start = 0x10; // a 16-byte vector comes first
    private const int Fields16 = 0x10, Length16 = 0x38; // from the vector on, the checksum included
    private const int Fields17 = 0x18, CrcField17 = 4;

    private static readonly string[] Names =
        ["data", "boot 1", "boot 2", "boot 3", "boot 4", "boot 5", "temporary pages", "error log"];

    /// <summary>The data partition, which begins with the partition table.</summary>
    public FlashRange Data => Areas[0].Range;

    /// <summary>The first partition of that name in any boot table, or null.</summary>
    public BootPartition? Find(string name)
    {
        foreach (BootTable table in Tables)
        {
            foreach (BootPartition partition in table.Partitions)
            {
                if (partition.Name == name)
                    return partition;
            }
        }

        return null;
    }

    /// <summary>Reads the layout of a region.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="region">The ME region; must lie inside the image.</param>
    /// <returns>The layout, or null if the region does not begin with one.</returns>
    /// <exception cref="ImageFormatException">It is there, but a boot table is not sound.</exception>
    public static IfwiLayout? Find(ReadOnlySpan<byte> image, FlashRange region)
    {
        var reader = new ByteReader(region.Of(image), region.Start, "the IFWI layout");
        if (PairCount17(reader) is var count && count > 0)
        {
            int length = reader.UInt16(Start);
            bool isRight = reader.UInt32(Start + CrcField17) ==
                Crc32.Of(reader.Bytes(Start, length), CrcField17);
            return Read(reader, new(Fields17, count), length, isRight);
        }

        return IsData(reader, Fields16) ? Read(reader, new(Fields16, 6), Length16, null) : null;
    }

    // The number of offset and length pairs of a version 1.7 table, or 0 when there is no such table.
    private static int PairCount17(ByteReader reader)
    {
        if (reader.Length < Start + Fields17 + 8)
            return 0;
        int count = reader.UInt16(Start) switch { 0x40 => 7, 0x48 => 8, _ => 0 };
        return IsData(reader, Fields17) ? count : 0;
    }

    private static bool IsData(ByteReader reader, int field) =>
        reader.Length >= field + 8 && reader.Has(reader.UInt32(field), "$FPT"u8) && reader.UInt32(field) > Start;

    private static IfwiLayout Read(ByteReader reader, Fields fields, int length, bool? isChecksumRight)
    {
        var areas = ImmutableArray.CreateBuilder<IfwiArea>();
        var tables = ImmutableArray.CreateBuilder<BootTable>();
        for (int i = 0; i < fields.Count; i++)
        {
            uint offset = reader.UInt32(fields.First + 8 * i), size = reader.UInt32(fields.First + 8 * i + 4);
            if (offset is 0 or uint.MaxValue || size is 0 or uint.MaxValue)
                continue;
            areas.Add(new(Names[i], FlashRange.At(reader.Origin + offset, size)));
            if (areas[^1].IsBoot)
                BootTable.Read(reader, offset, tables);
        }

        return new IfwiLayout(
            FlashRange.At(reader.Origin + Start, length),
            fields.First == Fields17 ? "1.7" : "1.6",
            fields.First == Fields17 && (reader.Byte(Start + 2) & 1) != 0,
            isChecksumRight,
            areas.ToImmutable(),
            tables.ToImmutable());
    }

    /// <param name="First">Where the first pair of offset and length stands in the region.</param>
    /// <param name="Count">Number of pairs.</param>
    private readonly record struct Fields(int First, int Count);
}
