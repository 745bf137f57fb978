// The serprog protocol, version 1, for SPI. Source: S-30; spi-flash.md 1.4.
// Left out: parallel buses and the operation buffer (NAK, as a programmer does that has neither).
using System.Buffers.Binary;
using System.Text;

namespace FlashBench.Hardware.Serprog;

/// <summary>Commands of serprog that a programmer with nothing but SPI knows.</summary>
public enum SerprogOpcode : byte
{
    /// <summary>Nothing.</summary>
    Nop = 0x00,

    /// <summary>Version of the protocol.</summary>
    QueryInterface = 0x01,

    /// <summary>Which commands there are.</summary>
    QueryCommandMap = 0x02,

    /// <summary>Name of the programmer.</summary>
    QueryName = 0x03,

    /// <summary>Size of the serial buffer.</summary>
    QuerySerialBuffer = 0x04,

    /// <summary>Which buses there are.</summary>
    QueryBusType = 0x05,

    /// <summary>Most bytes of one command.</summary>
    QueryWriteMax = 0x08,

    /// <summary>Nothing, answered in a way that no other command is.</summary>
    SyncNop = 0x10,

    /// <summary>Most bytes of one answer.</summary>
    QueryReadMax = 0x11,

    /// <summary>Chooses the bus.</summary>
    SetBusType = 0x12,

    /// <summary>One chip-select frame.</summary>
    SpiOperation = 0x13,

    /// <summary>Chooses the clock.</summary>
    SetSpiFrequency = 0x14,

    /// <summary>Drives the pins or lets them go.</summary>
    SetPinState = 0x15,

    /// <summary>Chooses the chip select.</summary>
    SetChipSelect = 0x16,

    /// <summary>Chooses the SPI mode.</summary>
    SetSpiMode = 0x17,

    /// <summary>Says who moves chip select.</summary>
    SetChipSelectMode = 0x18,
}

/// <summary>One command.</summary>
/// <param name="Opcode">The command; may be none of the known ones.</param>
/// <param name="Value">Its parameter; of a frame the bytes to read.</param>
/// <param name="SendBytes">Bytes of a frame that follow the command; 0 for other commands.</param>
public readonly record struct SerprogRequest(SerprogOpcode Opcode, uint Value = 0, int SendBytes = 0);

/// <summary>Reads what a serprog client sends and writes the fixed answers. Numbers are little-endian.</summary>
public static class SerprogCodec
{
    /// <summary>Answer: done.</summary>
    public const byte Ack = 0x06;

    /// <summary>Answer: not done, or not known.</summary>
    public const byte Nak = 0x15;

    /// <summary>Most bytes of one frame, either way: what 24 bits can say.</summary>
    public const int FrameBytesMax = (1 << 24) - 1;

    /// <summary>What <see cref="SerprogOpcode.QueryWriteMax"/> and QueryReadMax answer.</summary>
    /// <remarks>Small enough for progress and a quick end, large enough that round trips do not count.</remarks>
    public const int AdvertisedBytes = 64 * 1024;

    /// <summary>Longest command without its data.</summary>
    public const int HeaderBytesMax = 7;

    /// <summary>The bit of the SPI bus in bus types.</summary>
    public const byte SpiBus = 0x08;

    private const int NameBytes = 16;

    /// <summary>Reads one command.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="request">The command, if it is whole; the data of a frame may still be missing.</param>
    /// <returns>Its length without data; 0 if more bytes are needed.</returns>
    public static int Read(ReadOnlySpan<byte> bytes, out SerprogRequest request)
    {
        request = default;
        if (bytes.IsEmpty)
            return 0;
        var opcode = (SerprogOpcode)bytes[0];
        int length = 1 + ParameterBytes(opcode);
        if (bytes.Length < length)
            return 0;
        ReadOnlySpan<byte> parameter = bytes[1..length];
        request = parameter.Length switch
        {
            1 => new SerprogRequest(opcode, parameter[0]),
            4 => new SerprogRequest(opcode, BinaryPrimitives.ReadUInt32LittleEndian(parameter)),
            6 => new SerprogRequest(opcode, U24(parameter[3..]), (int)U24(parameter)),
            _ => new SerprogRequest(opcode),
        };
        return length;
    }

    /// <summary>The answer to a question about the programmer.</summary>
    /// <param name="opcode">The question.</param>
    /// <param name="name">Name of the programmer; 16 ASCII characters count.</param>
    /// <returns>The whole answer; null if the command is no such question.</returns>
    public static byte[]? AnswerOf(SerprogOpcode opcode, string name) => opcode switch
    {
        SerprogOpcode.Nop => [Ack],
        SerprogOpcode.SyncNop => [Nak, Ack],
        SerprogOpcode.QueryInterface => [Ack, 0x01, 0x00],
        SerprogOpcode.QueryCommandMap => CommandMap(),
        SerprogOpcode.QueryName => Name(name),
        SerprogOpcode.QuerySerialBuffer => [Ack, 0xFF, 0xFF], // TCP has flow control: no limit
        SerprogOpcode.QueryBusType => [Ack, SpiBus],
        SerprogOpcode.QueryWriteMax or SerprogOpcode.QueryReadMax =>
            [Ack, AdvertisedBytes & 0xFF, AdvertisedBytes >> 8 & 0xFF, AdvertisedBytes >> 16],
        _ => null,
    };

    private static int ParameterBytes(SerprogOpcode opcode) => opcode switch
    {
        SerprogOpcode.SpiOperation => 6,
        SerprogOpcode.SetSpiFrequency => 4,
        SerprogOpcode.SetBusType or SerprogOpcode.SetPinState or SerprogOpcode.SetChipSelect
            or SerprogOpcode.SetSpiMode or SerprogOpcode.SetChipSelectMode => 1,
        _ => 0,
    };

    private static byte[] CommandMap()
    {
        byte[] answer = new byte[33];
        answer[0] = Ack;
        foreach (SerprogOpcode opcode in Enum.GetValues<SerprogOpcode>())
            answer[1 + (int)opcode / 8] |= (byte)(1 << ((int)opcode % 8));
        return answer;
    }

    private static byte[] Name(string name)
    {
        byte[] answer = new byte[1 + NameBytes];
        answer[0] = Ack;
        Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, NameBytes)), answer.AsSpan(1));
        return answer;
    }

    private static uint U24(ReadOnlySpan<byte> bytes) => (uint)(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
}
