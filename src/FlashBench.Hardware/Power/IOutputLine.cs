namespace FlashBench.Hardware.Power;

/// <summary>One digital output: a GPIO line, a relay channel, or the coil of a simulated relay.</summary>
public interface IOutputLine
{
    /// <summary>The part that drives the line.</summary>
    PartIdentity Identity { get; }

    /// <summary>Drives the line; true is the active level, whatever the wiring.</summary>
    /// <exception cref="PowerException">The line could not be driven; its level is unknown.</exception>
    void Drive(bool active);
}
