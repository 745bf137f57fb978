using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Neutralization by removal: what an ME region loses and what it must keep.</summary>
/// <param name="Edits">All edits, whether or not the bytes are as wanted already; in the region only, the owner of
/// shared bytes first.</param>
/// <param name="Kept">What stays where it is, in the region, ascending.</param>
/// <param name="End">Where the region could end: behind the last byte that stays, with spare pages.</param>
/// <remarks>Source: the me_cleaner project's description of the formats and of what the ME's start needs; checked
/// against its results on real images. Unlike it, bytes of kept partitions are never touched by others that overlap
/// them, and partitions that end past the region are removed as far as they reach.</remarks>
internal sealed record Removal(ImmutableArray<Edit> Edits, ImmutableArray<KeptRange> Kept, long End)
{
    /// <summary>Partition in which ME 11 keeps the board's own configuration.</summary>
    internal const string FileSystem = "MFS";

    private const int PageLength = 0x1000, SparePages = 4; // as me_cleaner leaves them (S-13)

    /// <summary>Works out the removal for a firmware that <see cref="MeFirmware.IsRemovable"/>.</summary>
    /// <param name="image">The image.</param>
    /// <param name="me">Its firmware.</param>
    /// <param name="options">What to keep, and whether to move the code partition.</param>
    /// <exception cref="PlanRefusedException">The code partition is to be moved and cannot be.</exception>
    public static Removal Of(ReadOnlySpan<byte> image, MeFirmware me, NeutralizationOptions options)
    {
        var code = new List<KeptRange>(CodeToKeep(me, options));
        KeptRange[] whole =
        [
            .. me.Table.Partitions.Where(p => p.Name != me.Code.Name && p.Range is not null && options.Keeps(p.Name))
                .Select(p => new KeptRange(p.Name, p.Range!.Value, IsBoardData(p))),
        ];
        // Blank and repeated pages: they tell nothing of a module, and shipped neutralized images have them too.
        var shared = (me.Code.Chunks?.Shared ?? []).Select(c => new KeptRange($"{me.Code.Name} shared chunks", c));
        KeptRange[] kept = [.. code, .. whole, .. shared];

        var keepOut = FlashRangeSet.Merge(kept.Select(k => k.Range));
        var edits = new List<Edit>();
        RemovePartitions(me, options, FlashRangeSet.Merge([.. keepOut, me.Code.Range]), edits);
        RemoveModules(me, keepOut, edits);

        Relocation? relocation = options.Relocate ? Relocation.Of(image, me, edits) : null;
        edits.Insert(0, TableEdit.Of(image, me, options, relocation?.Shift ?? 0));
        edits.InsertRange(1, relocation?.Edits ?? []);
        if (relocation is { Shift: not 0 })
            kept = whole;

        long codeEnd = code.Where(k => !k.Range.IsEmpty).Max(k => k.Range.End) + (relocation?.Shift ?? 0);
        return new Removal([.. edits], Clip(me.Region, kept), PaddedEnd(me.Region, whole, codeEnd));
    }

    /// <summary>True when <paramref name="image"/> is as every edit wants it.</summary>
    public bool IsDone(ReadOnlySpan<byte> image)
    {
        foreach ((FlashRange part, Edit edit) in EditLayers.Flatten(Edits))
        {
            if (!edit.IsDone(image, part))
                return false;
        }

        return true;
    }

    private static IEnumerable<KeptRange> CodeToKeep(MeFirmware me, NeutralizationOptions options)
    {
        if (options.KeepModules)
            yield return new KeptRange(me.Code.Name, me.Code.Range);
        foreach (KeptPart part in me.Code.Fixed)
            yield return new KeptRange($"{me.Code.Name} {part.Name}", part.Range);
        foreach (CodeModule module in me.Code.Modules.Where(m => m.IsKept))
        {
            foreach (FlashRange range in module.Ranges)
                yield return new KeptRange($"{me.Code.Name} {module.Name}", range);
        }
    }

    private static bool IsBoardData(Partition partition) => partition.Name is FileSystem or TableEdit.OldFileSystem;

    private static void RemovePartitions(
        MeFirmware me, NeutralizationOptions options, ImmutableArray<FlashRange> keepOut, List<Edit> edits)
    {
        foreach (Partition partition in me.Table.Partitions)
        {
            if (partition.Range is { } range && partition.Name != me.Code.Name && !options.Keeps(partition.Name))
                Erase(me.Region, range, keepOut, new("remove-partition", $"remove partition {partition.Name}"), edits);
        }
    }

    private static void RemoveModules(MeFirmware me, ImmutableArray<FlashRange> keepOut, List<Edit> edits)
    {
        foreach (CodeModule module in me.Code.Modules.Where(m => !m.IsKept))
        {
            var rule = new ChangeRule("remove-module", $"remove module {module.Name} from {me.Code.Name}");
            foreach (FlashRange range in module.Ranges)
                Erase(me.Region, range, keepOut, rule, edits);
        }

        if (me.Code.Chunks is not { } map)
            return;

        // Chunks that no module claims are removed too.
        var unclaimed = new ChangeRule("remove-chunks", $"remove unused chunks from {me.Code.Name}");
        foreach (FlashRange chunk in FlashRangeSet.Merge(map.Chunks.OfType<FlashRange>()))
            Erase(me.Region, chunk, keepOut, unclaimed, edits);
    }

    private static void Erase(
        FlashRange region, FlashRange range, ImmutableArray<FlashRange> keepOut, ChangeRule rule, List<Edit> edits)
    {
        foreach (FlashRange part in FlashRangeSet.Subtract(region.Intersect(range), keepOut))
            edits.Add(new Edit(part, rule, null));
    }

    private static long PaddedEnd(FlashRange region, KeptRange[] whole, long codeEnd)
    {
        long last = whole.Select(k => k.Range.End).Append(codeEnd).Max() - region.Start;
        // A kept partition can be cut by the region's end already.
        return Math.Min(region.Start + (last / PageLength + 1 + SparePages) * PageLength, region.End);
    }

    private static ImmutableArray<KeptRange> Clip(FlashRange region, KeptRange[] kept) =>
    [
        .. kept.Select(k => k with { Range = region.Intersect(k.Range) }).Where(k => !k.Range.IsEmpty)
            .OrderBy(k => k.Range),
    ];
}
