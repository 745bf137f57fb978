namespace FlashBench.Hardware.Serprog;

/// <summary>Executes the chip-select frames that a serprog client asks for.</summary>
public interface ISerprogFrames
{
    /// <summary>Executes one frame, or promises to execute it before anything that could notice.</summary>
    /// <param name="command">Bytes to send, at least 1; not used after the call.</param>
    /// <param name="response">Filled to its last byte.</param>
    /// <param name="cancel">Honoured between transfers.</param>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    ValueTask ExecuteAsync(ReadOnlyMemory<byte> command, Memory<byte> response, CancellationToken cancel);
}

/// <summary>Does what the client says when it says it.</summary>
/// <param name="bus">The chip; owned by the caller.</param>
public sealed class FaithfulFrames(ISpiBus bus) : ISerprogFrames
{
    /// <inheritdoc/>
    public ValueTask ExecuteAsync(ReadOnlyMemory<byte> command, Memory<byte> response, CancellationToken cancel) =>
        bus.ExecuteAsync([new SpiTransaction(command, response)], cancel);
}
