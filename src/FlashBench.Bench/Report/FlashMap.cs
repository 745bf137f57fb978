using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>The chip drawn to scale: regions, and below them the ME region before and after.</summary>
internal static class FlashMap
{
    private const double Left = 64, Right = 990, BarHeight = 34, LeastWidth = 1.5, CharacterWidth = 7.6;

    private static readonly string[] RegionFills = ["#b9c6d8", "#cfd8e4"];

    public static void Write(
        MarkupWriter page, JobFacts facts, JournalData.Audit audit, IReadOnlyList<FlashChange> changes)
    {
        long size = Math.Max(facts.Chip?.SizeBytes ?? 0, facts.Backup?.SizeBytes ?? 0);
        if (size <= 0)
            return;
        JournalData.NamedRange? me = audit.Regions.FirstOrDefault(
            region => region.Name.Equals("me", StringComparison.OrdinalIgnoreCase) && region.Start < region.End);
        using (page.In("figure"))
        {
            page.Element("figcaption", Caption(facts, audit));
            WriteKey(page);
            using (page.In(
                "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", $"0 0 1000 {(me is null ? 74 : 208)}"),
                ("role", "img"), ("aria-label", "Map of the flash chip before and after")))
            {
                WriteHatch(page);
                IReadOnlyList<FlashChange> after = [.. FlashChange.Emptied(facts, changes), .. changes];
                if (me is not null)
                {
                    (JournalData.NamedRange[] Before, JournalData.NamedRange[] After) partitions =
                        (audit.Partitions, (facts.Source ?? audit).Partitions);
                    WriteZoom(page, new SvgScale(me.Start, me.End, Left, Right), (size, me), partitions, after);
                }

                WriteStrip(page, 16, "chip after", new SvgScale(0, size, Left, Right), audit.Regions);
                WriteFates(page, 16, new SvgScale(0, size, Left, Right), after);
            }
        }
    }

    private static string Caption(JobFacts facts, JournalData.Audit audit)
    {
        string before = $"ME region content before: {Figures.Bytes(audit.ContentBytes)}";
        if (facts.Image is not null && facts.Source is { } source)
        {
            before += $"; with the image: {Figures.Bytes(source.ContentBytes)}";
            audit = source;
        }

        JournalData.FlashCheck? after = MeSection.LastCheck(facts);
        return after is null
            ? $"{before}."
            : $"{before}; after: {Figures.Bytes(after.ContentBytes)} "
                + $"({Figures.Percent(after.ContentBytes, audit.ContentBytes)} kept, "
                + $"{Figures.Percent(audit.ContentBytes - after.ContentBytes, audit.ContentBytes)} removed; content is "
                + "every byte that is not 0xFF).";
    }

    private static void WriteKey(MarkupWriter page)
    {
        using (page.In("div", ("class", "key")))
        {
            foreach ((string style, string text) in ((string, string)[])[
                ("k-found", "as found"), ("k-kept", "kept, by plan and hash"), ("k-erased", "removed (0xFF)"),
                ("k-changed", "changed")])
            {
                using (page.In("span"))
                {
                    page.Element("i", "", ("class", style));
                    page.Text(text);
                }
            }
        }
    }

    private static void WriteHatch(MarkupWriter page)
    {
        using (page.In("defs"))
        using (page.In(
            "pattern", ("id", "erased"), ("width", "6"), ("height", "6"), ("patternUnits", "userSpaceOnUse"),
            ("patternTransform", "rotate(45)")))
        {
            page.Void("rect", ("width", "6"), ("height", "6"), ("fill", "#ffffff"));
            page.Void("rect", ("width", "2"), ("height", "6"), ("fill", "#c9ced6"));
        }
    }

    // The part of the chip that the lower strips show larger, then the ME region before and after.
    private static void WriteZoom(
        MarkupWriter page, SvgScale scale, (long Size, JournalData.NamedRange Me) zoom,
        (JournalData.NamedRange[] Before, JournalData.NamedRange[] After) partitions,
        IReadOnlyList<FlashChange> changes)
    {
        var chip = new SvgScale(0, zoom.Size, Left, Right);
        string points = string.Join(' ', new[]
        {
            (chip.At(zoom.Me.Start), 50.0), (chip.At(zoom.Me.End), 50.0), (Right, 88.0), (Left, 88.0),
        }.Select(p => $"{Figures.Place(p.Item1)},{Figures.Place(p.Item2)}"));
        page.Void("polygon", ("points", points), ("fill", "#eef1f5"));
        WriteStrip(page, 88, "ME before", scale, partitions.Before);
        WriteStrip(page, 152, "ME after", scale, [.. partitions.After.Select(range => range with { Name = "" })]);
        WriteFates(page, 152, scale, changes);
        WriteEnd(page, 200, Left, "start", zoom.Me.Start);
        WriteEnd(page, 200, Right, "end", zoom.Me.End);
    }

    private static void WriteStrip(
        MarkupWriter page, double y, string name, SvgScale scale, JournalData.NamedRange[] ranges)
    {
        page.Element(
            "text", name, ("x", "58"), ("y", Figures.Place(y + 21)), ("text-anchor", "end"));
        WriteBox(page, (Left, Right - Left), y, "#eef1f5");
        double labelEnd = Left;
        foreach ((int i, JournalData.NamedRange range) in ranges.OrderBy(range => range.Start).Index())
        {
            (double x, double width) = scale.Span(range.Start, range.End, LeastWidth);
            WriteBox(page, (x, width), y, RegionFills[i % RegionFills.Length]);
            double needed = range.Name.Length * CharacterWidth;
            double at = Math.Max(labelEnd, x + Math.Min(3, width / 2));
            if (needed <= 0 || at + needed > Right)
                continue;
            labelEnd = at + needed + 6;
            page.Element("text", range.Name, ("x", Figures.Place(at)), ("y", Figures.Place(y + BarHeight + 12)));
        }
    }

    private static void WriteFates(MarkupWriter page, double y, SvgScale scale, IReadOnlyList<FlashChange> changes)
    {
        foreach (FlashFate fate in (FlashFate[])[FlashFate.Erased, FlashFate.Kept, FlashFate.Changed])
        {
            foreach ((double x, double width) in Merge(changes.Where(change => change.Fate == fate), scale))
                WriteBox(page, (x, width), y, Fill(fate));
        }
    }

    // Neighbours closer than the eye can tell are drawn as one, so that the drawing stays small.
    private static List<(double X, double Width)> Merge(IEnumerable<FlashChange> changes, SvgScale scale)
    {
        var boxes = new List<(double X, double Width)>();
        foreach (FlashChange change in changes.Where(change => scale.Touches(change.Start, change.End))
            .OrderBy(change => change.Start))
        {
            (double x, double width) = scale.Span(change.Start, change.End, LeastWidth);
            if (boxes.Count > 0 && x <= boxes[^1].X + boxes[^1].Width + 0.2)
                boxes[^1] = (boxes[^1].X, Math.Max(boxes[^1].Width, x + width - boxes[^1].X));
            else
                boxes.Add((x, width));
        }

        return boxes;
    }

    private static string Fill(FlashFate fate) => fate switch
    {
        FlashFate.Kept => "#2e8b57",
        FlashFate.Erased => "url(#erased)",
        FlashFate.Changed => "#d9730d",
        _ => "none",
    };

    private static void WriteBox(MarkupWriter page, (double At, double Length) x, double y, string fill) => page.Void(
        "rect", ("x", Figures.Place(x.At)), ("y", Figures.Place(y)), ("width", Figures.Place(x.Length)),
        ("height", Figures.Place(BarHeight)), ("fill", fill), ("stroke", "#5b6675"), ("stroke-width", "0.4"));

    private static void WriteEnd(MarkupWriter page, double y, double x, string anchor, uint address) => page.Element(
        "text", $"0x{address:X6}", ("x", Figures.Place(x)), ("y", Figures.Place(y)), ("text-anchor", anchor),
        ("class", "dim"));
}
