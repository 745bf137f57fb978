namespace FlashBench.Bench.Report;

/// <summary>Maps values onto one direction of a drawing; what lies outside is drawn at the edge.</summary>
/// <param name="From">Smallest value.</param>
/// <param name="To">Largest value; more than <paramref name="From"/>.</param>
/// <param name="Start">Where the smallest one is drawn.</param>
/// <param name="End">Where the largest one is drawn; may be less than <paramref name="Start"/>.</param>
internal readonly record struct SvgScale(double From, double To, double Start, double End)
{
    public double At(double value) =>
        To > From ? Start + (End - Start) * (Math.Clamp(value, From, To) - From) / (To - From) : Start;

    /// <summary>Place and length of a range, at least <paramref name="least"/> long so that it is seen.</summary>
    public (double X, double Width) Span(double start, double end, double least)
    {
        double x = At(start);
        return (Math.Min(x, End - least), Math.Max(At(end) - x, least));
    }

    /// <summary>True if a range has a part inside.</summary>
    public bool Touches(double start, double end) => start < To && end > From;

    /// <summary>The next 1, 2 or 5 times a power of ten at or above a value.</summary>
    public static double RoundUp(double value)
    {
        double decade = 1;
        while (decade < value && decade < 1e12)
        {
            foreach (int step in (int[])[2, 5, 10])
            {
                if (decade * step >= value)
                    return decade * step;
            }

            decade *= 10;
        }

        return decade;
    }
}
