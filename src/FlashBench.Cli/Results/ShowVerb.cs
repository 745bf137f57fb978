using System.CommandLine;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Output;
using FlashBench.Results.Catalog;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results show JOB`: everything about one job, with the lines of its journal behind it.</summary>
internal static class ShowVerb
{
    private const int ColumnsMax = 80, ValueMax = 46;

    public static Command Create()
    {
        var job = new Argument<string>("JOB")
        {
            Description = "Job id, or job directory",
        };
        Option<string?> evidence = OpenResults.EvidenceOption();
        var show = new Command("show", "Show one job, each value with the lines of journal.jsonl behind it");
        show.Arguments.Add(job);
        show.Options.Add(evidence);
        show.SetAction((parse, cancel) => Task.FromResult(OpenResults.Read(
            parse, parse.GetValue(evidence),
            (catalog, store) => Show(parse, catalog, NamedRow.Find(catalog, store, parse.GetValue(job)!)), cancel)));
        return show.WithExamples("flashbench results show FBJ-20260102-030405");
    }

    private static int Show(ParseResult parse, EvidenceCatalog catalog, JobRow row)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>> sources = SourcesOf(catalog, row);
        if (parse.GetValue(GlobalOptions.Json))
        {
            ResultJson.Job(output, row, sources);
            return ExitCodes.Ok;
        }

        TextTable.Write(output,
        [
            ["", "VALUE", "JOURNAL LINES"],
            ["outcome", row.Outcome, ""],
            .. JobColumns.All.Select(column => new[]
            {
                ResultWords.Label(column), Cut(ResultWords.Value(column, row)),
                sources.TryGetValue(column.Name, out IReadOnlyList<JournalSpan>? lines) ? string.Join(", ", lines) : "",
            }),
        ]);
        output.WriteLine();
        foreach (string line in TextLines.Wrap("Reason: " + PlainText.Of(row.Reason), ColumnsMax))
            output.WriteLine(line);
        if (row.Boots.Count == 0)
            return ExitCodes.Ok;
        output.WriteLine();
        TextTable.Write(output,
        [
            ["BOOT", "KIND", "CLASS", "OBSERVED", "UP", "GAP", "POWER"],
            .. row.Boots.Select(Cells),
        ]);
        return ExitCodes.Ok;
    }

    // What is longer stands in --json.
    private static string Cut(string value) =>
        value.Length <= ValueMax ? value : string.Concat(value.AsSpan(0, ValueMax - 3), "...");

    private static string[] Cells(BootRow boot) =>
    [
        $"{boot.Number}", ResultWords.Cell(boot.Kind, 10), boot.Class, ResultWords.Seconds(boot.ObservedUs),
        ResultWords.Seconds(boot.OsUpUs), ResultWords.Seconds(boot.LongestGapUs),
        boot.Power is { } power ? $"{power.MinMilliwatts}-{power.MaxMilliwatts} mW" : "-",
    ];

    private static IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>> SourcesOf(
        EvidenceCatalog catalog, JobRow row)
    {
        if (row.State == RowState.Damaged)
            return new Dictionary<string, IReadOnlyList<JournalSpan>>();
        try
        {
            return CellSources.Of(Path.Combine(catalog.Evidence, row.Directory));
        }
        catch (EvidenceException)
        {
            return new Dictionary<string, IReadOnlyList<JournalSpan>>(); // gone or changed since: nothing is behind it
        }
    }
}
