using System.CommandLine;
using System.Globalization;
using FlashBench.Cli.Output;
using FlashBench.Results.Queries;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results trend`: how groups of jobs did.</summary>
internal static class TrendVerb
{
    private static readonly Dictionary<string, (TrendGroup Group, string Heading)> Groups = new()
    {
        ["me"] = (TrendGroup.Me, "ME VERSION"),
        ["board"] = (TrendGroup.Board, "BOARD"),
        ["bench"] = (TrendGroup.Bench, "BENCH"),
        ["programmer"] = (TrendGroup.Programmer, "PROGRAMMER"),
        ["image"] = (TrendGroup.Image, "IMAGE"),
    };

    public static Command Create()
    {
        var by = new Option<string>("--by")
        {
            Description = "What the jobs of one line have in common",
            HelpName = string.Join('|', Groups.Keys),
            DefaultValueFactory = _ => "me",
        };
        by.AcceptOnlyFromAmong([.. Groups.Keys]);
        Option<string?> evidence = OpenResults.EvidenceOption();
        var filter = new FilterOptions();
        var trend = new Command(
            "trend", "Show pass rate, first failure and time to the system per ME version, board, bench, programmer "
            + "or image (negative controls and restores are left out)");
        trend.Options.Add(by);
        filter.AddTo(trend);
        trend.Options.Add(evidence);
        trend.SetAction((parse, cancel) => Task.FromResult(OpenResults.Read(
            parse, parse.GetValue(evidence), (_, store) =>
            {
                string named = parse.GetValue(by)!;
                ResultsFilter wanted = filter.Of(parse, TimeProvider.System.GetUtcNow());
                Show(parse, named, Trend.Read(store, Groups[named].Group, wanted));
                return ExitCodes.Ok;
            }, cancel)));
        return trend.WithExamples(
            "flashbench results trend --by me", "flashbench results trend --by bench --since 30d");
    }

    private static void Show(ParseResult parse, string by, List<TrendRow> rows)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            rows.ForEach(row => ResultJson.Trend(output, by, row));
            return;
        }

        if (rows.Count == 0)
        {
            output.WriteLine("No jobs.");
            return;
        }

        TextTable.Write(output,
        [
            [
                Groups[by].Heading, "JOBS", "PASS%", "FAIL", "INC", "ERR", "FLAKY", "UP s", "s/DAY", "FIRST FAIL",
            ],
            .. rows.Select(Cells),
        ]);
    }

    private static string[] Cells(TrendRow row) =>
    [
        ResultWords.Cell(row.Key, 18), Count(row.Jobs), ResultWords.Number(row.PassRate * 100, "0.0"), Count(row.Fail),
        Count(row.Inconclusive), Count(row.Error), Count(row.Flaky), ResultWords.Number(row.OsUpSeconds, "0.0"),
        ResultWords.Number(row.DriftSecondsPerDay, "+0.00;-0.00;0.00"), ResultWords.Day(row.FirstFailure),
    ];

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}
