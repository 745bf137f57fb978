namespace FlashBench.Hardware.Console;

/// <summary>Something that happened on a serial console.</summary>
/// <param name="Timestamp">When, in units of the port's <see cref="TimeProvider.GetTimestamp"/>.</param>
public abstract record ConsoleEvent(long Timestamp)
{
    /// <summary>Raw bytes arrived.</summary>
    public sealed record Bytes(long Timestamp, ReadOnlyMemory<byte> Data) : ConsoleEvent(Timestamp);

    /// <summary>The line was held low longer than a frame.</summary>
    public sealed record Break(long Timestamp) : ConsoleEvent(Timestamp);

    /// <summary>The port is gone; the last event.</summary>
    public sealed record HangUp(long Timestamp) : ConsoleEvent(Timestamp);
}

/// <summary>Receive errors since the port was opened.</summary>
public readonly record struct ConsoleCounters(long Overruns, long FramingErrors, long ParityErrors);

/// <summary>The serial console of the board under test: raw bytes with timestamps.</summary>
/// <remarks>Opened before power is applied and kept open for the whole job, so that no first byte is lost.</remarks>
public interface IConsolePort : IAsyncDisposable
{
    /// <summary>The part that receives.</summary>
    PartIdentity Identity { get; }

    /// <summary>Receive errors so far.</summary>
    ConsoleCounters Counters { get; }

    /// <summary>Events in order of arrival until <paramref name="cancel"/> or a hang-up; one reader only.</summary>
    IAsyncEnumerable<ConsoleEvent> ReadAsync(CancellationToken cancel);

    /// <summary>Queues bytes for the board; returns when the port has taken them.</summary>
    /// <exception cref="ConsoleException">The port is gone.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel);
}
