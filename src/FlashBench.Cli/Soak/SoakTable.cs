using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Soak;

/// <summary>The table of the morning, within 80 columns: what does not fit there by its name has a number.</summary>
internal static class SoakTable
{
    private const int Columns = 80, NameMax = 24, BenchMin = 8, BenchColumn = 0;

    /// <summary>Writes the table, and below it the names of the numbers.</summary>
    public static void Write(TextWriter output, IReadOnlyList<RunRow> rows)
    {
        List<RunImage> images = [.. rows.Select(row => row.Image).OfType<RunImage>().Distinct()];
        List<string[]> table = TableOf(rows, image => PlainText.Of(image.Name, NameMax));
        if (TextTable.WidthOf(table) <= Columns)
        {
            TextTable.Write(output, table);
            return;
        }

        table = TableOf(rows, image => NumberOf(images.IndexOf(image)));
        int tooWide = TextTable.WidthOf(table) - Columns;
        int bench = Math.Max(BenchMin, table.Max(row => row[BenchColumn].Length) - tooWide);
        foreach (string[] row in table.Where(row => row[BenchColumn].Length > bench))
            row[BenchColumn] = $"{row[BenchColumn][..(bench - 2)]}..";
        TextTable.Write(output, table);
        for (int i = 0; i < images.Count; i++)
            output.WriteLine($"{NumberOf(i)}  {PlainText.Of(images[i].Name)} ({PlainText.Of(images[i].Me)})");
    }

    private static string NumberOf(int image) => string.Create(CultureInfo.InvariantCulture, $"#{image + 1}");

    private static List<string[]> TableOf(IEnumerable<RunRow> rows, Func<RunImage, string> name) =>
    [
        ["bench", "image", "jobs", "pass", "fail", "incon.", "error", "flaky", "boots", "OS up", "drift"],
        .. rows.Select(row => (string[])
        [
            row.Bench.Id, row.Image is { } image ? name(image) : "own", Figure(row.Jobs),
            Figure(row.Count(Verdict.Pass)), Figure(row.Count(Verdict.Fail)), Figure(row.Count(Verdict.Inconclusive)),
            Figure(row.Count(Verdict.Error) + row.Count(Verdict.Aborted)), Figure(row.Flaky),
            $"{row.Boots - row.BootsLost}/{row.Boots}", Seconds(row.OsUpMedian), Seconds(row.OsUpDrift),
        ]),
    ];

    private static string Figure(int count) => count.ToString(CultureInfo.InvariantCulture);

    // Zero has no sign here.
    private static string Seconds(double? seconds) => seconds is double value
        ? (Math.Round(value, 1) + 0.0).ToString("0.0 s", CultureInfo.InvariantCulture) : "-";
}
