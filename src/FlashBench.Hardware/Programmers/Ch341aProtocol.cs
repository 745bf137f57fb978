using System.Buffers.Binary;

namespace FlashBench.Hardware.Programmers;

/// <summary>What a CH341A says and hears on USB: packets in, packets out, no I/O.</summary>
/// <remarks>
/// Source: WCH CH341 application notes as read in flashrom's and Linux's behaviour (docs/sources.md, spi-flash 1.1).
/// Inside a long OUT transfer every 32-byte boundary starts a new command, so pin packets are padded to 32 bytes; an
/// SPI packet cannot be padded (each byte is clocked out), so a short one has to end its transfer. The device shifts
/// the least significant bit first: every byte is reversed both ways.
/// </remarks>
public static class Ch341aProtocol
{
    /// <summary>idVendor (WCH).</summary>
    public const ushort VendorId = 0x1A86;

    /// <summary>idProduct in the mode with SPI pins.</summary>
    public const ushort ProductId = 0x5512;

    /// <summary>idProduct when the mode jumper makes the same chip a serial port.</summary>
    public const ushort UartProductId = 0x5523;

    /// <summary>Bulk OUT endpoint.</summary>
    public const byte OutEndpoint = 0x02;

    /// <summary>Bulk IN endpoint.</summary>
    public const byte InEndpoint = 0x82;

    /// <summary>Length of a USB packet in bytes, in both directions.</summary>
    public const int PacketLength = 32;

    /// <summary>Most SPI bytes in one packet: its first byte is the command.</summary>
    public const int SpiBytesMax = PacketLength - 1;

    /// <summary>SPI clock in hertz; fixed in the device (12 MHz / 8).</summary>
    public const int ClockHz = 1_500_000;

    private const byte SpiStream = 0xA8, PinStream = 0xAB;

    // Instructions of a pin stream: 80|v sets D5..D0, 40|m their direction, C0|n waits n microseconds, 20 ends it.
    private const byte AllHigh = 0xB7, SelectLow = 0xB6, Wait = 0xC0, End = 0x20;
    private const int WaitMicrosecondsMax = 0x3F;
    private const int WaitsMax = PacketLength - 4; // what AB, B7, B6 and 20 leave of a select packet

    private static readonly byte[] Reversed = [.. Enumerable.Range(0, 256).Select(ReverseByte)];

    /// <summary>Sets the stream mode: single-width SPI; the I2C speed in it does not matter here.</summary>
    public static ReadOnlySpan<byte> Configure => [0xAA, 0x61, 0x00];

    /// <summary>Makes D5..D0 outputs: every chip select high, clock low, MOSI high.</summary>
    public static ReadOnlySpan<byte> EnablePins => [PinStream, AllHigh, 0x7F, End];

    /// <summary>Makes every pin an input, so that the board can drive its own bus.</summary>
    public static ReadOnlySpan<byte> ReleasePins => [PinStream, AllHigh, 0x40, End];

    /// <summary>Longest pause that <see cref="EncodeSelect"/> can carry.</summary>
    public static TimeSpan PauseMax => TimeSpan.FromMicroseconds(WaitsMax * WaitMicrosecondsMax);

    /// <summary>Ends a frame: chip select high.</summary>
    /// <param name="packet">Filled with the padded packet; exactly <see cref="PacketLength"/> bytes.</param>
    public static void EncodeDeselect(Span<byte> packet)
    {
        ReadOnlySpan<byte> head = [PinStream, AllHigh, End];
        packet.Clear();
        head.CopyTo(packet);
    }

    /// <summary>Begins a frame: chip select high for <paramref name="pause"/>, then low.</summary>
    /// <param name="packet">Filled with the padded packet; exactly <see cref="PacketLength"/> bytes.</param>
    /// <param name="pause">0 to <see cref="PauseMax"/>, rounded up to microseconds; never less than about 2 us.</param>
    public static void EncodeSelect(Span<byte> packet, TimeSpan pause = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pause, PauseMax);
        packet.Clear();
        packet[0] = PinStream;
        packet[1] = AllHigh;
        int next = 2 + EncodePause(packet[2..], (int)Math.Ceiling(pause.TotalMicroseconds));
        packet[next] = SelectLow;
        packet[next + 1] = End;
    }

    /// <summary>Clocks bytes out; the device answers as many bytes in one IN packet.</summary>
    /// <param name="packet">Room for <see cref="PacketLength"/> bytes.</param>
    /// <param name="data">Bytes to send, most significant bit first.</param>
    /// <param name="fillers">How many bytes of 0xFF follow, for the answer's sake.</param>
    /// <returns>Length of the packet: 1 + 1 to <see cref="SpiBytesMax"/>; a short one ends its transfer.</returns>
    public static int EncodeSpi(Span<byte> packet, ReadOnlySpan<byte> data, int fillers)
    {
        int length = data.Length + fillers;
        ArgumentOutOfRangeException.ThrowIfZero(length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SpiBytesMax, nameof(data));
        packet[0] = SpiStream;
        ReverseBits(data, packet[1..]);
        packet.Slice(1 + data.Length, fillers).Fill(0xFF);
        return 1 + length;
    }

    /// <summary>Turns bytes round between the device's bit order and the chip's; its own inverse.</summary>
    /// <param name="source">Bytes in one order.</param>
    /// <param name="destination">At least as long; gets them in the other.</param>
    public static void ReverseBits(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        byte[] reversed = Reversed;
        destination = destination[..source.Length];
        int i = 0;
        for (; i + sizeof(ulong) <= source.Length; i += sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(source[i..]);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[i..], ReverseBits(word));
        }

        for (; i < destination.Length; i++)
            destination[i] = reversed[source[i]];
    }

    // Of each byte by itself: halves, then pairs, then neighbours change places.
    private static ulong ReverseBits(ulong word)
    {
        const ulong Low4 = 0x0F0F0F0F0F0F0F0F, Low2 = 0x3333333333333333, Low1 = 0x5555555555555555;
        word = (word & Low4) << 4 | (word >> 4 & Low4);
        word = (word & Low2) << 2 | (word >> 2 & Low2);
        return (word & Low1) << 1 | (word >> 1 & Low1);
    }

    private static int EncodePause(Span<byte> instructions, int microseconds)
    {
        if (microseconds == 0)
        {
            // Two fillers at 0.75 us each keep chip select high for about 2.25 us, more than any chip asks.
            instructions[..2].Fill(AllHigh);
            return 2;
        }

        int count = 0;
        for (int left = microseconds; left > 0; left -= WaitMicrosecondsMax)
            instructions[count++] = (byte)(Wait | Math.Min(left, WaitMicrosecondsMax));
        return count;
    }

    private static byte ReverseByte(int value)
    {
        int reversed = 0;
        for (int bit = 0; bit < 8; bit++)
            reversed |= (value >> bit & 1) << 7 - bit;
        return (byte)reversed;
    }
}
