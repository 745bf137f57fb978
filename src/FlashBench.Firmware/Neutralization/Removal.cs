using System.Buffers.Binary;
using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>New content for a range; several edits of one image may overlap as long as they agree.</summary>
/// <param name="Range">Where, from the start of the image.</param>
/// <param name="Rule">Why.</param>
/// <param name="New">The new bytes, or null to fill with 0xFF.</param>
internal sealed record Edit(FlashRange Range, ChangeRule Rule, byte[]? New)
{
    /// <summary>The new bytes of a part of the range.</summary>
    public byte[] NewBytes(FlashRange part)
    {
        if (New is not null)
            return New[(int)(part.Start - Range.Start)..(int)(part.End - Range.Start)];
        byte[] blank = new byte[part.Length];
        blank.AsSpan().Fill(0xFF);
        return blank;
    }
}

/// <summary>Neutralization by removal: what an ME region loses and what it must keep.</summary>
/// <param name="Edits">All edits, whether or not the bytes are as wanted already; in the region only.</param>
/// <param name="Kept">What stays, in the region, ascending.</param>
/// <remarks>Source: the me_cleaner project's description of the formats and of what the ME's start needs; checked
/// against its results on real images. Unlike it, bytes of kept partitions are never touched by others that overlap
/// them, and partitions that end past the region are removed as far as they reach.</remarks>
internal sealed record Removal(ImmutableArray<Edit> Edits, ImmutableArray<KeptRange> Kept)
{
    /// <summary>Partition in which ME 11 keeps the board's own configuration.</summary>
    internal const string FileSystem = "MFS";

    private const string OldFileSystem = "EFFS";

    /// <summary>Works out the removal for a firmware that <see cref="MeFirmware.IsRemovable"/>.</summary>
    public static Removal Of(ReadOnlySpan<byte> image, MeFirmware me)
    {
        var kept = new List<KeptRange>();
        kept.AddRange(me.Code.Fixed.Select(part => new KeptRange($"{me.Code.Name} {part.Name}", part.Range)));
        foreach (CodeModule module in me.Code.Modules.Where(m => m.IsKept))
            kept.AddRange(module.Ranges.Select(range => new KeptRange($"{me.Code.Name} {module.Name}", range)));
        // Blank and repeated pages: they tell nothing of a module, and shipped neutralized images have them too.
        kept.AddRange((me.Code.Chunks?.Shared ?? []).Select(c => new KeptRange($"{me.Code.Name} shared chunks", c)));
        Partition[] whole = [.. me.Table.Partitions.Where(p => IsKeptWhole(me, p))];
        kept.AddRange(whole.Select(p => new KeptRange(p.Name, p.Range!.Value, IsBoardData: true)));

        var keepOut = FlashRangeSet.Merge(kept.Select(k => k.Range));
        var edits = new List<Edit>();
        RemovePartitions(me, FlashRangeSet.Merge([.. keepOut, me.Code.Range]), edits);
        RemoveModules(me, keepOut, edits);
        edits.Add(RewriteTable(image, me));
        return new Removal([.. edits], Clip(me.Region, kept));
    }

    /// <summary>True when <paramref name="image"/> is as every edit wants it.</summary>
    public bool IsDone(ReadOnlySpan<byte> image)
    {
        foreach (Edit edit in Edits)
        {
            ReadOnlySpan<byte> bytes = edit.Range.Of(image);
            if (edit.New is null ? bytes.ContainsAnyExcept((byte)0xFF) : !bytes.SequenceEqual(edit.New))
                return false;
        }

        return true;
    }

    private static bool IsKeptWhole(MeFirmware me, Partition partition) =>
        me.Generation == MeGeneration.Three && partition.Name == FileSystem && partition.Range is not null;

    private static bool StaysInTable(MeFirmware me, Partition partition) =>
        partition.Name == me.Code.Name || IsKeptWhole(me, partition);

    private static void RemovePartitions(MeFirmware me, ImmutableArray<FlashRange> keepOut, List<Edit> edits)
    {
        foreach (Partition partition in me.Table.Partitions)
        {
            if (partition.Range is { } range && !StaysInTable(me, partition))
                Blank(me.Region, range, keepOut, new("remove-partition", $"remove partition {partition.Name}"), edits);
        }
    }

    private static void RemoveModules(MeFirmware me, ImmutableArray<FlashRange> keepOut, List<Edit> edits)
    {
        foreach (CodeModule module in me.Code.Modules.Where(m => !m.IsKept))
        {
            var rule = new ChangeRule("remove-module", $"remove module {module.Name} from {me.Code.Name}");
            foreach (FlashRange range in module.Ranges)
                Blank(me.Region, range, keepOut, rule, edits);
        }

        if (me.Code.Chunks is not { } map)
            return;

        // Chunks that no module claims are removed too.
        var unclaimed = new ChangeRule("remove-chunks", $"remove unused chunks from {me.Code.Name}");
        foreach (FlashRange chunk in FlashRangeSet.Merge(map.Chunks.OfType<FlashRange>()))
            Blank(me.Region, chunk, keepOut, unclaimed, edits);
    }

    private static void Blank(
        FlashRange region, FlashRange range, ImmutableArray<FlashRange> keepOut, ChangeRule rule, List<Edit> edits)
    {
        foreach (FlashRange part in FlashRangeSet.Subtract(region.Intersect(range), keepOut))
            edits.Add(new Edit(part, rule, null));
    }

    private static Edit RewriteTable(ReadOnlySpan<byte> image, MeFirmware me)
    {
        PartitionTable table = me.Table;
        int vector = (int)(table.Offset - table.ChecksumRange.Start);
        var range = new FlashRange(table.ChecksumRange.Start, table.Range.End);
        byte[] bytes = range.Of(image).ToArray();
        Span<byte> header = bytes.AsSpan(vector), entries = header[PartitionTable.HeaderLength..];

        Partition[] stay = [.. table.Partitions.Where(p => StaysInTable(me, p))];
        entries.Fill(0xFF);
        for (int i = 0; i < stay.Length; i++)
        {
            FlashRange.At(stay[i].EntryOffset, PartitionTable.EntryLength).Of(image)
                .CopyTo(entries[(i * PartitionTable.EntryLength)..]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header[PartitionTable.CountField..], (uint)stay.Length);
        if (!stay.Any(p => p.Name == OldFileSystem))
            header[PartitionTable.FlagsField] &= 0xFE; // bit 0: EFFS present
        header[PartitionTable.ChecksumField] = 0;
        byte sum = PartitionTable.Sum(bytes.AsSpan(0, vector + PartitionTable.HeaderLength));
        header[PartitionTable.ChecksumField] = unchecked((byte)-sum);
        return new Edit(range, new("rewrite-table", "list only the kept partitions in the partition table"), bytes);
    }

    private static ImmutableArray<KeptRange> Clip(FlashRange region, List<KeptRange> kept) =>
    [
        .. kept.Select(k => k with { Range = region.Intersect(k.Range) }).Where(k => !k.Range.IsEmpty)
            .OrderBy(k => k.Range),
    ];
}
