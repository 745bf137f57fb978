namespace FlashBench.Bench.Report;

/// <summary>Something that happened at one time.</summary>
/// <param name="AtUs">When, on the job's clock.</param>
/// <param name="Text">What, with the time as people read it.</param>
/// <param name="Bad">True if a board should not do it.</param>
internal sealed record TimelineMark(long AtUs, string Text, bool Bad);

/// <summary>Draws marks as lines down a timeline, their texts above it in rows beside each other.</summary>
internal static class TimelineMarks
{
    private const double CharacterWidth = 6.1, RowHeight = 14, FirstRow = 12, Bottom = 332, Gap = 10;
    private const int Rows = 4;

    public static void Write(MarkupWriter page, SvgScale time, IEnumerable<TimelineMark> marks)
    {
        double[] rowEnds = new double[Rows];
        foreach (TimelineMark mark in marks.OrderBy(mark => mark.AtUs))
        {
            double x = time.At(mark.AtUs), width = mark.Text.Length * CharacterWidth;
            bool toTheLeft = x + width > time.End;
            double start = toTheLeft ? x - width : x;
            int row = Array.FindIndex(rowEnds, end => end <= start);
            row = row < 0 ? Rows - 1 : row;
            rowEnds[row] = start + width + Gap;
            WriteMark(page, mark, (x, FirstRow + row * RowHeight), toTheLeft);
        }
    }

    private static void WriteMark(MarkupWriter page, TimelineMark mark, (double X, double Y) at, bool toTheLeft)
    {
        string x = Figures.Place(at.X), color = mark.Bad ? "#a51d1d" : "#5b6675";
        page.Void(
            "line", ("x1", x), ("x2", x), ("y1", Figures.Place(at.Y - 8)), ("y2", Figures.Place(Bottom)),
            ("stroke", color), ("stroke-width", mark.Bad ? "1.6" : "0.8"),
            ("stroke-dasharray", mark.Bad ? "none" : "4 2"));
        page.Element(
            "text", mark.Text, ("x", Figures.Place(at.X + (toTheLeft ? -3 : 3))), ("y", Figures.Place(at.Y)),
            ("text-anchor", toTheLeft ? "end" : "start"), ("class", mark.Bad ? "bad" : ""));
    }
}
