namespace FlashBench.Simulation.Images;

/// <summary>One row of a $FPT, with what fills it.</summary>
/// <param name="Name">Up to 4 letters.</param>
/// <param name="Owner">4 letters, or null for "none", which generation 2 writes as FF and generation 3 as 00.</param>
/// <param name="Offset">From the start of the ME region; 0xFFFFFFFF or 0 without data.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Flags">Type and access bits.</param>
internal sealed record PartitionRow(string Name, string? Owner, uint Offset, uint Length, uint Flags)
{
    /// <summary>Bytes of the partition from its start; null leaves the range erased.</summary>
    public byte[]? Content { get; init; }

    /// <summary>Start tokens, maximum tokens and scratch sectors; null for the usual 1, 1, 0.</summary>
    public (uint Start, uint Max, uint Scratch)? Tokens { get; init; }
}

/// <summary>Writes a $FPT with its checksum (me-firmware.md 1.4).</summary>
internal static class PartitionTableWriter
{
    /// <summary>Fills the table behind the 16-byte boot vector, and the content of each partition.</summary>
    /// <param name="region">The ME region; the vector is there already.</param>
    /// <param name="header">Header fields that differ between generations.</param>
    /// <param name="rows">Partitions in table order.</param>
    public static void Write(Span<byte> region, TableHeader header, IReadOnlyList<PartitionRow> rows)
    {
        Span<byte> table = region[0x10..];
        table[..0x20].Clear();
        table.PutText(0, "$FPT");
        table.Put32(4, (uint)rows.Count);
        table[8] = 0x20;
        table[9] = 0x10;
        table[0xA] = header.HeaderBytes;
        table.Put16(0xC, header.Lifetime);
        table.Put16(0xE, header.Limit);
        table.Put32(0x10, header.UmaMegabytes);
        table.Put32(0x14, header.Flags);
        table.Put16(0x18, header.Major);

        for (int i = 0; i < rows.Count; i++)
        {
            WriteRow(table.Slice(0x20 + 0x20 * i, 0x20), rows[i], header);
            rows[i].Content?.CopyTo(region[(int)rows[i].Offset..]);
        }

        // Generation 2 sums the boot vector in, generation 3 does not.
        table[0xB] = LittleEndianSpan.Balance(header.HeaderBytes == 0x30 ? region[..0x30] : table[..0x20]);
    }

    private static void WriteRow(Span<byte> entry, PartitionRow row, TableHeader header)
    {
        entry.Clear();
        entry.PutText(0, row.Name);
        if (row.Owner is not null)
            entry.PutText(4, row.Owner);
        else
            entry.Slice(4, 4).Fill(header.HeaderBytes == 0x30 ? (byte)0xFF : (byte)0);
        entry.Put32(8, row.Offset);
        entry.Put32(0xC, row.Length);
        (uint start, uint max, uint scratch) = row.Tokens ?? header.Tokens;
        entry.Put32(0x10, start);
        entry.Put32(0x14, max);
        entry.Put32(0x18, scratch);
        entry.Put32(0x1C, row.Flags);
    }
}

/// <summary>Header fields of a $FPT.</summary>
internal sealed record TableHeader(byte HeaderBytes, ushort Major)
{
    /// <summary>Flash cycle lifetime.</summary>
    public ushort Lifetime { get; init; }

    /// <summary>Flash cycle limit.</summary>
    public ushort Limit { get; init; }

    /// <summary>Memory the ME takes, in MiB.</summary>
    public uint UmaMegabytes { get; init; }

    /// <summary>Flags; bit 0 says that EFFS is present.</summary>
    public uint Flags { get; init; }

    /// <summary>Tokens of a row that says nothing else.</summary>
    public (uint Start, uint Max, uint Scratch) Tokens { get; init; }
}
