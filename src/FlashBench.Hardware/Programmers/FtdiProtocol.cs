using System.Buffers.Binary;
using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>One of the engines of an FTDI chip; the number of its USB interface.</summary>
public enum FtdiChannel
{
    /// <summary>ADBUS pins, interface 0.</summary>
    A,

    /// <summary>BDBUS pins, interface 1.</summary>
    B,
}

/// <summary>What an FT2232H, FT4232H or FT232H hears as an SPI master: requests and command bytes, no I/O.</summary>
/// <remarks>
/// Source: S-23 (commands), S-25 (requests, as Linux and libftdi send them), spi-flash 1.3. Pins: 0 clock, 1 MOSI,
/// 2 MISO, 3 chip select, 4 to 7 for the adapter. Every encoder returns the number of bytes it wrote.
/// </remarks>
public static class FtdiProtocol
{
    /// <summary>idVendor (FTDI).</summary>
    public const ushort VendorId = 0x0403;

    /// <summary>Length of a USB packet in bytes (high speed).</summary>
    public const int PacketLength = 512;

    /// <summary>Bytes of modem and line status at the start of every packet from the device.</summary>
    public const int StatusLength = 2;

    /// <summary>Most bytes one data command carries: its length field is 16 bits of length - 1.</summary>
    public const int DataMax = 65_536;

    /// <summary>Bytes in front of the data of a command.</summary>
    public const int HeaderLength = 3;

    /// <summary>Bit of the chip select among the low pins.</summary>
    public const byte SelectBit = 0x08;

    /// <summary>Answers what the device has, without waiting for its latency timer.</summary>
    public const byte SendImmediate = 0x87;

    /// <summary>What the device answers in front of a command that it does not know.</summary>
    public const byte BadCommand = 0xFA;

    /// <summary>Two commands that no device knows; their answers prove that host and device are in step.</summary>
    public const byte ProbeA = 0xAA, ProbeB = 0xAB;

    private const int BaseHz = 60_000_000;
    private const byte VendorOut = 0x40; // vendor request to the device
    private const byte RequestReset = 0x00, RequestLatency = 0x09, RequestBitMode = 0x0B;
    private const byte ModeReset = 0x00, ModeMpsse = 0x02;

    // 30 MHz / (1 + divisor). Sampling late pays on long leads at the highest clocks only.
    private static readonly int[] Divisors = [0, 1, 2, 3, 4, 5, 7, 9, 14, 19, 29, 59];

    /// <summary>The FT2232H (two channels), FT4232H (A and B have an engine) and FT232H (A only).</summary>
    public static IReadOnlyList<UsbModel> Models { get; } =
        [new(VendorId, 0x6010), new(VendorId, 0x6011), new(VendorId, 0x6014)];

    /// <summary>30, 15, 10, 7.5, 6, 5, 3.75, 3, 2, 1.5, 1 and 0.5 MHz; the first two with late sampling too.</summary>
    public static IReadOnlyList<SpiClock> Clocks { get; } =
        [.. Divisors.SelectMany(d => d < 2 ? [Clock(d), Clock(d) with { LateSample = true }] : new[] { Clock(d) })];

    /// <summary>Turns off the division by five, adaptive clocking, three-phase clocking and the loopback.</summary>
    public static ReadOnlySpan<byte> Modes => [0x8A, 0x97, 0x8D, 0x85];

    /// <summary>Bulk OUT endpoint of a channel.</summary>
    public static byte OutEndpoint(FtdiChannel channel) => (byte)(0x02 + 2 * (int)channel);

    /// <summary>Bulk IN endpoint of a channel.</summary>
    public static byte InEndpoint(FtdiChannel channel) => (byte)(0x81 + 2 * (int)channel);

    /// <summary>Resets a channel; the others do not feel it.</summary>
    public static UsbSetup Reset(FtdiChannel channel) => Request(RequestReset, 0, channel);

    /// <summary>Drops what the device has received.</summary>
    public static UsbSetup PurgeReceived(FtdiChannel channel) => Request(RequestReset, 1, channel);

