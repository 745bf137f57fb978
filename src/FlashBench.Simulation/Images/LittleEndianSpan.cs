using System.Buffers.Binary;
using System.Text;

namespace FlashBench.Simulation.Images;

/// <summary>Writes little-endian fields at offsets; every structure of a flash image is made of these.</summary>
internal static class LittleEndianSpan
{
    /// <summary>Writes a 16-bit field.</summary>
    public static void Put16(this Span<byte> target, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(target[offset..], value);

    /// <summary>Writes a 32-bit field.</summary>
    public static void Put32(this Span<byte> target, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(target[offset..], value);

    /// <summary>Writes ASCII letters; what follows them stays as it is.</summary>
    public static void PutText(this Span<byte> target, int offset, string text) =>
        Encoding.ASCII.GetBytes(text, target[offset..]);

    /// <summary>Writes a hash in the order in which the ME stores it: last byte first.</summary>
    public static void PutReversed(this Span<byte> target, int offset, ReadOnlySpan<byte> hash)
    {
        Span<byte> field = target.Slice(offset, hash.Length);
        hash.CopyTo(field);
        field.Reverse();
    }

    /// <summary>The 8-bit value that brings the sum of <paramref name="bytes"/> to zero.</summary>
    public static byte Balance(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        foreach (byte value in bytes)
            sum = (sum + value) & 0xFF;
        return (byte)((0x100 - sum) & 0xFF);
    }

    /// <summary>The next multiple of <paramref name="unit"/>.</summary>
    public static int AlignUp(int offset, int unit) => (offset + unit - 1) / unit * unit;
}
