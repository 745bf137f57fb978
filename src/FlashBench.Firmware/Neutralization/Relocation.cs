using System.Buffers.Binary;
using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>The code partition, moved to the start of its region.</summary>
/// <param name="Shift">How far it moves, in bytes: negative or 0.</param>
/// <param name="Edits">The moved content; then its old place, erased. Empty when it does not move.</param>
/// <remarks>Source: S-13. Generation 2 needs its chunk map changed, since that holds offsets from the region's start:
/// the base, the start of the stream, and every stored chunk. The base may not become negative, which limits how far
/// the partition can go down.</remarks>
internal sealed record Relocation(long Shift, ImmutableArray<Edit> Edits)
{
    private const long LowestOffset = 0x400, Alignment = 0x20; // where Intel's own tools put FTPR in small images
    private const int LengthField = 0x0C; // of an entry of the partition table
    private const int BaseField = 0x0C, StreamField = 0x14, HeaderLength = 0x40;
    private const int CorrectionField = 9; // two bytes inside AddrBase: base + correction = offset behind the header

    /// <summary>Works out the move.</summary>
    /// <param name="image">The image.</param>
    /// <param name="me">Its firmware.</param>
    /// <param name="removals">What is erased before the move.</param>
    /// <exception cref="PlanRefusedException">The chunk map does not allow it.</exception>
    public static Relocation Of(ReadOnlySpan<byte> image, MeFirmware me, IReadOnlyList<Edit> removals)
    {
        FlashRange source = me.Region.Intersect(me.Code.Range);
        long offset = source.Start - me.Region.Start, target = TargetOffset(image, me, offset), shift = target - offset;
        if (shift >= 0)
            return new Relocation(0, []);

        if (me.Code.Chunks is { } chunks && !IsMovable(me, chunks, source))
        {
            throw new PlanRefusedException(
                $"{me.Code.Name} cannot be moved: it has chunks outside of it, or something over its chunk map",
                source.Start);
        }

        // A last file spans to the partition's end, and so would grow with a partition of open length.
        if (me.Generation == MeGeneration.Three && HasOpenLength(image, me))
            throw new PlanRefusedException($"{me.Code.Name} cannot be moved: its length is open", source.Start);
        if (me.Table.Range.End > me.Region.Start + target)
        {
            throw new PlanRefusedException(
                $"{me.Code.Name} cannot be moved: the partition table reaches too far", me.Table.Offset);
        }

        byte[] content = source.Of(image).ToArray();
        foreach (Edit edit in removals)
        {
            FlashRange part = source.Intersect(edit.Range);
            content.AsSpan((int)(part.Start - source.Start), (int)part.Length).Fill(0xFF);
        }

        if (me.Code.Chunks is { } map)
            MoveChunks(content.AsSpan((int)(map.Range.Start - source.Start), (int)map.Range.Length), me, map, shift);
        var rule = new ChangeRule(
            "move-partition", $"move {me.Code.Name} from 0x{offset:X} to 0x{target:X} of the region");
        return new Relocation(
            shift,
            [
                new Edit(FlashRange.At(source.Start + shift, source.Length), rule, content),
                new Edit(source, rule with { Text = $"erase the old place of {me.Code.Name}" }, null),
            ]);
    }

    private static bool HasOpenLength(ReadOnlySpan<byte> image, MeFirmware me)
    {
        long entry = me.Table.Find(me.Code.Name)!.EntryOffset;
        return BinaryPrimitives.ReadUInt32LittleEndian(image[(int)(entry + LengthField)..]) == uint.MaxValue;
    }

    // The map is rewritten, and what it names must move along.
    private static bool IsMovable(MeFirmware me, HuffmanChunkMap chunks, FlashRange source) =>
        source.Contains(chunks.Range) && !chunks.Range.Overlaps(me.Code.Manifest.Range) &&
        chunks.Chunks.All(c => c is not { } chunk || source.Contains(chunk)) &&
        !me.Code.Modules.Any(m => m.Ranges.Any(range => range.Overlaps(chunks.Range)));

    private static long TargetOffset(ReadOnlySpan<byte> image, MeFirmware me, long offset)
    {
        if (me.Code.Chunks is not { } map)
            return LowestOffset;

        long lowest = Correction(map.Range.Of(image)) - (map.Range.Start - me.Region.Start) - HeaderLength + offset;
        return (Math.Max(LowestOffset, lowest) + Alignment - 1) / Alignment * Alignment;
    }

    private static void MoveChunks(Span<byte> map, MeFirmware me, HuffmanChunkMap chunks, long shift)
    {
        long moved = chunks.Range.Start - me.Region.Start + shift;
        Put(map[BaseField..], moved + HeaderLength - Correction(map));
        Put(map[StreamField..], BinaryPrimitives.ReadUInt32LittleEndian(map[StreamField..]) + shift);
        for (int at = HeaderLength; at < map.Length; at += sizeof(uint))
        {
            uint entry = BinaryPrimitives.ReadUInt32LittleEndian(map[at..]);
            if (entry >> 24 != 0x80 && (entry & 0xFFFFFF) != 0) // the same pages that the map's reader takes as stored
                Put(map[at..], entry + shift);
        }
    }

    private static int Correction(ReadOnlySpan<byte> map) =>
        BinaryPrimitives.ReadUInt16LittleEndian(map[CorrectionField..]);

    private static void Put(Span<byte> field, long value)
    {
        if (value is < 0 or > uint.MaxValue)
            throw new PlanRefusedException("the chunk map does not allow the code partition to be moved");
        BinaryPrimitives.WriteUInt32LittleEndian(field, (uint)value);
    }
}
