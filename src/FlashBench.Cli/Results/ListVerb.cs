using System.CommandLine;
using FlashBench.Cli.Output;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results list`: jobs, newest first.</summary>
internal static class ListVerb
{
    private const int LimitDefault = 20;

    public static Command Create()
    {
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many; 0 for all",
            HelpName = "N",
            DefaultValueFactory = _ => LimitDefault,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !(int.TryParse(result.Tokens[0].Value, out int many) && many >= 0))
                result.AddError("--limit must be a number, 0 or more");
        });
        Option<string?> evidence = OpenResults.EvidenceOption();
        var filter = new FilterOptions();
        var list = new Command("list", "List jobs, newest first");
        filter.AddTo(list);
        list.Options.Add(limit);
        list.Options.Add(evidence);
        list.SetAction((parse, cancel) => Task.FromResult(OpenResults.Read(
            parse, parse.GetValue(evidence), (_, store) =>
            {
                ResultsFilter wanted = filter.Of(parse, TimeProvider.System.GetUtcNow());
                int most = parse.GetValue(limit);
                Show(parse, JobList.Read(store, wanted, most == 0 ? null : most));
                return ExitCodes.Ok;
            }, cancel)));
        return list.WithExamples(
            "flashbench results list",
            "flashbench results list --board X230-0417 --verdict fail",
            "flashbench results list --me 8.1 --since 2026-03-01 --limit 0 --json");
    }

    private static void Show(ParseResult parse, List<JobRow> rows)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
            rows.ForEach(row => ResultJson.Job(output, row));
        else if (rows.Count == 0)
            output.WriteLine("No jobs.");
        else
            TextTable.Write(output, [["JOB", "BENCH", "BOARD", "ME", "VERDICT"], .. rows.Select(Cells)]);
    }

    // The job whole, so that it can be named; the rest fits what is left of 80 columns.
    private static string[] Cells(JobRow row) =>
    [
        PlainText.Of(row.Directory), ResultWords.Cell(row.Bench, 10), ResultWords.Cell(row.Dut, 14),
        ResultWords.Cell(row.MeVersion, 12), row.Outcome,
    ];
}
