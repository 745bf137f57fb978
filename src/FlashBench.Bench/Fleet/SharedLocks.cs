using FlashBench.Bench.Config;

namespace FlashBench.Bench.Fleet;

/// <summary>A lock that several benches share.</summary>
/// <param name="Name">Unique: lower-case letters, digits and dashes.</param>
/// <param name="Capacity">How many may hold it at once; at least 1.</param>
/// <param name="Rank">Place in the one order in which locks are taken; those of one rank are ordered by name.</param>
public sealed record SharedLockSpec(string Name, int Capacity, int Rank);

/// <summary>Why somebody waits.</summary>
/// <param name="Lock">Name of the lock.</param>
/// <param name="Holders">Who holds it, longest first.</param>
/// <param name="Ahead">How many wait already, and are served before.</param>
public sealed record LockWait(string Lock, IReadOnlyList<string> Holders, int Ahead)
{
    private const int HoldersShown = 8;

    /// <summary>"waits for psu1, held by b03, b07".</summary>
    public override string ToString()
    {
        string more = Holders.Count > HoldersShown ? $" and {Holders.Count - HoldersShown} more" : "";
        string ahead = Ahead > 0 ? $"; {Ahead} before it" : "";
        return $"waits for {Lock}, held by {string.Join(", ", Holders.Take(HoldersShown))}{more}{ahead}";
    }
}

/// <summary>How a lock stands at one moment.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="Holders">Who holds it in this process, longest first.</param>
/// <param name="Waiters">Who waits in this process, next first.</param>
public sealed record SharedLockState(
    SharedLockSpec Lock, IReadOnlyList<string> Holders, IReadOnlyList<string> Waiters);

/// <summary>The locks that the benches of one controller share: first come, first served, and never a deadlock.
/// </summary>
/// <remarks>
/// For use by any threads; each waiter goes on in the synchronization context that it came from. Whoever needs several
/// asks for them at once: they are taken in one order, the same for everybody. Benches on different clocks (virtual and
/// real) must not share an instance, since a virtual clock does not wait for a real one.
/// </remarks>
public sealed class SharedLocks
{
    /// <summary>Name of the lock of all benches that use their programmers.</summary>
    public const string Flash = "flash";

    private readonly SharedLock[] _inOrder;

    /// <summary>Makes the locks.</summary>
    /// <param name="locks">Names are unique.</param>
    /// <param name="files">Where all processes of the host count their slots; null if only this process counts, as on
    /// virtual time.</param>
    public SharedLocks(IEnumerable<SharedLockSpec> locks, SlotFiles? files = null)
    {
        ArgumentNullException.ThrowIfNull(locks);
        _inOrder =
        [
            .. locks.OrderBy(spec => spec.Rank).ThenBy(spec => spec.Name, StringComparer.Ordinal)
                .Select(spec => new SharedLock(spec, files)),
        ];
        if (_inOrder.DistinctBy(shared => shared.Spec.Name).Count() != _inOrder.Length)
            throw new ArgumentException("two locks have one name", nameof(locks));
    }

    /// <summary>The locks that a configuration names.</summary>
    /// <param name="config">The host's configuration.</param>
    /// <param name="files">As for the constructor.</param>
    public static SharedLocks Of(BenchConfig config, SlotFiles? files = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new SharedLocks(
            [
                .. config.PowerGroups.Where(group => group.MaxOnAtOnce is not null)
                    .Select(group => new SharedLockSpec(group.Id, group.MaxOnAtOnce!.Value, Rank: 0)),
                .. config.UsbGroups.Select(group => new SharedLockSpec(group.Id, group.MaxParallelFlash, Rank: 1)),
                new SharedLockSpec(Flash, config.Policy.MaxParallelFlash, Rank: 2),
            ],
            files);
    }

    /// <summary>True if there is a lock of that name.</summary>
    public bool Has(string name) => Array.Exists(_inOrder, shared => shared.Spec.Name == name);

    /// <summary>How all locks stand now, in the order in which they are taken.</summary>
    public IReadOnlyList<SharedLockState> Snapshot() => [.. _inOrder.Select(shared => shared.State)];

    /// <summary>Takes all of the named locks.</summary>
    /// <param name="names">Which ones; the order does not matter. The caller holds none that comes later in the order
    /// than one of these.</param>
    /// <param name="owner">Who takes them: the bench's id.</param>
    /// <param name="waits">Told, on the caller's thread, each time that one of them is not free at once.</param>
    /// <param name="cancel">Ends the wait at once; then nothing is held.</param>
    /// <exception cref="SharedLockException">A lock file cannot be used, or no slot will ever be free.</exception>
    public async Task<SharedLease> TakeAsync(
        IReadOnlyCollection<string> names, string owner, Action<LockWait> waits, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(waits);
        if (names.FirstOrDefault(name => !Has(name)) is { } unknown)
            throw new ArgumentException($"there is no lock {unknown}", nameof(names));
        var lease = new SharedLease();
        bool complete = false;
        try
        {
            foreach (SharedLock shared in _inOrder.Where(shared => names.Contains(shared.Spec.Name)))
                lease.Add(await shared.TakeAsync(owner, waits, cancel));
            complete = true;
            return lease;
        }
        finally
        {
            if (!complete)
                lease.Dispose();
        }
    }
}
