using System.Collections.Immutable;

namespace FlashBench.Firmware.Neutralization;

/// <summary>What neutralization does to an image, as switches; every policy is a set of them.</summary>
/// <remarks>The switches mean what me_cleaner's options mean (S-13), so that scripts can move over: <c>-S</c> is
/// <see cref="SetDisableBit"/>, <c>-s</c> is that with <see cref="Remove"/> off, and so on.</remarks>
public sealed record NeutralizationOptions
{
    /// <summary>Name of the policy, for plans and records.</summary>
    public required string Policy { get; init; }

    /// <summary>Take out partitions and modules, or what stands for that in the generation: a generation-1 region and
    /// an Ignition stub are erased whole. Off for <c>-s</c>.</summary>
    public bool Remove { get; init; } = true;

    /// <summary>Keep all modules of the code partition (<c>-k</c>).</summary>
    public bool KeepModules { get; init; }

    /// <summary>Partitions to keep beside the code partition (<c>-w</c>).</summary>
    public ImmutableArray<string> KeepPartitions { get; init; } = [];

    /// <summary>When not null, the only partitions to remove (<c>-b</c>): all others stay, and the code partition
    /// always does.</summary>
    public ImmutableArray<string>? RemovePartitions { get; init; }

    /// <summary>Move the code partition to the start of the region (<c>-r</c>).</summary>
    public bool Relocate { get; init; }

    /// <summary>Cut a bare region behind the last byte that it needs (<c>-t</c>). A full dump keeps its length; only
    /// what is taken out of it is cut.</summary>
    public bool Truncate { get; init; }

    /// <summary>Set the bit that halts the ME: AltMeDisable, HAP, or the straps of generation 1 (<c>-S</c>, <c>-s</c>).
    /// </summary>
    public bool SetDisableBit { get; init; }

    /// <summary>Let the ME read and write nothing of the flash but its own region (<c>-d</c>).</summary>
    public bool LimitAccess { get; init; }

    /// <summary>True when the options keep a partition of that name whole.</summary>
    internal bool Keeps(string partition) =>
        RemovePartitions is { } removed ? !removed.Contains(partition) : KeepPartitions.Contains(partition);
}
