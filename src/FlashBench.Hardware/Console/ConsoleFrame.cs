using System.Buffers.Binary;
using System.Text;

namespace FlashBench.Hardware.Console;

/// <summary>What one frame between a console's owner and a watcher in another process is about.</summary>
/// <remarks>Source: docs/console.md, "Between processes".</remarks>
internal enum ConsoleFrameKind : byte
{
    /// <summary>Watcher: version, flags (1: wants to write).</summary>
    Join = (byte)'J',

    /// <summary>Owner: version, flags (1: may write, 2: simulated), description of the port.</summary>
    Hello = (byte)'H',

    /// <summary>Owner: an event; timestamp, kind of event, and its bytes or its count.</summary>
    Event = (byte)'D',

    /// <summary>Owner: the counters.</summary>
    Counters = (byte)'C',

    /// <summary>Owner: why it ends.</summary>
    End = (byte)'E',

    /// <summary>Watcher: bytes for the board.</summary>
    Text = (byte)'T',

    /// <summary>Watcher: a break for the board.</summary>
    Break = (byte)'X',
}

/// <summary>One frame: kind, length, content.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Content">At most <see cref="ContentMax"/> bytes.</param>
internal readonly record struct ConsoleFrame(ConsoleFrameKind Kind, ReadOnlyMemory<byte> Content)
{
    public const byte Version = 1, FlagWrite = 1, FlagSimulated = 2;

    /// <summary>Bytes before the content: kind, and the content's length, little-endian.</summary>
    public const int HeadBytes = 5;

    /// <summary>Longest content that is taken; whoever sends more is cut off.</summary>
    public const int ContentMax = 64 * 1024 + EventHeadBytes;

    private const int EventHeadBytes = 9, CounterCount = 5, DescriptionBytesMax = 1024;

    /// <summary>The frame as it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeadBytes + Content.Length];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Content.Length);
        Content.Span.CopyTo(bytes.AsSpan(HeadBytes));
        return bytes;
    }

    /// <summary>Reads kind and length.</summary>
    /// <exception cref="InvalidDataException">The length is out of bounds.</exception>
    public static (ConsoleFrameKind Kind, int Length) ReadHead(ReadOnlySpan<byte> head)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        return length is >= 0 and <= ContentMax
            ? ((ConsoleFrameKind)head[0], length)
            : throw new InvalidDataException($"a frame of {length} bytes");
    }

    /// <summary>The frame that a watcher begins with.</summary>
    public static ConsoleFrame Join(bool wantsToWrite) =>
        new(ConsoleFrameKind.Join, new byte[] { Version, wantsToWrite ? FlagWrite : (byte)0 });

    /// <summary>The frame that an owner answers with.</summary>
    public static ConsoleFrame Hello(PartIdentity identity, bool mayWrite)
    {
        byte flags = (byte)((mayWrite ? FlagWrite : 0) | (identity.Simulated ? FlagSimulated : 0));
        byte[] description = Encoding.UTF8.GetBytes(identity.Description);
        return new(ConsoleFrameKind.Hello, (byte[])[Version, flags, .. description.Take(DescriptionBytesMax)]);
    }

    /// <summary>Version and flags of a Join or Hello frame, and the text of the latter.</summary>
    /// <exception cref="InvalidDataException">It is too short.</exception>
    public (byte Version, byte Flags, string Text) ReadGreeting() => Content.Length >= 2
        ? (Content.Span[0], Content.Span[1], Encoding.UTF8.GetString(Content.Span[2..]))
        : throw new InvalidDataException("a greeting without flags");

    /// <summary>An event as one or more frames.</summary>
    public static IEnumerable<ConsoleFrame> Of(ConsoleEvent happened)
    {
        switch (happened)
        {
            case ConsoleEvent.Bytes bytes:
                for (int at = 0; at < bytes.Data.Length; at += ContentMax - EventHeadBytes)
                {
                    ReadOnlyMemory<byte> rest = bytes.Data[at..];
                    ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, ContentMax - EventHeadBytes)];
                    yield return EventFrame(happened.Timestamp, 'B', piece.Span);
                }

                break;
            case ConsoleEvent.Lost lost:
                byte[] count = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(count, lost.Count);
                yield return EventFrame(happened.Timestamp, 'L', count);
                break;
            default:
                yield return EventFrame(happened.Timestamp, LetterOf(happened), []);
                break;
        }
    }

    /// <summary>The event of an Event frame.</summary>
    /// <exception cref="InvalidDataException">It is none that is known.</exception>
    public ConsoleEvent ReadEvent()
    {
        if (Content.Length < EventHeadBytes)
            throw new InvalidDataException("an event without a time");
        long at = BinaryPrimitives.ReadInt64LittleEndian(Content.Span);
        ReadOnlyMemory<byte> rest = Content[EventHeadBytes..];
        return ((char)Content.Span[sizeof(long)], rest.Length) switch
        {
            ('B', _) => new ConsoleEvent.Bytes(at, rest),
            ('X', 0) => new ConsoleEvent.Break(at),
            ('U', 0) => new ConsoleEvent.HangUp(at),
            ('K', 0) => new ConsoleEvent.Back(at),
            ('L', sizeof(long)) => new ConsoleEvent.Lost(at, BinaryPrimitives.ReadInt64LittleEndian(rest.Span)),
            _ => throw new InvalidDataException("an event of an unknown kind"),
        };
    }

    /// <summary>The counters as a frame.</summary>
    public static ConsoleFrame Of(ConsoleCounters counters)
    {
        byte[] content = new byte[CounterCount * sizeof(long)];
        long[] values =
        [
            counters.Overruns, counters.FramingErrors, counters.ParityErrors, counters.Breaks, counters.BufferOverruns,
        ];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(i * sizeof(long)), values[i]);
        return new(ConsoleFrameKind.Counters, content);
    }

    /// <summary>The counters of a Counters frame.</summary>
    /// <exception cref="InvalidDataException">It has another length.</exception>
    public ConsoleCounters ReadCounters()
    {
        if (Content.Length != CounterCount * sizeof(long))
            throw new InvalidDataException("counters of another length");
        ReadOnlyMemory<byte> content = Content;
        long At(int index) => BinaryPrimitives.ReadInt64LittleEndian(content.Span[(index * sizeof(long))..]);
        return new ConsoleCounters(At(0), At(1), At(2)) { Breaks = At(3), BufferOverruns = At(4) };
    }

    /// <summary>A farewell.</summary>
    public static ConsoleFrame End(string reason) =>
        new(ConsoleFrameKind.End, Encoding.UTF8.GetBytes(reason).Take(DescriptionBytesMax).ToArray());

    private static ConsoleFrame EventFrame(long at, char letter, ReadOnlySpan<byte> rest)
    {
        byte[] content = new byte[EventHeadBytes + rest.Length];
        BinaryPrimitives.WriteInt64LittleEndian(content, at);
        content[sizeof(long)] = (byte)letter;
        rest.CopyTo(content.AsSpan(EventHeadBytes));
        return new(ConsoleFrameKind.Event, content);
    }

    private static char LetterOf(ConsoleEvent happened) => happened switch
    {
        ConsoleEvent.Break => 'X',
        ConsoleEvent.HangUp => 'U',
        ConsoleEvent.Back => 'K',
        _ => throw new ArgumentException("an event without a letter", nameof(happened)),
    };
}
