namespace FlashBench.Hardware;

/// <summary>One chip-select frame on an SPI bus, and the pause after it.</summary>
/// <param name="Command">Opcode, address, dummy and data bytes, most significant bit first; at least 1 byte.</param>
/// <param name="Response">Filled to its last byte after the command; may be empty.</param>
/// <param name="DelayAfter">At least this long between chip-select high and the next frame of the batch.</param>
public readonly record struct SpiTransaction(
    ReadOnlyMemory<byte> Command, Memory<byte> Response = default, TimeSpan DelayAfter = default);

/// <summary>One chip select on an SPI bus: the seam between chip drivers and whatever moves the bits.</summary>
/// <remarks>
/// Implemented by every programmer. One owner; not safe for concurrent use. Dispose makes every pin an input, so that
/// a board can boot with the clip still on.
/// </remarks>
public interface ISpiBus : IAsyncDisposable
{
    /// <summary>The programmer behind the bus.</summary>
    PartIdentity Identity { get; }

    /// <summary>SPI clock in hertz.</summary>
    int FrequencyHz { get; }

    /// <summary>Executes the transactions in order, in as few USB transfers as the programmer can.</summary>
    /// <param name="batch">Each entry is one chip-select frame; chip select is high when the call returns.</param>
    /// <param name="cancel">Honoured between transfers of a read; a frame that writes is never cut.</param>
    /// <exception cref="ProgrammerException">It failed; chip select is released if it still answers.</exception>
    ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel);
}
