using System.Collections.Immutable;

namespace FlashBench.Hardware.Programmers;

/// <summary>The commands of serprog, version 1, that an SPI client needs: bytes only, no I/O.</summary>
/// <remarks>Source: S-30; spi-flash 1.4. Numbers are little-endian; lengths have 24 bits.</remarks>
public static class SerprogProtocol
{
    /// <summary>Answer: done.</summary>
    public const byte Ack = 0x06;

    /// <summary>Answer: refused, or unknown.</summary>
    public const byte Nak = 0x15;

    /// <summary>The bus number of SPI, in bus types.</summary>
    public const byte SpiBus = 0x08;

    /// <summary>Most bytes a 24-bit length can say.</summary>
    public const int LengthMax = 0xFFFFFF;

    /// <summary>Bytes of an SPI operation in front of the bytes to send.</summary>
    public const int SpiHeaderLength = 7;

    internal const byte QueryInterface = 0x01, QueryCommands = 0x02, QueryName = 0x03;
    internal const byte QueryBuffer = 0x04, QueryBus = 0x05, QueryWriteMax = 0x08, Synchronize = 0x10;
    internal const byte QueryReadMax = 0x11, SetBus = 0x12, SpiOperation = 0x13, SetFrequency = 0x14, SetPins = 0x15;

    /// <summary>Answer to "synchronize": NAK and ACK, which nothing else answers.</summary>
    public static ReadOnlySpan<byte> InStep => [Nak, Ack];

    /// <summary>Sets the pins' drivers on or off.</summary>
    public static ImmutableArray<byte> EncodePins(bool driven) => [SetPins, driven ? (byte)1 : (byte)0];

    /// <summary>Asks for a clock; the answer says what it became, which is not more.</summary>
    /// <param name="hz">At least 1.</param>
    public static ImmutableArray<byte> EncodeFrequency(int hz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hz);
        return [SetFrequency, Byte(hz, 0), Byte(hz, 8), Byte(hz, 16), Byte(hz, 24)];
    }

    /// <summary>The part of an SPI operation in front of the bytes to send.</summary>
    /// <param name="command">Bytes that will follow.</param>
    /// <param name="response">Bytes to be answered.</param>
    public static ImmutableArray<byte> EncodeSpiHeader(int command, int response)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(command, LengthMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(response, LengthMax);
        return
        [
            SpiOperation,
            Byte(command, 0), Byte(command, 8), Byte(command, 16),
            Byte(response, 0), Byte(response, 8), Byte(response, 16),
        ];
    }

    /// <summary>True if the bit map of commands has <paramref name="command"/>.</summary>
    /// <param name="map">32 bytes; bit n of byte n / 8.</param>
    /// <param name="command">The command's number.</param>
    public static bool Knows(ReadOnlySpan<byte> map, byte command) => (map[command / 8] >> (command % 8) & 1) != 0;

    private static byte Byte(int value, int shift) => (byte)(value >> shift & 0xFF);
}
