using FlashBench.Bench.Config;

namespace FlashBench.Bench.Fleet;

/// <summary>What a phase of a job needs of what benches share.</summary>
public enum PhaseNeed
{
    /// <summary>Nothing: it only computes.</summary>
    Nothing,

    /// <summary>The programmer: a flash slot, and one of its USB group.</summary>
    Programmer,

    /// <summary>Power for the board: a slot of its power group.</summary>
    Power,
}

/// <summary>Lets a bench begin a phase when the locks that it needs are free.</summary>
/// <param name="locks">The locks of all benches.</param>
/// <param name="bench">The bench: owner of what it holds.</param>
/// <param name="powerGroup">Supply that it shares; null for none.</param>
/// <param name="usbGroup">USB hub whose bandwidth it shares; null for none.</param>
public sealed class PhaseGate(SharedLocks locks, string bench, string? powerGroup, string? usbGroup)
{
    /// <summary>The gate of one bench of a configuration.</summary>
    public static PhaseGate Of(SharedLocks locks, BenchEntry bench)
    {
        ArgumentNullException.ThrowIfNull(bench);
        return new PhaseGate(locks, bench.Id, bench.PowerGroup, bench.UsbGroup);
    }

    /// <summary>What a phase needs, by its name.</summary>
    public static PhaseNeed NeedOf(string phase) => phase switch
    {
        "identify" or "backup" or "write" or "re-read" or "restore" => PhaseNeed.Programmer,
        "baseline" or "watch" => PhaseNeed.Power,
        _ => PhaseNeed.Nothing,
    };

    /// <summary>Waits until the locks are free, and takes them.</summary>
    /// <param name="need">What is needed.</param>
    /// <param name="waits">Told for what it waits.</param>
    /// <param name="cancel">Ends the wait at once.</param>
    /// <returns>What is held then; null if nothing is shared.</returns>
    /// <exception cref="SharedLockException">They cannot be had.</exception>
    public async Task<SharedLease?> EnterAsync(PhaseNeed need, Action<LockWait> waits, CancellationToken cancel)
    {
        string?[] wanted = need switch
        {
            PhaseNeed.Programmer => [usbGroup, SharedLocks.Flash],
            PhaseNeed.Power => [powerGroup],
            _ => [],
        };
        string[] names = [.. wanted.OfType<string>().Where(locks.Has)];
        return names.Length == 0 ? null : await locks.TakeAsync(names, bench, waits, cancel);
    }
}
