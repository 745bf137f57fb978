using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>The "$FPT" partition table at the head of an ME region.</summary>
/// <param name="Offset">Where the tag stands in the image.</param>
/// <param name="HeaderVersion">0x10, 0x20 or 0x21.</param>
/// <param name="ChecksumRange">The header bytes whose sum is 0: from the region's start when the 16-byte vector
/// before the tag counts, else from the tag.</param>
/// <param name="ChecksumValid">True when the header's checksum, or the CRC of version 0x21, is right.</param>
/// <param name="Partitions">Its entries in stored order.</param>
/// <remarks>Source: me_cleaner, MEAnalyzer and me-tools (no public specification); checked against 30 regions.
/// </remarks>
public sealed record PartitionTable(
    long Offset, int HeaderVersion, FlashRange ChecksumRange, bool? ChecksumValid, ImmutableArray<Partition> Partitions)
{
    /// <summary>Length of the header from the tag, and of one entry, in bytes.</summary>
    internal const int HeaderLength = 0x20, EntryLength = 0x20;

    /// <summary>The version whose header has a CRC over header and entries.</summary>
    internal const int CrcVersion = 0x21;

    /// <summary>Offsets of header fields from the tag.</summary>
    internal const int CountField = 4, ChecksumField = 0xB, FlagsField = 0x14;

    private const int VectorLength = 0x10;
    private const int PartitionsMax = 64; // The largest real table has 21 entries; more is damage.

    /// <summary>True when the region holds a backup of the table (version 0x21).</summary>
    public bool IsRedundant { get; init; }

    /// <summary>The tag, header and entries.</summary>
    public FlashRange Range => FlashRange.At(Offset, HeaderLength + (long)EntryLength * Partitions.Length);

    /// <summary>The first entry of that name, or null.</summary>
    public Partition? Find(string name) => Partitions.FirstOrDefault(p => p.Name == name);

    /// <summary>Reads the table of a region, behind the 16-byte boot vector or at once.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="region">The ME region; must lie inside the image.</param>
    /// <returns>The table, or null if neither place carries the tag.</returns>
    /// <exception cref="ImageFormatException">The tag is there but the table is not sound.</exception>
    public static PartitionTable? Find(ReadOnlySpan<byte> image, FlashRange region)
    {
        var reader = new ByteReader(region.Of(image), region.Start, "the partition table");
        foreach (int offset in (ReadOnlySpan<int>)[VectorLength, 0])
        {
            if (reader.Has(offset, "$FPT"u8))
                return Read(reader, offset);
        }

        return null;
    }

    private static PartitionTable Read(ByteReader reader, int tag)
    {
        uint count = reader.UInt32(tag + CountField);
        if (count > PartitionsMax)
            throw reader.Broken(tag + CountField, $"a partition table of {count} entries is more than {PartitionsMax}");

        int version = reader.Byte(tag + 8);
        if (version is not (0x10 or 0x20 or CrcVersion))
            throw reader.Broken(tag + 8, $"a partition table of version 0x{version:X2} is not known");

        int checksumStart = ChecksumStart(reader, tag);
        bool isSumZero = Sum(reader.Bytes(checksumStart, tag + HeaderLength - checksumStart)) == 0;

        var partitions = ImmutableArray.CreateBuilder<Partition>((int)count);
        for (int i = 0; i < count; i++)
            partitions.Add(ReadEntry(reader, i, tag + HeaderLength + i * EntryLength));
        return new PartitionTable(
            reader.Origin + tag,
            version,
            new FlashRange(reader.Origin + checksumStart, reader.Origin + tag + HeaderLength),
            version == CrcVersion ? IsCrcRight(reader, tag, (int)count) : isSumZero,
            partitions.MoveToImmutable())
        {
            IsRedundant = version == CrcVersion && (reader.Byte(tag + ChecksumField) & 1) != 0, // flags there
        };
    }

    private static bool IsCrcRight(ByteReader reader, int tag, int count) => reader.UInt32(tag + FlagsField) ==
        Crc32.Of(reader.Bytes(tag, HeaderLength + EntryLength * count), FlagsField);

    // Header length 0x30 counts the vector before the tag, 0x20 does not.
    private static int ChecksumStart(ByteReader reader, int tag)
    {
        int length = reader.Byte(tag + 0xA);
        int start = tag + HeaderLength - length;
        return length is HeaderLength or HeaderLength + VectorLength && start >= 0
            ? start
            : throw reader.Broken(tag + 0xA, $"a partition table header of 0x{length:X2} bytes is not known here");
    }

    /// <summary>The 8-bit sum of <paramref name="bytes"/>; 0 over a sound header.</summary>
    internal static byte Sum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (byte value in bytes)
            sum = unchecked((byte)(sum + value));
        return sum;
    }

    private static Partition ReadEntry(ByteReader reader, int index, int at)
    {
        reader.Bytes(at, EntryLength);
        uint offset = reader.UInt32(at + 8), length = reader.UInt32(at + 0xC), flags = reader.UInt32(at + 0x1C);
        var kind = (PartitionKind)Math.Min(flags & 0x7F, (uint)PartitionKind.Other);
        bool withoutData = offset is 0 or uint.MaxValue || length == 0 || kind == PartitionKind.Nvram ||
            flags >> 24 == 0xFF; // "entry invalid" from ME 11 on; older tables have 0 there
        FlashRange? range = withoutData ? null
            : length == uint.MaxValue && offset <= reader.Length // ME 6: to the end of the region
                ? new FlashRange(reader.Origin + offset, reader.Origin + reader.Length)
                : FlashRange.At(reader.Origin + offset, length);
        return new Partition(index, reader.Name(at, 4), kind, reader.Origin + at, range);
    }
}
