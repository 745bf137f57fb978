using System.Buffers.Binary;
using System.Text;

namespace FlashBench.Firmware;

/// <summary>Bounds-checked little-endian reads over one structure of an image.</summary>
/// <param name="bytes">The structure and what follows it; reads past it are damage.</param>
/// <param name="origin">Where <paramref name="bytes"/> begins in the image, for messages.</param>
/// <param name="what">Name of the structure, for messages.</param>
internal readonly ref struct ByteReader(ReadOnlySpan<byte> bytes, long origin, string what)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Number of bytes that can be read.</summary>
    public int Length => _bytes.Length;

    /// <summary>Where offset 0 of this reader lies in the image.</summary>
    public long Origin => origin;

    /// <summary>The <paramref name="length"/> bytes at <paramref name="offset"/>.</summary>
    /// <exception cref="ImageFormatException">They are not all there.</exception>
    public ReadOnlySpan<byte> Bytes(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset + length > _bytes.Length)
            throw Broken(offset, $"the image ends inside {what}");
        return _bytes.Slice((int)offset, (int)length);
    }

    /// <summary>The byte at <paramref name="offset"/>.</summary>
    /// <exception cref="ImageFormatException">It is not there.</exception>
    public byte Byte(long offset) => Bytes(offset, 1)[0];

    /// <summary>The 16-bit word at <paramref name="offset"/>.</summary>
    /// <exception cref="ImageFormatException">It is not all there.</exception>
    public ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(offset, sizeof(ushort)));

    /// <summary>The 32-bit word at <paramref name="offset"/>.</summary>
    /// <exception cref="ImageFormatException">It is not all there.</exception>
    public uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(offset, sizeof(uint)));

    /// <summary>True when <paramref name="tag"/> stands at <paramref name="offset"/>; false past the end too.</summary>
    public bool Has(long offset, ReadOnlySpan<byte> tag) =>
        offset >= 0 && offset + tag.Length <= _bytes.Length && _bytes[(int)offset..].StartsWith(tag);

    /// <summary>A zero-padded name of <paramref name="length"/> bytes; what is not printable ASCII becomes '?'.
    /// </summary>
    /// <exception cref="ImageFormatException">It is not all there.</exception>
    public string Name(long offset, int length)
    {
        ReadOnlySpan<byte> raw = Bytes(offset, length);
        int end = raw.IndexOf((byte)0);
        var text = new StringBuilder(length);
        foreach (byte value in end < 0 ? raw : raw[..end])
            text.Append(value is > 0x20 and < 0x7F ? (char)value : '?');
        return text.ToString();
    }

    /// <summary>The exception for damage at <paramref name="offset"/> of this structure.</summary>
    public ImageFormatException Broken(long offset, string reason) => new(Math.Max(0, origin + offset), reason);
}
