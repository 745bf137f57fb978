// The configuration EEPROM of an FT2232H board (93C56, 256 bytes), as far as host software reads it.
// Source: the layout that libftdi documents for this part (S-25): channel types, ids, power, string pointers, checksum.
//
// Assumed: a channel with a chip is set to FIFO, so that no pin is driven before the bit mode is set.
using System.Buffers.Binary;
using System.Text;

namespace FlashBench.Simulation.Usb;

internal static class Ft2232hEeprom
{
    internal const int SizeBytes = 256;

    private const int StringPointers = 0x0E; // offset and length of manufacturer, product, serial number
    private const int ChipType = 0x18;
    private const byte Type93C56 = 0x56;
    private const int StringsStart = 0x9A;
    private const byte FifoWithDirectDriver = 0x09;
    private const byte UartWithPortDriver = 0x08;

    internal static byte[] Build(UsbDescriptorSet descriptors, ReadOnlySpan<bool> uarts)
    {
        byte[] bytes = new byte[SizeBytes];
        ReadOnlySpan<byte> device = descriptors.Device.Span;
        for (int i = 0; i < uarts.Length; i++)
            bytes[i] = uarts[i] ? UartWithPortDriver : FifoWithDirectDriver;
        device.Slice(8, 6).CopyTo(bytes.AsSpan(0x02)); // ids and release
        bytes[0x08] = descriptors.Configuration.Span[7];
        bytes[0x09] = descriptors.Configuration.Span[8];
        bytes[0x0A] = 0x08; // uses the serial number
        bytes[ChipType] = Type93C56;
        int at = StringsStart;
        for (int i = 0; i < 3; i++)
        {
            byte[] text = Encoding.Unicode.GetBytes(descriptors.Strings[i]);
            int length = Math.Min(text.Length + 2, SizeBytes - 2 - at & ~1);
            (bytes[StringPointers + 2 * i], bytes[StringPointers + 2 * i + 1]) = ((byte)at, (byte)length);
            if (length < 2)
                continue;
            (bytes[at], bytes[at + 1]) = ((byte)length, 3);
            text.AsSpan(0, length - 2).CopyTo(bytes.AsSpan(at + 2));
            at += length;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(SizeBytes - 2), Checksum(bytes));
        return bytes;
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0xAAAA;
        for (int at = 0; at < SizeBytes - 2; at += 2)
        {
            uint mixed = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) ^ sum;
            sum = (mixed << 1 | mixed >> 15) & 0xFFFF;
        }

        return (ushort)sum;
    }
}
