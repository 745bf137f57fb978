namespace FlashBench.Hardware.Power;

/// <summary>One digital output: a GPIO line, a relay channel, the coil of a simulated relay, or a person who is told
/// what to plug.</summary>
/// <remarks>Opening and disposing change no level (rule I5).</remarks>
public interface IOutputLine
{
    /// <summary>The part that drives the line.</summary>
    PartIdentity Identity { get; }

    /// <summary>The level that the part drives now, as the part itself tells it; null if it cannot tell.</summary>
    /// <exception cref="PowerException">The part did not answer.</exception>
    ValueTask<bool?> ReadAsync(CancellationToken cancel);

    /// <summary>Drives the line; true is the active level, whatever the wiring.</summary>
    /// <exception cref="PowerException">The line could not be driven; its level is unknown.</exception>
    ValueTask DriveAsync(bool active, CancellationToken cancel);
}