    /// <summary>Drops what the device has to send.</summary>
    public static UsbSetup PurgeUnsent(FtdiChannel channel) => Request(RequestReset, 2, channel);

    /// <summary>Sets the time after which the device sends a packet that is not full.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="milliseconds">1 to 255.</param>
    public static UsbSetup Latency(FtdiChannel channel, byte milliseconds) =>
        Request(RequestLatency, milliseconds, channel);

    /// <summary>Stops the engine; its pins belong to the serial port again.</summary>
    public static UsbSetup StopEngine(FtdiChannel channel) => Request(RequestBitMode, ModeReset << 8, channel);

    /// <summary>Starts the engine (MPSSE) with every pin an input.</summary>
    public static UsbSetup StartEngine(FtdiChannel channel) => Request(RequestBitMode, ModeMpsse << 8, channel);

    /// <summary>Sets the SPI clock.</summary>
    /// <param name="commands">Room for 3 bytes.</param>
    /// <param name="hz">Frequency of one of <see cref="Clocks"/>.</param>
    public static int EncodeClock(Span<byte> commands, int hz)
    {
        commands[0] = 0x86;
        BinaryPrimitives.WriteUInt16LittleEndian(commands[1..], checked((ushort)(BaseHz / 2 / hz - 1)));
        return HeaderLength;
    }

    /// <summary>Sets the pins 0 to 7.</summary>
    /// <param name="commands">Room for 3 bytes.</param>
    /// <param name="value">Level of each output.</param>
    /// <param name="direction">1 = output.</param>
    public static int EncodeLowPins(Span<byte> commands, byte value, byte direction)
    {
        (commands[0], commands[1], commands[2]) = (0x80, value, direction);
        return HeaderLength;
    }

    /// <summary>Sets the pins 8 to 15.</summary>
    /// <inheritdoc cref="EncodeLowPins"/>
    public static int EncodeHighPins(Span<byte> commands, byte value, byte direction)
    {
        (commands[0], commands[1], commands[2]) = (0x82, value, direction);
        return HeaderLength;
    }

    /// <summary>Clocks bytes out, most significant bit first, MOSI changing on the falling edge (mode 0).</summary>
    /// <param name="commands">Room for <see cref="HeaderLength"/> bytes and the data.</param>
    /// <param name="data">1 to <see cref="DataMax"/> bytes.</param>
    public static int EncodeWrite(Span<byte> commands, ReadOnlySpan<byte> data)
    {
        EncodeHeader(commands, 0x11, data.Length);
        data.CopyTo(commands[HeaderLength..]);
        return HeaderLength + data.Length;
    }

    /// <summary>Clocks bytes in, most significant bit first; the device answers as many.</summary>
    /// <param name="commands">Room for 3 bytes.</param>
    /// <param name="length">1 to <see cref="DataMax"/>.</param>
    /// <param name="late">False: sample on the rising edge. True: on the falling one, half a clock later.</param>
    public static int EncodeRead(Span<byte> commands, int length, bool late)
    {
        EncodeHeader(commands, late ? (byte)0x24 : (byte)0x20, length);
        return HeaderLength;
    }

    /// <summary>Clocks without data: a pause that needs no host.</summary>
    /// <param name="commands">Room for 3 bytes.</param>
    /// <param name="clocks">1 to 524288; rounded up to whole bytes above 8.</param>
    public static int EncodeIdle(Span<byte> commands, int clocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clocks);
        if (clocks <= 8)
        {
            (commands[0], commands[1]) = (0x8E, (byte)(clocks - 1));
            return 2;
        }

        EncodeHeader(commands, 0x8F, (clocks + 7) / 8);
        return HeaderLength;
    }

    private static SpiClock Clock(int divisor) => new(BaseHz / 2 / (1 + divisor));

    private static UsbSetup Request(byte request, int value, FtdiChannel channel) =>
        new(VendorOut, request, (ushort)value, (ushort)(1 + (int)channel));

    private static void EncodeHeader(Span<byte> commands, byte opcode, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, DataMax);
        commands[0] = opcode;
        BinaryPrimitives.WriteUInt16LittleEndian(commands[1..], (ushort)(length - 1));
    }
}
