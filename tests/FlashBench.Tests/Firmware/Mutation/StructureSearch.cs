using System.Buffers.Binary;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>Finds the structures of an undamaged image by their tags, so that any image can be a target.</summary>
/// <remarks>Written from the formats, not from the parsers: it knows where numbers stand, not what they may be.
/// </remarks>
internal static class StructureSearch
{
    private const int EntriesMax = 64;

    private delegate IEnumerable<Structure> Reader(byte[] image, int tag);

    // A new format is one line here.
    private static readonly (byte[] Tag, Reader Read)[] Formats =
    [
        ([0x5A, 0xA5, 0xF0, 0x0F], Descriptor), ("$FPT"u8.ToArray(), Table), ("$CPD"u8.ToArray(), Directory),
        ("$MN2"u8.ToArray(), Manifest), ("$MAN"u8.ToArray(), Manifest), ("$MME"u8.ToArray(), Module),
        ("LLUT"u8.ToArray(), ChunkMap), ("$SKU"u8.ToArray(), Block), ("$MCP"u8.ToArray(), Block),
        ([0xAA, 0x55, 0x00, 0x00], BootPartition), ([0xAA, 0x55, 0xAA, 0x00], BootPartition),
    ];

    /// <summary>Every structure of <paramref name="image"/> that lies inside it.</summary>
    public static Structure[] In(byte[] image)
    {
        var found = new List<Structure> { Structure.OfWords(0, Math.Min(0x50, image.Length & ~3)) };
        foreach ((byte[] tag, Reader read) in Formats)
        {
            for (int at = 0; image.AsSpan(at).IndexOf(tag) is >= 0 and var skip; at += skip + tag.Length)
                found.AddRange(read(image, at + skip).Where(s => s.Start >= 0 && s.End <= image.Length));
        }

        return [.. found.Where(s => s.Fields.Length > 0)];
    }

    private static IEnumerable<Structure> Descriptor(byte[] image, int tag)
    {
        if (tag is not (0 or 0x10))
            yield break;

        uint map0 = Word(image, tag + 4), map1 = Word(image, tag + 8), map2 = Word(image, tag + 0xC);
        yield return Structure.OfWords(tag + 4, 0x10);
        yield return Structure.OfWords(Base(map0), 0x10); // FLCOMP
        yield return Structure.OfWords(Base(map0 >> 16), 0x40); // FLREG
        yield return Structure.OfWords(Base(map1), 0x14); // FLMSTR
        yield return Structure.OfWords(Base(map1 >> 16), (int)(map1 >> 24) * 4); // PCH straps
        yield return Structure.OfWords(Base(map2), 4); // processor straps
        yield return Structure.OfWords(0xEFC, 4); // FLUMAP1
    }

    private static IEnumerable<Structure> Table(byte[] image, int tag)
    {
        yield return Structure.Of(
            tag, 0x20, (4, 4), (8, 1), (9, 1), (0xA, 1), (0xB, 1), (0xC, 2), (0xE, 2), (0x10, 4), (0x14, 4));
        for (int i = 0; i < Math.Min(Word(image, tag + 4), EntriesMax); i++)
            yield return Structure.Of(tag + 0x20 * (i + 1), 0x20, (0, 4), (4, 4), (8, 4), (0xC, 4), (0x1C, 4));
    }

    private static IEnumerable<Structure> Directory(byte[] image, int tag)
    {
        int length = Math.Clamp((int)image[tag + 0xA], 0x10, 0x14);
        yield return Structure.Of(tag, length, (4, 4), (8, 1), (9, 1), (0xA, 1), (0xB, 1), (0xC, 4));
        for (int i = 0; i < Math.Min(Word(image, tag + 4), EntriesMax); i++)
        {
            int entry = tag + length + 0x18 * i;
            yield return Structure.Of(entry, 0x18, (0, 4), (8, 4), (0xC, 4), (0x10, 4), (0x14, 4));
            if (entry + 0x18 <= image.Length && image.AsSpan(entry, 12).IndexOf(".met"u8) > 0)
                yield return Structure.OfWords(tag + (int)(Word(image, entry + 0xC) & 0x1FFFFFF), 0x38);
        }
    }

    private static IEnumerable<Structure> Manifest(byte[] image, int tag)
    {
        int start = tag - 0x1C;
        if (start < 0)
            yield break;

        yield return Structure.Of(
            start, 0x80, (0, 4), (4, 4), (8, 4), (0xC, 4), (0x10, 4), (0x14, 4), (0x18, 4), (0x20, 4), (0x24, 2),
            (0x26, 2), (0x28, 2), (0x2A, 2), (0x78, 4), (0x7C, 4));
        long header = Word(image, start + 4) * 4L, end = start + Word(image, start + 0x18) * 4L;
        for (long at = start + header; at + 8 <= Math.Min(end, image.Length);)
        {
            uint length = Word(image, (int)at + 4); // an extension of generation 3; other generations end at once
            yield return Structure.OfWords((int)at, (int)Math.Clamp(length & ~3u, 8, 0xC0));
            at += Math.Max(length, 8);
        }
    }

    private static IEnumerable<Structure> Module(byte[] image, int tag)
    {
        yield return Structure.Of(
            tag, 0x60, (4, 4), (0x34, 4), (0x38, 4), (0x3C, 4), (0x40, 4), (0x44, 4), (0x48, 4), (0x50, 4));
    }

    private static IEnumerable<Structure> ChunkMap(byte[] image, int tag)
    {
        yield return Structure.Of(
            tag, 0x40, (4, 4), (8, 4), (9, 2), (0xC, 4), (0x10, 4), (0x14, 4), (0x18, 4), (0x30, 4));
        yield return Structure.OfWords(tag + 0x40, 4 * (int)Math.Min(Word(image, tag + 4), EntriesMax));
    }

    private static IEnumerable<Structure> Block(byte[] image, int tag)
    {
        yield return Structure.OfWords(tag, 0x10);
    }

    private static IEnumerable<Structure> BootPartition(byte[] image, int tag)
    {
        yield return Structure.Of(tag, 0x18, (4, 2), (6, 1), (7, 1), (8, 4), (0xA, 2), (0xC, 4), (0x10, 4));
        yield return Structure.OfWords(tag + 0x18, 12 * Math.Min((int)(Word(image, tag + 4) & 0xFFFF), EntriesMax));
    }

    private static int Base(uint field) => (int)(field & 0xFF) << 4;

    private static uint Word(byte[] image, int at) => at >= 0 && at + 4 <= image.Length
        ? BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at))
        : 0;
}
