using System.Buffers.Binary;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>Makes the checks of a damaged image right again, so that the damage reaches what is behind them.</summary>
/// <param name="original">The undamaged image; tables, directories and manifests are where it has them.</param>
internal sealed class ChecksumRepair(byte[] original)
{
    private readonly int[] _tables = Find(original, "$FPT"u8);
    private readonly int[] _directories = Find(original, "$CPD"u8);
    private readonly int[] _manifests = [.. Find(original, "$MN2"u8).Select(tag => tag - 0x1C).Where(at => at >= 0)];

    /// <summary>Repairs each kind of check three times out of four.</summary>
    public void Apply(byte[] image, Random random)
    {
        int broken = random.Next(1 << 6);
        if ((broken & 3) != 3)
            Array.ForEach(_directories, at => FixDirectory(image, at));
        if ((broken >> 2 & 3) != 3)
            Array.ForEach(_manifests, at => OpenKey.Sign(image, at));
        if ((broken >> 4 & 3) != 3)
            Array.ForEach(_tables, at => FixTable(image, at));
    }

    /// <summary>Repairs everything.</summary>
    public void ApplyAll(byte[] image)
    {
        Array.ForEach(_directories, at => FixDirectory(image, at));
        Array.ForEach(_manifests, at => OpenKey.Sign(image, at));
        Array.ForEach(_tables, at => FixTable(image, at));
    }

    private static void FixTable(byte[] image, int tag)
    {
        int length = image[tag + 0xA], start = tag + 0x20 - length;
        if (image[tag + 8] <= 0x20 && length is 0x20 or 0x30 && start >= 0)
            Balance(image.AsSpan(start, length), image.AsSpan(tag + 0xB, 1));
        else if (Extent(image, tag, 0x20, 0x20) is { IsEmpty: false } all)
            PutCrc(all, 0x14);
    }

    private static void FixDirectory(byte[] image, int tag)
    {
        int header = image[tag + 0xA];
        Span<byte> all = Extent(image, tag, header, 0x18);
        if (all.Length < 0x14)
            return;
        if (header == 0x14)
            PutCrc(all, 0x10);
        else
            Balance(all, all.Slice(0xB, 1));
    }

    // A header and the entries that it counts; empty when they do not fit.
    private static Span<byte> Extent(byte[] image, int tag, int header, int entry)
    {
        long length = header + (long)entry * BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(tag + 4));
        return tag + length <= image.Length ? image.AsSpan(tag, (int)length) : [];
    }

    private static void Balance(ReadOnlySpan<byte> all, Span<byte> field)
    {
        field[0] = 0;
        byte sum = 0;
        foreach (byte value in all)
            sum = unchecked((byte)(sum + value));
        field[0] = unchecked((byte)-sum);
    }

    private static void PutCrc(Span<byte> all, int field)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(all[field..], 0);
        uint crc = uint.MaxValue;
        foreach (byte value in all)
        {
            crc ^= value;
            for (int i = 0; i < 8; i++)
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320); // reflected CRC-32
        }

        BinaryPrimitives.WriteUInt32LittleEndian(all[field..], ~crc);
    }

    private static int[] Find(byte[] image, ReadOnlySpan<byte> tag)
    {
        var found = new List<int>();
        for (int at = 0; image.AsSpan(at).IndexOf(tag) is >= 0 and var skip; at += skip + tag.Length)
            found.Add(at + skip);
        return [.. found.Where(at => at + 0x20 <= image.Length)];
    }
}
