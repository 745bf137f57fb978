using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Power;

/// <summary>The supplies that the benches of one controller share.</summary>
/// <param name="groups">As the configuration names them.</param>
/// <param name="folder">Folder of their lock files, made when first needed; null where no other process counts, as on
/// virtual time.</param>
/// <param name="time">Clock of the waits.</param>
public sealed class SupplyGroups(IReadOnlyList<PowerGroupEntry> groups, string? folder, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SupplyGroup> _made = [];

    /// <summary>The supply of a bench, one for all that share it.</summary>
    /// <returns>Null if the bench has one of its own.</returns>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be made.</exception>
    public SupplyGroup? Of(BenchEntry bench)
    {
        ArgumentNullException.ThrowIfNull(bench);
        if (groups.FirstOrDefault(group => group.Id == bench.PowerGroup) is not { } entry)
            return null;
        lock (_gate)
        {
            if (_made.TryGetValue(entry.Id, out SupplyGroup? made))
                return made;
            if (folder is not null)
                DurableFile.CreateDirectory(folder);
            string? file = folder is null ? null : Path.Combine(folder, entry.Id + ".lock");
            return _made[entry.Id] = new SupplyGroup(file, entry.Id, entry.Stagger, time);
        }
    }
}
