using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Firmware.Composition;

namespace FlashBench.Bench.Jobs;

/// <summary>An image file of which the board gets something before it is neutralized.</summary>
/// <param name="File">Its content, unpacked; must not be changed afterwards.</param>
/// <param name="Regions">Names of <see cref="ReplaceableRegions"/>; empty for the whole chip.</param>
/// <param name="WholeChip">True if the operator typed the board's serial: everything is taken, the board's own data
/// too.</param>
public sealed record ImageToTake(ReadOnlyMemory<byte> File, IReadOnlyList<string> Regions, bool WholeChip)
{
    /// <summary>What a board of a profile gets by it.</summary>
    public CompositionOrder Order(DutProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return new CompositionOrder([.. Regions], WholeChip, [.. profile.Me.Majors]);
    }

    /// <summary>What a job was asked by its record.</summary>
    internal static CompositionOrder Order(JournalData.Image asked, DutProfile profile) =>
        new([.. asked.Regions], asked.WholeChip, [.. profile.Me.Majors]);
}
