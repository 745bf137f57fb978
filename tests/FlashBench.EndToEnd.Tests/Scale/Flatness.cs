using System.Globalization;
using FlashBench.Bench.Report;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests.Scale;

/// <summary>Whether a run takes more the longer it runs: the quarters of its jobs, and a drawing.</summary>
internal sealed class Flatness(IReadOnlyList<ProcessSample> samples, int jobs)
{
    private const int Quarters = 4;

    public int FilesGrewBy => In(3).Max(sample => sample.Files) - In(1).Max(sample => sample.Files);

    public int ThreadsGrewBy => In(3).Max(sample => sample.Threads) - In(1).Max(sample => sample.Threads);

    /// <summary>A row for each quarter: means, and the most.</summary>
    public string Rows() => string.Concat(Enumerable.Range(0, Quarters).Select(Row));

    /// <summary>Memory, heap, threads and files over the jobs, as an SVG file.</summary>
    public string Drawing()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new RunChart(
            "black/blue: memory in MiB; orange: managed heap in MiB; green: open files; violet: threads",
            "jobs that have ended", "")
        {
            IsLine = true,
        }.WriteDrawing(
            new MarkupWriter(text),
            [Line(sample => sample.ResidentMiB), Line(sample => sample.HeapMiB), Line(sample => sample.Files),
                Line(sample => sample.Threads)]);
        return text.ToString();
    }

    private IReadOnlyList<(double X, double Y)> Line(Func<ProcessSample, double> value) =>
        [.. samples.Select(sample => ((double)sample.Jobs, value(sample)))];

    private string Row(int quarter)
    {
        List<ProcessSample> part = In(quarter);
        double seconds = part[^1].Seconds - part[0].Seconds, done = Math.Max(1, part[^1].Jobs - part[0].Jobs);
        double processor = part[^1].ProcessorSeconds - part[0].ProcessorSeconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {quarter * jobs / Quarters + 1} to {(quarter + 1) * jobs / Quarters} "
            + $"| {part.Average(sample => sample.ResidentMiB):0} / {part.Max(sample => sample.ResidentMiB):0} "
            + $"| {part.Average(sample => sample.HeapMiB):0.0} / {part.Max(sample => sample.HeapMiB):0.0} "
            + $"| {part.Average(sample => sample.Files):0} / {part.Max(sample => sample.Files)} "
            + $"| {part.Average(sample => sample.Threads):0} / {part.Max(sample => sample.Threads)} "
            + $"| {1000 * processor / done:0} | {1000 * seconds / done:0} |\n");
    }

    // Never empty: the sample nearest to its middle stands for a quarter that was over between two samples.
    private List<ProcessSample> In(int quarter)
    {
        List<ProcessSample> part = [.. samples.Where(sample => Math.Min(sample.Jobs * Quarters / jobs, 3) == quarter)];
        double middle = (quarter + 0.5) * jobs / Quarters;
        return part.Count > 0 ? part : [samples.MinBy(sample => Math.Abs(sample.Jobs - middle))!];
    }
}
