using System.Globalization;
using FlashBench.Bench.Report;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Maps;

namespace FlashBench.Cli.Image;

/// <summary>A map as a drawing: the flash on the left, the ME region larger on the right. A self-contained SVG
/// without script; kept and removed differ in pattern and in lightness, not in hue alone.</summary>
internal sealed class MapDrawing
{
    private const double Width = 1100, Top = 134, Margin = 24, LabelStep = 15, LeastHeight = 520;
    private const double ChipX = 230, MeX = 600, AloneX = 60, BarWidth = 110, LeastSegment = 0.8;
    private const double LabelGap = 26; // between a bar and its labels: room for the lines that lead to them
    private const int LineColumns = 150;

    private const string Style = """
        text { font-family: "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; font-size: 12px; fill: #1c2430; }
        .title { font-size: 17px; font-weight: 600; }
        .dim { fill: #5b6675; }
        .removed { fill: #a03223; }
        .lead { stroke: #8a94a3; stroke-width: 0.6; fill: none; }
        """;

    private static readonly SegmentState[] Legend =
    [
        SegmentState.Kept, SegmentState.Removed, SegmentState.PartlyRemoved, SegmentState.Changed,
        SegmentState.Untouched, SegmentState.Blank,
    ];

    private readonly MarkupWriter _page;
    private readonly ImageMap _map;
    private double _height;

    private MapDrawing(ImageMap map, TextWriter output) => (_map, _page) = (map, new MarkupWriter(output));

    /// <summary>Draws a map.</summary>
    public static string Of(ImageFile file, ImageMap map)
    {
        using var output = new StringWriter();
        new MapDrawing(map, output).Draw(Path.GetFileName(file.Path));
        return output.ToString();
    }

    private void Draw(string name)
    {
        ImageSegment[] regions = [.. MapText.Regions(_map)];
        ImageSegment[] parts = [.. JoinMetadata(_map.Segments.Where(s => s.Region == "ME"))];
        bool hasMe = _map.Image.Me is not null, hasChip = _map.Image.Kind != ImageKind.MeRegion;
        _height = Math.Max(LeastHeight, (Math.Max(hasMe ? parts.Length : 0, regions.Length) + 1) * LabelStep);
        double bottom = Top + _height + 40;
        using (_page.In(
            "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", $"0 0 {Place(Width)} {Place(bottom)}"),
            ("width", Place(Width)), ("height", Place(bottom)), ("role", "img"),
            ("aria-label", $"Map of {name}")))
        {
            _page.Line();
            _page.Style(Style);
            WritePatterns();
            _page.Void("rect", ("width", "100%"), ("height", "100%"), ("fill", "#ffffff"));
            WriteHead(name);
            if (hasMe && hasChip)
                WriteZoom(new(0, _map.Image.Image.Length), _map.Image.Me!.Region);
            if (hasChip)
                WriteBar("flash", ChipX, new(0, _map.Image.Image.Length), regions, isLeft: true);
            if (hasMe)
                WriteBar("ME region", hasChip ? MeX : AloneX, _map.Image.Me!.Region, parts, isLeft: false);
        }

