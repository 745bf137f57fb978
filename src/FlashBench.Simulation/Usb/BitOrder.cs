using System.Buffers.Binary;

namespace FlashBench.Simulation.Usb;

// The CH341A shifts the least significant bit of a byte first, the flash chip the most significant one.
internal static class BitOrder
{
    // Mirrors the bits of each byte; `to` may be `from`.
    internal static void Reverse(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int i = 0;
        for (; i + 8 <= from.Length; i += 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(from[i..]);
            BinaryPrimitives.WriteUInt64LittleEndian(to[i..], Reverse(word));
        }

        for (; i < from.Length; i++)
            to[i] = (byte)(Reverse(from[i]) & 0xFF);
    }

    private static ulong Reverse(ulong x)
    {
        x = (x >> 1 & 0x5555555555555555) | (x & 0x5555555555555555) << 1;
        x = (x >> 2 & 0x3333333333333333) | (x & 0x3333333333333333) << 2;
        return (x >> 4 & 0x0F0F0F0F0F0F0F0F) | (x & 0x0F0F0F0F0F0F0F0F) << 4;
    }
}
