using System.Globalization;
using System.Xml.Linq;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>The page of a soak names the journal lines behind its table and its charts, and those lines give what
/// stands there.</summary>
public sealed class SoakSourcesTests : IDisposable
{
    private const int Line = 3, Boot = 4, Lines = 5, Current = 7, Silence = 8;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(3) };

    public SoakSourcesTests() => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"), """
        { "version": 1, "benches": [
          { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
          { "id": "mute", "dutProfile": "virtual-me8",
            "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9, "agent": false } } ] }
        """);

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task Ten_cells_and_points_each_follow_from_the_journal_lines_that_the_page_names()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "2");
        Assert.True(end.ExitCode == 20, end.Error + end.Output); // without an agent nothing can pass
        string run = Directory.GetDirectories(
            Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*").Single();
        XDocument page = XDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(run, RunReport.FileName), TestContext.Current.CancellationToken));
        List<Source> sources = SourcesOf(page, run);
        string[][] table = [.. RowsOf(Named(page, "table").Skip(1).First())];

        // Cells 1 to 6: verdicts, boots and the time to the system, of both rows.
        foreach ((string[] row, string verdict) in table.Zip((string[])["Pass", "Inconclusive"]))
        {
            List<Source> behind = [.. sources.Where(source => source.Bench == row[0])];
            string[] decided = [.. behind.Select(source => source.Decision()).OfType<string>()];
            Assert.Equal(row[2], Text(decided.Length));
            Assert.All(decided, one => Assert.Equal(verdict, one));
            Assert.Equal(row[verdict == "Pass" ? 3 : 5], Text(decided.Length));
            BootDigest[] boots = [.. behind.Select(source => source.Fold())];
            Assert.Equal(row[8], $"{boots.Count(boot => boot.Class == Bench.Watch.BootClass.Alive)} of {boots.Length}");
            Assert.Equal(row[11], Text1(boots.Max(boot => boot.LongestGapSeconds)));
            if (verdict == "Pass")
                Assert.Equal(row[9], Text1(Median(boots.Select(boot => boot.OsUpSeconds!.Value))));
        }

        // And points of the charts: two of current, two of silence.
        List<XElement> figures = [.. Named(page, "figure")];
        (string, int)[] charts = [("Mean supply current", Current), ("Longest silence", Silence)];
        foreach ((string title, int column) in charts)
        {
            XElement[] points = [.. figures.Single(figure => figure.Value.StartsWith(title, StringComparison.Ordinal))
                .Descendants(Svg + "circle")];
            Assert.Equal(sources.Count, points.Length);
            foreach (int at in (int[])[1, points.Length - 1])
            {
                Source source = sources[at];
                BootDigest boot = source.Fold();
                double value = column == Current ? boot.MilliampsMean!.Value : boot.LongestGapSeconds;
                Assert.Equal(Text(value), source.Cells[column]);
                Assert.StartsWith(
                    $"{source.Cells[Boot]}: {Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture)} ",
                    points[at].Value, StringComparison.Ordinal);
            }
        }
    }

    private static List<Source> SourcesOf(XDocument page, string run)
    {
        var found = new List<Source>();
        foreach (XElement details in Named(page, "details"))
        {
            string job = "", bench = details.Elements().First().Value.Split(',')[0];
            foreach (string[] cells in RowsOf(details))
            {
                job = cells[0].Length > 0 ? cells[0] : job;
                found.Add(new Source(bench, Path.Combine(run, job), cells));
            }
        }

        return found;
    }

    private static IEnumerable<XElement> Named(XContainer within, string name) =>
        within.Descendants().Where(element => element.Name.LocalName == name);

    private static IEnumerable<string[]> RowsOf(XContainer table) => Named(table, "tbody").SelectMany(
        body => body.Elements()).Select(row => row.Elements().Select(cell => cell.Value).ToArray());

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Text1(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return Math.Round((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, 3);
    }

    // One line of the page's list, and what its lines of the journal say without any other line but the first.
    private sealed record Source(string Bench, string Directory, string[] Cells)
    {
        private readonly IReadOnlyList<JournalRecord> _records = JournalReader.ReadStrict(
            File.ReadAllBytes(Path.Combine(Directory, JournalWriter.FileName)));

        public string? Decision() => Cells[Line].Length == 0 ? null
            : Assert.IsType<JournalData.Decision>(_records[Number(Cells[Line]) - 1].Data).Verdict.ToString();

        public BootDigest Fold()
        {
            string[] ends = Cells[Lines].Split('–');
            int first = Number(ends[0]) - 1, last = Number(ends[1]) - 1;
            JobFacts facts = JobFold.OfFolder(
                Directory, [.. _records.Where((record, i) => (i >= first && i <= last) || IsNeeded(record, i))]);
            return Assert.Single(JobDigest.Of(facts, FlashBench.Bench.Evidence.Decision.Decide(facts)).Boots);
        }

        // The job's limits, and which bytes of the console's file are whose.
        private static bool IsNeeded(JournalRecord record, int at) =>
            at == 0 || record.Data is JournalData.ConsoleChunk;

        private static int Number(string text) => int.Parse(
            text.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
