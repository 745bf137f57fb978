using System.Buffers.Binary;

namespace FlashBench.Simulation.Me;

/// <summary>Reads that never fail: what lies outside the flash reads as FF, as it does on the bus.</summary>
internal static class FlashReading
{
    /// <summary>One byte at <paramref name="offset"/>.</summary>
    public static byte At8(this ReadOnlySpan<byte> bytes, long offset) =>
        offset >= 0 && offset < bytes.Length ? bytes[(int)offset] : (byte)0xFF;

    /// <summary>16 bits, little-endian.</summary>
    public static ushort At16(this ReadOnlySpan<byte> bytes, long offset) =>
        (ushort)(bytes.At8(offset) | bytes.At8(offset + 1) << 8);

    /// <summary>32 bits, little-endian.</summary>
    public static uint At32(this ReadOnlySpan<byte> bytes, long offset) =>
        offset >= 0 && offset + 4 <= bytes.Length
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[(int)offset..])
            : bytes.At16(offset) | (uint)bytes.At16(offset + 2) << 16;

    /// <summary>The range, or nothing at all if any of it lies outside.</summary>
    public static ReadOnlySpan<byte> Range(this ReadOnlySpan<byte> bytes, long offset, long length) =>
        offset >= 0 && length >= 0 && offset + length <= bytes.Length
            ? bytes.Slice((int)offset, (int)length)
            : default;

    /// <summary>True for a range that holds at least 16 bytes and none that was ever programmed.</summary>
    /// <remarks>16 erased bytes in a row do not occur in packed code; shorter ranges may be FF by chance.</remarks>
    public static bool IsErased(this ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 16 && bytes.IndexOfAnyExcept((byte)0xFF) < 0;

    /// <summary>Text up to the first zero byte; bytes that are not printable ASCII become '?'.</summary>
    public static string Name(this ReadOnlySpan<byte> bytes, long offset, int length)
    {
        Span<char> letters = stackalloc char[length];
        int count = 0;
        for (; count < length && bytes.At8(offset + count) is not 0 and var letter; count++)
            letters[count] = letter is >= 0x20 and < 0x7F ? (char)letter : '?';
        return letters[..count].ToString();
    }

    /// <summary>8-bit sum; structures with a checksum byte sum to zero.</summary>
    public static byte Sum8(this ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        foreach (byte value in bytes)
            sum = (sum + value) & 0xFF;
        return (byte)sum;
    }
}
