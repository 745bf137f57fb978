using System.Buffers.Binary;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>The partition table as it lists only what stays.</summary>
internal static class TableEdit
{
    /// <summary>The file system of ME 6 to 10; the table's header has a flag for it.</summary>
    internal const string OldFileSystem = "EFFS";

    private const int EntryOffsetField = 8;

    /// <summary>The edit of the table, from the first byte under its checksum to the end of its entries.</summary>
    /// <param name="image">The image.</param>
    /// <param name="me">Its firmware.</param>
    /// <param name="options">Which partitions stay.</param>
    /// <param name="shift">How far the code partition moves, in bytes.</param>
    public static Edit Of(ReadOnlySpan<byte> image, MeFirmware me, NeutralizationOptions options, long shift)
    {
        PartitionTable table = me.Table;
        int vector = (int)(table.Offset - table.ChecksumRange.Start);
        var range = new FlashRange(table.ChecksumRange.Start, table.Range.End);
        byte[] bytes = range.Of(image).ToArray();
        Span<byte> header = bytes.AsSpan(vector), entries = header[PartitionTable.HeaderLength..];

        Partition[] stay = [.. table.Partitions.Where(p => Stays(me, p, options))];
        entries.Fill(0xFF);
        for (int i = 0; i < stay.Length; i++)
        {
            Span<byte> entry = entries.Slice(i * PartitionTable.EntryLength, PartitionTable.EntryLength);
            FlashRange.At(stay[i].EntryOffset, PartitionTable.EntryLength).Of(image).CopyTo(entry);
            if (stay[i].Name == me.Code.Name)
                Move(entry, shift);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header[PartitionTable.CountField..], (uint)stay.Length);
        if (!stay.Any(p => p.Name == OldFileSystem))
            header[PartitionTable.FlagsField] &= 0xFE; // bit 0: EFFS present
        header[PartitionTable.ChecksumField] = 0;
        byte sum = PartitionTable.Sum(bytes.AsSpan(0, vector + PartitionTable.HeaderLength));
        header[PartitionTable.ChecksumField] = unchecked((byte)-sum);
        return new Edit(range, new("rewrite-table", "list only the kept partitions in the partition table"), bytes);
    }

    private static bool Stays(MeFirmware me, Partition partition, NeutralizationOptions options) =>
        partition.Name == me.Code.Name || (partition.Range is not null && options.Keeps(partition.Name));

    private static void Move(Span<byte> entry, long shift)
    {
        Span<byte> field = entry[EntryOffsetField..];
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(field) + shift;
        BinaryPrimitives.WriteUInt32LittleEndian(field, (uint)offset);
    }
}
