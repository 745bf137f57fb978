using System.Globalization;
using FlashBench.Bench.Report;

namespace FlashBench.Bench.Runs;

/// <summary>One drawing of a run: axes, and a line or dots for each image.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="X">Label of the horizontal axis.</param>
/// <param name="Y">Label of the vertical axis.</param>
internal sealed record RunChart(string Title, string X, string Y)
{
    private const double Left = 64, Right = 984, Top = 16, Bottom = 196;
    private const int Ticks = 5;

    // Told apart on paper and by most people who do not see all colours.
    private static readonly string[] Colours =
        ["#1f4e8c", "#b5541c", "#0b6b3a", "#7a3a8c", "#8a5700", "#a51d1d", "#2f8c8c", "#5b6675"];

    /// <summary>A value that must not be exceeded; null for none.</summary>
    public double? Limit { get; init; }

    /// <summary>Smallest range of the vertical axis, from 0.</summary>
    public double YMin { get; init; } = 1;

    /// <summary>True for lines, false for dots.</summary>
    public bool IsLine { get; init; }

    /// <summary>Colour of the n-th image.</summary>
    public static string ColourOf(int image) => Colours[image % Colours.Length];

    /// <summary>Draws it as a figure of a page.</summary>
    /// <param name="page">Where.</param>
    /// <param name="series">Per image, in order: points by x.</param>
    public void Write(MarkupWriter page, IReadOnlyList<IReadOnlyList<(double X, double Y)>> series)
    {
        if (series.All(one => one.Count == 0))
            return;
        using (page.In("figure"))
        {
            page.Element("figcaption", Title);
            WriteDrawing(page, series);
        }

        page.Line();
    }

    /// <summary>The drawing alone, a whole SVG document; as <see cref="Write"/>, for at least one point.</summary>
    public void WriteDrawing(MarkupWriter page, IReadOnlyList<IReadOnlyList<(double X, double Y)>> series)
    {
        var points = series.SelectMany(one => one).ToList();
        var x = new SvgScale(0, SvgScale.RoundUp(Math.Max(1, points.Max(point => point.X))), Left, Right);
        double top = Math.Max(Math.Max(YMin, Limit ?? 0), points.Max(point => point.Y));
        var y = new SvgScale(0, SvgScale.RoundUp(top), Bottom, Top);
        using (page.In(
            "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 1000 232"), ("role", "img"),
            ("aria-label", Title)))
        {
            WriteAxes(page, x, y);
            if (Limit is double limit)
                WriteLimit(page, y.At(limit));
            for (int image = 0; image < series.Count; image++)
                WriteSeries(page, series[image], ColourOf(image), (x, y));
        }
    }

    private void WriteAxes(MarkupWriter page, SvgScale x, SvgScale y)
    {
        for (int i = 0; i <= Ticks; i++)
        {
            double valueX = x.To * i / Ticks, valueY = y.To * i / Ticks;
            Line(page, (Left, y.At(valueY)), (Right, y.At(valueY)), "#d5dbe3");
            Label(page, (Left - 6, y.At(valueY) + 4), Figure(valueY), "end");
            Label(page, (x.At(valueX), Bottom + 14), Figure(valueX), "middle");
        }

        Label(page, (Right, Bottom + 30), X, "end");
        Label(page, (Left, Top - 4), Y, "start");
    }

    private void WriteSeries(
        MarkupWriter page, IReadOnlyList<(double X, double Y)> points, string colour, (SvgScale X, SvgScale Y) scale)
    {
        if (IsLine)
        {
            string drawn = string.Join(' ', points.Select(
                point => $"{Figures.Place(scale.X.At(point.X))},{Figures.Place(scale.Y.At(point.Y))}"));
            page.Void(
                "polyline", ("points", drawn), ("fill", "none"), ("stroke", colour), ("stroke-width", "1.8"));
            return;
        }

        foreach ((double x, double y) in points)
        {
            page.Void(
                "circle", ("cx", Figures.Place(scale.X.At(x))), ("cy", Figures.Place(scale.Y.At(y))), ("r", "2.4"),
                ("fill", colour), ("fill-opacity", "0.7"));
        }
    }

    private static void WriteLimit(MarkupWriter page, double y) => page.Void(
        "line", ("x1", Figures.Place(Left)), ("x2", Figures.Place(Right)), ("y1", Figures.Place(y)),
        ("y2", Figures.Place(y)), ("stroke", "#a51d1d"), ("stroke-dasharray", "6 4"));

    private static void Line(MarkupWriter page, (double X, double Y) from, (double X, double Y) to, string colour) =>
        page.Void(
            "line", ("x1", Figures.Place(from.X)), ("y1", Figures.Place(from.Y)), ("x2", Figures.Place(to.X)),
            ("y2", Figures.Place(to.Y)), ("stroke", colour));

    private static void Label(MarkupWriter page, (double X, double Y) at, string text, string anchor) => page.Element(
        "text", text, ("x", Figures.Place(at.X)), ("y", Figures.Place(at.Y)), ("text-anchor", anchor),
        ("font-size", "11"), ("fill", "#5b6675"));

    private static string Figure(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
