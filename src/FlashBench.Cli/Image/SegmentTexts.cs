using FlashBench.Firmware.Maps;

namespace FlashBench.Cli.Image;

/// <summary>Words and signs for what a plan does to segments.</summary>
internal static class SegmentTexts
{
    /// <summary>What happens to several segments taken together.</summary>
    public static SegmentState StateOf(IReadOnlyCollection<ImageSegment> segments)
    {
        long content = segments.Sum(s => s.Content), removed = segments.Sum(s => s.Removed);
        if (removed > 0)
            return removed == content ? SegmentState.Removed : SegmentState.PartlyRemoved;
        if (segments.Any(s => s.State == SegmentState.Changed))
            return SegmentState.Changed;
        if (content == 0)
            return SegmentState.Blank;
        return segments.Any(s => s.State == SegmentState.Kept) ? SegmentState.Kept : SegmentState.Untouched;
    }

    /// <summary>One word, at most nine characters.</summary>
    public static string Word(SegmentState state) => state switch
    {
        SegmentState.Blank => "blank",
        SegmentState.Kept => "kept",
        SegmentState.Removed => "removed",
        SegmentState.PartlyRemoved => "partly",
        SegmentState.Changed => "changed",
        _ => "untouched",
    };

    /// <summary>The sign that bars are drawn with.</summary>
    public static char Sign(SegmentState state) => state switch
    {
        SegmentState.Blank => '.',
        SegmentState.Kept => '#',
        SegmentState.Removed => 'x',
        SegmentState.PartlyRemoved => '/',
        SegmentState.Changed => '*',
        _ => '=',
    };

    /// <summary>A share in whole percent; never 0 for something nor 100 for less than all.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole == 0 || part == 0)
            return "0 %";
        double share = 100.0 * part / whole;
        return $"{(part == whole ? 100 : Math.Clamp(Math.Round(share), 1, 99)):0} %";
    }

    /// <summary>What the image is and what becomes of it, a line each.</summary>
    public static IEnumerable<string> Summary(ImageMap map)
    {
        string me = map.Image.Me is { } firmware ? firmware.Title : "no ME firmware that can be read";
        yield return $"{me}; {map.Content:N0} of {map.Image.Image.Length:N0} bytes are content (not FF)";
        if (map.Plan is { } plan)
        {
            yield return plan.IsEmpty
                ? $"policy {plan.Policy}: nothing to change"
                : $"policy {plan.Policy}: removes {map.Removed:N0} of them, leaves {map.Content - map.Removed:N0}";
        }
        else if (map.Refusal is { } refusal)
        {
            yield return $"no plan: {refusal}";
        }
    }
}
