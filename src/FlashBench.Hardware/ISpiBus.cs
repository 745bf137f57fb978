namespace FlashBench.Hardware;

/// <summary>One chip-select frame on an SPI bus, and the pause after it.</summary>
/// <param name="Command">Opcode, address, dummy and data bytes, most significant bit first; at least 1 byte.</param>
/// <param name="Response">Filled to its last byte after the command; may be empty.</param>
/// <param name="DelayAfter">At least this long between chip-select high and the next frame of the batch.</param>
public readonly record struct SpiTransaction(
    ReadOnlyMemory<byte> Command, Memory<byte> Response = default, TimeSpan DelayAfter = default);

/// <summary>A setting of the SPI clock.</summary>
/// <param name="Hz">Frequency in hertz.</param>
/// <param name="LateSample">True if MISO is sampled half a clock later, for long leads at high frequencies.</param>
public readonly record struct SpiClock(int Hz, bool LateSample = false);

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

    /// <summary>The setting of the SPI clock.</summary>
    SpiClock Clock => new(FrequencyHz);

    /// <summary>Every setting the programmer has, fastest first; one where the clock is fixed.</summary>
    IReadOnlyList<SpiClock> Clocks => [Clock];

    /// <summary>Longest command of a frame, in bytes.</summary>
    int CommandBytesMax => int.MaxValue;

    /// <summary>Longest response of a frame, in bytes.</summary>
    int ResponseBytesMax => int.MaxValue;

    /// <summary>Changes the clock from the next batch on.</summary>
    /// <param name="clock">One of <see cref="Clocks"/>.</param>
    /// <param name="cancel">Honoured before the change.</param>
    /// <exception cref="ArgumentException">The programmer has no such setting.</exception>
    /// <exception cref="ProgrammerException">It failed.</exception>
    ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel) => clock == Clock
        ? ValueTask.CompletedTask
        : throw new ArgumentException($"The clock of {Identity.Description} is fixed.", nameof(clock));

    /// <summary>Executes the transactions in order, in as few USB transfers as the programmer can.</summary>
    /// <param name="batch">Each entry is one chip-select frame; chip select is high when the call returns.</param>
    /// <param name="cancel">Honoured between transfers of a read; a frame that writes is never cut.</param>
    /// <exception cref="ProgrammerException">It failed; chip select is released if it still answers.</exception>
    ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel);
}