        _page.Line();
    }

    // A line for each of dozens of metadata files would tell nobody anything.
    private static IEnumerable<ImageSegment> JoinMetadata(IEnumerable<ImageSegment> segments)
    {
        var run = new List<ImageSegment>();
        foreach (ImageSegment segment in segments.Append(null!))
        {
            if (segment is { Kind: SegmentKind.Metadata } && (run.Count == 0 || run[^1].State == segment.State))
            {
                run.Add(segment);
                continue;
            }

            if (run.Count > 0)
                yield return Joined(run);
            run.Clear();
            if (segment is { Kind: SegmentKind.Metadata })
                run.Add(segment);
            else if (segment is not null)
                yield return segment;
        }
    }

    private static ImageSegment Joined(List<ImageSegment> run) => run.Count == 1 ? run[0] : run[0] with
    {
        Name = $"{run[0].Name.Split(' ')[0]} metadata, {run.Count} files",
        Range = new FlashRange(run[0].Range.Start, run[^1].Range.End),
        Content = run.Sum(s => s.Content),
        Removed = run.Sum(s => s.Removed),
    };

    private void WriteHead(string name)
    {
        _page.Element("text", PlainText.Of(name, 100), ("x", Place(Margin)), ("y", "34"), ("class", "title"));
        double y = 56;
        foreach (string line in SegmentTexts.Summary(_map).SelectMany(t => TextLines.Wrap(t, LineColumns)).Take(3))
        {
            _page.Element("text", line, ("x", Place(Margin)), ("y", Place(y)));
            y += 17;
        }

        double x = Margin;
        foreach (SegmentState state in Legend)
        {
            string word = state == SegmentState.PartlyRemoved ? "partly removed (by share)" : SegmentTexts.Word(state);
            WriteBox((x, 97), (22, 12), state, 0.5);
            _page.Element("text", word, ("x", Place(x + 28)), ("y", "107"));
            x += 58 + word.Length * 7;
        }

        _page.Line();
    }

    private void WritePatterns()
    {
        using (_page.In("defs"))
        {
            using (_page.In(
                "pattern", ("id", "removed"), ("width", "6"), ("height", "6"), ("patternUnits", "userSpaceOnUse"),
                ("patternTransform", "rotate(45)")))
            {
                _page.Void("rect", ("width", "6"), ("height", "6"), ("fill", "#fbeae6"));
                _page.Void("rect", ("width", "1.6"), ("height", "6"), ("fill", "#c4523f"));
            }

            using (_page.In(
                "pattern", ("id", "changed"), ("width", "5"), ("height", "5"), ("patternUnits", "userSpaceOnUse")))
            {
                _page.Void("rect", ("width", "5"), ("height", "5"), ("fill", "#f0a73c"));
                _page.Void("circle", ("cx", "2.5"), ("cy", "2.5"), ("r", "1.1"), ("fill", "#5c3a00"));
            }
        }

        _page.Line();
    }

    private void WriteZoom(FlashRange flash, FlashRange me)
    {
        double start = At(flash, me.Start), end = At(flash, me.End), left = ChipX + BarWidth;
        string points = string.Join(' ', new[] { (left, start), (MeX, Top), (MeX, Top + _height), (left, end) }
            .Select(p => $"{Place(p.Item1)},{Place(p.Item2)}"));
        _page.Void("polygon", ("points", points), ("fill", "#eef1f5"));
        _page.Line();
    }

    private void WriteBar(string title, double x, FlashRange whole, ImageSegment[] segments, bool isLeft)
    {
        _page.Element("text", title, ("x", Place(x + BarWidth / 2)), ("y", Place(Top - 8)), ("text-anchor", "middle"));
        foreach (ImageSegment segment in segments)
        {
            double y = At(whole, segment.Range.Start);
            double height = Math.Max(LeastSegment, At(whole, segment.Range.End) - y);
            double kept = segment.Content == 0 ? 0 : 1 - (double)segment.Removed / segment.Content;
            WriteBox((x, y), (BarWidth, height), segment.State, kept);
        }

        _page.Void(
            "rect", ("x", Place(x)), ("y", Place(Top)), ("width", Place(BarWidth)), ("height", Place(_height)),
            ("fill", "none"), ("stroke", "#1c2430"));
        _page.Line();
        double[] places = Spread([.. segments.Select(s => At(whole, s.Range.Start + s.Range.Length / 2))]);
        foreach ((int i, ImageSegment segment) in segments.Index())
            WriteLabel(segment, At(whole, segment.Range.Start + segment.Range.Length / 2), places[i], (x, isLeft));
        string ends = $"0x{whole.Start:X6} to 0x{Math.Max(whole.Start, whole.End - 1):X6}";
        _page.Element(
            "text", ends, ("x", Place(x + BarWidth / 2)), ("y", Place(Top + _height + 18)), ("text-anchor", "middle"),
            ("class", "dim"));
        _page.Line();
    }

    private void WriteLabel(ImageSegment segment, double from, double to, (double X, bool IsLeft) bar)
    {
        double edge = bar.IsLeft ? bar.X : bar.X + BarWidth, side = bar.IsLeft ? -1 : 1;
        string path = $"M{Place(edge)} {Place(from)} L{Place(edge + side * 18)} {Place(to)} h{Place(side * 5)}";
        _page.Void("path", ("d", path), ("class", "lead"));
        using (_page.In(
            "text", ("x", Place(edge + side * LabelGap)), ("y", Place(to + 4)),
            ("text-anchor", bar.IsLeft ? "end" : "start")))
        {
            _page.Text($"{segment.Name}  ");
            _page.Element("tspan", $"{InspectTree.Size(segment.Range.Length)}  ", ("class", "dim"));
            _page.Element("tspan", Fate(segment), ("class", segment.Removed > 0 ? "removed" : "dim"));
        }

        _page.Line();
    }

    private static string Fate(ImageSegment segment) => segment.State == SegmentState.PartlyRemoved
        ? $"{SegmentTexts.Percent(segment.Removed, segment.Content)} removed"
        : SegmentTexts.Word(segment.State);

    // Moves labels apart as little as possible: those that crowd are centred on the place that they crowd around.
    private double[] Spread(double[] wanted)
    {
        var crowds = new List<(double Sum, int Count)>();
        foreach ((int i, double place) in wanted.Index())
        {
            (double Sum, int Count) crowd = (place - i * LabelStep, 1);
            while (crowds.Count > 0 && crowds[^1].Sum / crowds[^1].Count >= crowd.Sum / crowd.Count)
            {
                crowd = (crowd.Sum + crowds[^1].Sum, crowd.Count + crowds[^1].Count);
                crowds.RemoveAt(crowds.Count - 1);
            }

            crowds.Add(crowd);
        }

        double highest = Top + _height - (wanted.Length - 1) * LabelStep;
        return [.. crowds.SelectMany(c => Enumerable.Repeat(Math.Clamp(c.Sum / c.Count, Top, highest), c.Count))
            .Select((place, i) => place + i * LabelStep)];
    }

    private void WriteBox((double X, double Y) at, (double Width, double Height) size, SegmentState state, double kept)
    {
        if (state == SegmentState.PartlyRemoved)
        {
            double left = size.Width * Math.Clamp(kept, 0.02, 0.98);
            WriteRectangle(at, (left, size.Height), Fill(SegmentState.Kept));
            WriteRectangle((at.X + left, at.Y), (size.Width - left, size.Height), Fill(SegmentState.Removed));
            return;
        }

        WriteRectangle(at, size, Fill(state));
    }

    private void WriteRectangle((double X, double Y) at, (double Width, double Height) size, string fill) => _page.Void(
        "rect", ("x", Place(at.X)), ("y", Place(at.Y)), ("width", Place(size.Width)), ("height", Place(size.Height)),
        ("fill", fill), ("stroke", "#5b6675"), ("stroke-width", "0.4"));

    private static string Fill(SegmentState state) => state switch
    {
        SegmentState.Kept => "#1f6f4a",
        SegmentState.Removed => "url(#removed)",
        SegmentState.Changed => "url(#changed)",
        SegmentState.Blank => "#ffffff",
        _ => "#b9c6d8",
    };

    private double At(FlashRange whole, long offset) =>
        Top + _height * (offset - whole.Start) / Math.Max(1, whole.Length);

    private static string Place(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
