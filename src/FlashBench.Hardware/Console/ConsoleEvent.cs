namespace FlashBench.Hardware.Console;

/// <summary>Something that happened on a serial console.</summary>
/// <param name="Timestamp">When, in units of the port's <see cref="TimeProvider.GetTimestamp"/>.</param>
public abstract record ConsoleEvent(long Timestamp)
{
    /// <summary>Raw bytes arrived.</summary>
    public sealed record Bytes(long Timestamp, ReadOnlyMemory<byte> Data) : ConsoleEvent(Timestamp);

    /// <summary>The line was held low longer than a frame.</summary>
    public sealed record Break(long Timestamp) : ConsoleEvent(Timestamp);

    /// <summary>The port is gone: unplugged, or its other end has closed it. Nothing more comes until
    /// <see cref="Back"/>; a port that does not wait for its return has no further event.</summary>
    public sealed record HangUp(long Timestamp) : ConsoleEvent(Timestamp);

    /// <summary>A port that was gone is there again. What the board said in between is lost.</summary>
    public sealed record Back(long Timestamp) : ConsoleEvent(Timestamp);

    /// <summary>This reader was too slow: so many of the oldest bytes were dropped for it, here.</summary>
    public sealed record Lost(long Timestamp, long Count) : ConsoleEvent(Timestamp);
}
