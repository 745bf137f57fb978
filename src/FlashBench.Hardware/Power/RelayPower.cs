namespace FlashBench.Hardware.Power;

/// <summary>Board power through one relay. It says what was commanded; only a sensor says what is.</summary>
/// <remarks>
/// Opening or disposing changes no relay (rule I5): the contact stays as it is until the first command. Not safe for
/// concurrent use.
/// </remarks>
/// <param name="line">Drives the relay coil; the active level supplies the board.</param>
public sealed class RelayPower(IOutputLine line)
{
    /// <summary>The part that drives the relay.</summary>
    public PartIdentity Identity => line.Identity;

    /// <summary>What was last commanded; null before the first command and after one that failed.</summary>
    public bool? Commanded { get; private set; }

    /// <summary>What the relay does now, as far as its driver can tell; null if it cannot.</summary>
    /// <exception cref="PowerException">The relay's driver did not answer.</exception>
    public ValueTask<bool?> ReadAsync(CancellationToken cancel) => line.ReadAsync(cancel);

    /// <summary>Commands the relay to supply the board; returns at once, before the rails have risen.</summary>
    /// <exception cref="PowerException">The relay could not be driven; its contact is unknown.</exception>
    public ValueTask OnAsync(CancellationToken cancel) => CommandAsync(active: true, cancel);

    /// <summary>Commands the relay to cut the board off; returns at once, before the rails have fallen.</summary>
    /// <exception cref="PowerException">The relay could not be driven; its contact is unknown.</exception>
    public ValueTask OffAsync(CancellationToken cancel) => CommandAsync(active: false, cancel);

    private async ValueTask CommandAsync(bool active, CancellationToken cancel)
    {
        Commanded = null;
        await line.DriveAsync(active, cancel);
        Commanded = active;
    }
}
