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
    private const int StepsMax = 6;

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
        (double endX, double stepX) = Axis(Math.Max(1, points.Max(point => point.X)));
        var x = new SvgScale(0, endX, Left, Right);
        double top = Math.Max(Math.Max(YMin, Limit ?? 0), points.Max(point => point.Y));
        (double endY, double stepY) = Axis(top);
        var y = new SvgScale(0, endY, Bottom, Top);
        using (page.In(
            "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 1000 232"), ("role", "img"),
            ("aria-label", Title)))
        {
            WriteAxes(page, (x, stepX), (y, stepY));
            if (Limit is double limit)
                WriteLimit(page, y.At(limit));
            for (int image = 0; image < series.Count; image++)
                WriteSeries(page, series[image], ColourOf(image), (x, y));
        }
    }

    // Its end, and the step between two labels: 1, 2 or 5 times a power of ten.
    private static (double End, double Step) Axis(double most)
    {
        double step = 1e-3;
        for (int i = 0; most > step * StepsMax; i++)
            step *= i % 3 == 1 ? 2.5 : 2;
        return (Math.Round(Math.Ceiling(Math.Round(most / step, 6)) * step, 6), step);
    }

    private void WriteAxes(MarkupWriter page, (SvgScale Scale, double Step) x, (SvgScale Scale, double Step) y)
    {
        for (double value = 0; value <= y.Scale.To + y.Step / 2; value += y.Step)
        {
            Line(page, (Left, y.Scale.At(value)), (Right, y.Scale.At(value)), "#d5dbe3");
            Label(page, (Left - 6, y.Scale.At(value) + 4), Figure(value), "end");
        }

        for (double value = 0; value <= x.Scale.To + x.Step / 2; value += x.Step)
            Label(page, (x.Scale.At(value), Bottom + 14), Figure(value), "middle");

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
            using (page.In(
                "circle", ("cx", Figures.Place(scale.X.At(x))), ("cy", Figures.Place(scale.Y.At(y))), ("r", "2.4"),
                ("fill", colour), ("fill-opacity", "0.7")))
            {
                page.Element("title", $"{Figure(x)}: {Figure(y)} {Y}");
            }
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
