using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Maps;

namespace FlashBench.Cli.Image;

/// <summary>A map as text for a terminal of 80 columns.</summary>
/// <param name="output">Where to.</param>
internal sealed class MapText(TextWriter output)
{
    private const int Columns = 80, StripColumns = 68, BarColumns = 19, NameColumns = 20;

    /// <summary>Writes a map.</summary>
    public void Write(ImageFile file, ImageMap map)
    {
        output.WriteLine(PlainText.Of(file.Path));
        foreach (string line in SegmentTexts.Summary(map).SelectMany(text => TextLines.Wrap(text, Columns)))
            output.WriteLine(line);
        if (map.Image.Kind != ImageKind.MeRegion)
            WriteTable("image", new(0, map.Image.Image.Length), [.. Regions(map)]);
        if (map.Image.Me is { } me)
            WriteTable("ME region", me.Region, [.. map.Segments.Where(s => s.Region == "ME")]);
        output.WriteLine();
        output.WriteLine("= untouched  . blank  # kept  x removed  / partly removed  * changed");
    }

    /// <summary>The regions of a map: neighbouring segments of one region taken together.</summary>
    public static IEnumerable<ImageSegment> Regions(ImageMap map)
    {
        var run = new List<ImageSegment>();
        foreach (ImageSegment segment in map.Segments)
        {
            if (run.Count > 0 && run[0].Region != segment.Region)
            {
                yield return Join(run);
                run.Clear();
            }

            run.Add(segment);
        }

        if (run.Count > 0)
            yield return Join(run);
    }

    private static ImageSegment Join(List<ImageSegment> run) => run[0] with
    {
        Range = new FlashRange(run[0].Range.Start, run[^1].Range.End),
        Name = run[0].Region.Length > 0 ? run[0].Region : run[0].Name,
        Content = run.Sum(s => s.Content),
        Removed = run.Sum(s => s.Removed),
        State = SegmentTexts.StateOf(run),
    };

    private void WriteTable(string title, FlashRange whole, ImageSegment[] segments)
    {
        output.WriteLine();
        output.WriteLine($"{title,-9}|{Strip(whole, segments)}|");
        output.WriteLine($"{"start",-8} {"bytes",10} {"content",7} {"plan",-9} {"place",-21} name");
        foreach (ImageSegment segment in segments)
        {
            string share = SegmentTexts.Percent(segment.Content, segment.Range.Length);
            output.WriteLine(
                $"0x{segment.Range.Start:X6} {segment.Range.Length,10:N0} {share,7} " +
                $"{SegmentTexts.Word(segment.State),-9} |{Bar(whole, segment)}| {Short(segment.Name)}");
        }
    }

    // Every column shows the segment that has most of its bytes.
    private static string Strip(FlashRange whole, ImageSegment[] segments)
    {
        long[] most = new long[StripColumns];
        char[] signs = new char[StripColumns];
        Array.Fill(signs, ' ');
        foreach (ImageSegment segment in segments)
        {
            (int first, int end) = Place(whole, segment.Range, StripColumns);
            for (int i = first; i < end; i++)
            {
                var column = new FlashRange(Edge(whole, i), Edge(whole, i + 1));
                long bytes = column.Intersect(segment.Range).Length;
                if (bytes > most[i])
                    (most[i], signs[i]) = (bytes, SegmentTexts.Sign(segment.State));
            }
        }

        return new string(signs);
    }

    private static long Edge(FlashRange whole, int column) => whole.Start + whole.Length * column / StripColumns;

    private static string Bar(FlashRange whole, ImageSegment segment)
    {
        (int first, int end) = Place(whole, segment.Range, BarColumns);
        string bar = new string(' ', first) + new string(SegmentTexts.Sign(segment.State), end - first);
        return bar.PadRight(BarColumns);
    }

    // The columns that a range touches; at least one.
    private static (int First, int End) Place(FlashRange whole, FlashRange range, int columns)
    {
        long length = Math.Max(1, whole.Length);
        int first = (int)((range.Start - whole.Start) * columns / length);
        int end = (int)(((range.End - whole.Start) * columns + length - 1) / length);
        return (Math.Min(first, columns - 1), Math.Clamp(end, first + 1, columns));
    }

    private static string Short(string name) =>
        name.Length <= NameColumns ? name : string.Concat(name.AsSpan(0, NameColumns - 2), "..");
}
