using System.Collections.Immutable;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Maps;

/// <summary>Says what a plan does to ranges that are asked for in ascending order.</summary>
/// <param name="image">The image.</param>
/// <param name="plan">The plan, or null.</param>
internal sealed class PlanFates(ReadOnlyMemory<byte> image, ImagePlan? plan)
{
    private readonly ImmutableArray<ImageChange> _changes = plan?.Changes ?? [];
    private readonly ImmutableArray<FlashRange> _kept = FlashRangeSet.Merge(plan?.Kept.Select(k => k.Range) ?? []);
    private readonly FlashRange _result = new(0, plan?.ResultLength ?? image.Length);

    private int _change; // the first that ends behind the ranges judged so far
    private int _keep;

    /// <summary>The segment that <paramref name="layer"/> has in <paramref name="range"/>.</summary>
    public ImageSegment Judge(FlashRange range, MapLayer layer)
    {
        long content = Blank.CountProgrammed(range.Of(image.Span));
        FlashRange stays = _result.Intersect(range);
        long removed = content - Blank.CountProgrammed(stays.Of(image.Span));
        bool isChanged = false;
        for (_change = Skip(_change, range.Start); Starts(_change, range.End); _change++)
        {
            ImageChange change = _changes[_change];
            if (change.Content is null)
                removed += Blank.CountProgrammed(stays.Intersect(change.Range).Of(image.Span));
            else
                isChanged = true;
            if (change.Range.End > range.End)
                break; // it reaches into the next range
        }

        SegmentState state = StateOf(content, removed, isChanged, IsKept(range));
        return new ImageSegment(range, layer.Kind, layer.Name, layer.Region, content, removed, state);
    }

    private int Skip(int change, long offset)
    {
        while (change < _changes.Length && _changes[change].Range.End <= offset)
            change++;
        return change;
    }

    private bool Starts(int change, long end) => change < _changes.Length && _changes[change].Range.Start < end;

    private bool IsKept(FlashRange range)
    {
        while (_keep < _kept.Length && _kept[_keep].End <= range.Start)
            _keep++;
        return _keep < _kept.Length && _kept[_keep].Overlaps(range);
    }

    private static SegmentState StateOf(long content, long removed, bool isChanged, bool isKept) => content switch
    {
        _ when isChanged => SegmentState.Changed,
        0 => SegmentState.Blank,
        _ when removed == content => SegmentState.Removed,
        _ when removed > 0 => SegmentState.PartlyRemoved,
        _ => isKept ? SegmentState.Kept : SegmentState.Untouched,
    };
}
