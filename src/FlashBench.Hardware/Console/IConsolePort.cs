namespace FlashBench.Hardware.Console;

/// <summary>The serial console of the board under test: raw bytes with timestamps.</summary>
/// <remarks>Opened before power is applied and kept open for the whole job, so that no first byte is lost.</remarks>
public interface IConsolePort : IAsyncDisposable
{
    /// <summary>The part that receives.</summary>
    PartIdentity Identity { get; }

    /// <summary>Receive errors so far.</summary>
    ConsoleCounters Counters { get; }

    /// <summary>Events in order of arrival until <paramref name="cancel"/> or the end of the port; one reader only.
    /// </summary>
    /// <exception cref="ConsoleException">The port failed for good.</exception>
    IAsyncEnumerable<ConsoleEvent> ReadAsync(CancellationToken cancel);

    /// <summary>Queues bytes for the board; returns when the port has taken them.</summary>
    /// <exception cref="ConsoleException">The port is gone, or somebody else has the right to write.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>Holds the line low for a quarter of a second.</summary>
    /// <exception cref="ConsoleException">The port is gone, cannot do it, or somebody else has the right to write.
    /// </exception>
    ValueTask SendBreakAsync(CancellationToken cancel) =>
        throw new ConsoleException($"{Identity.Description} cannot send a break");
}
