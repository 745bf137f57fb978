using System.Collections.Immutable;

namespace FlashBench.Firmware.Composition;

/// <summary>What a board shall get of another image.</summary>
/// <param name="Regions">Names of <see cref="ReplaceableRegions"/>, at least one; empty for the whole chip.</param>
/// <param name="WholeChip">True to take everything, the board's own data too.</param>
/// <param name="Majors">Major versions of the ME that the board's profile is for.</param>
public sealed record CompositionOrder(
    ImmutableArray<string> Regions, bool WholeChip, ImmutableArray<int> Majors)
{
    /// <summary>True if the board gets the image's ME.</summary>
    internal bool TakesMe => WholeChip || Regions.Contains(ReplaceableRegions.Me);
}
