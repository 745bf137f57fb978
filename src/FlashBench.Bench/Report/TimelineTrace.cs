using System.Text;

namespace FlashBench.Bench.Report;

/// <summary>Draws a long series of samples as one line that keeps every extreme.</summary>
internal static class TimelineTrace
{
    // A hole this long in the samples shows as a hole in the line.
    private const long HoleUs = 5_000_000;

    /// <summary>The `d` of an SVG path: the first, least, largest and last value of each column.</summary>
    /// <param name="samples">In order of time.</param>
    /// <param name="time">Time to x.</param>
    /// <param name="value">Value to y.</param>
    /// <returns>Empty if there is no sample inside the drawing.</returns>
    public static string Path(IReadOnlyList<(long AtUs, int Milli)> samples, SvgScale time, SvgScale value)
    {
        var path = new StringBuilder();
        (string X, string Y) last = ("", "");
        for (int i = 0; i < samples.Count;)
        {
            double column = Math.Floor(time.At(samples[i].AtUs));
            int end = i + 1;
            while (end < samples.Count && Math.Floor(time.At(samples[end].AtUs)) == column
                && samples[end].AtUs - samples[end - 1].AtUs <= HoleUs)
            {
                end++;
            }

            string x = Figures.Place(column);
            bool hole = i > 0 && samples[i].AtUs - samples[i - 1].AtUs > HoleUs;
            foreach (int milli in Extremes(samples, i, end))
            {
                (string X, string Y) point = (x, Figures.Place(value.At(milli)));
                if (hole || point != last)
                    path.Append(path.Length == 0 || hole ? 'M' : 'L').Append(point.X).Append(' ').Append(point.Y);
                (last, hole) = (point, false);
            }

            i = end;
        }

        return path.ToString();
    }

    private static int[] Extremes(IReadOnlyList<(long AtUs, int Milli)> samples, int start, int end)
    {
        int least = samples[start].Milli, largest = least;
        for (int i = start + 1; i < end; i++)
            (least, largest) = (Math.Min(least, samples[i].Milli), Math.Max(largest, samples[i].Milli));
        return [samples[start].Milli, least, largest, samples[end - 1].Milli];
    }
}
