using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FlashBench.Cli.Output;
using FlashBench.Results.Queries;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results compare A B`: what changed from one run, image or ME version to another.</summary>
internal static class CompareVerb
{
    public static Command Create()
    {
        var a = new Argument<string>("A")
        {
            Description = "Before: id of a run, ME version, or first digits of an image's SHA-256; run:, me: or image: "
                + "before it says which",
        };
        var b = new Argument<string>("B")
        {
            Description = "After",
        };
        Option<string?> evidence = OpenResults.EvidenceOption();
        var compare = new Command(
            "compare", "Compare two runs, images or ME versions; ends with 30 on new failures, with 20 where a PASS "
            + "was lost or became flaky");
        compare.Arguments.Add(a);
        compare.Arguments.Add(b);
        compare.Options.Add(evidence);
        compare.SetAction((parse, cancel) => Task.FromResult(OpenResults.Read(
            parse, parse.GetValue(evidence), (_, store) =>
            {
                ComparedSide before = Side(store, parse.GetValue(a)!), after = Side(store, parse.GetValue(b)!);
                List<ComparedItem> items = Comparison.Read(store, before, after);
                Show(parse, items);
                return CodeOf(items);
            }, cancel)));
        return compare.WithExamples(
            "flashbench results compare me:8.1.30.1350 me:8.1.65.1586",
            "flashbench results compare run:regress-20260308 run:regress-20260309");
    }

    private static ComparedSide Side(ResultsStore store, string word) => ComparedSide.Find(store, word)
        ?? throw new UsageException($"no run, image or ME version \"{PlainText.Of(word, 80)}\" has jobs");

    private static int CodeOf(List<ComparedItem> items)
    {
        if (items.Exists(item => item.Change == ItemChange.NewFailure))
            return ExitCodes.Fail;
        return items.Exists(item => item.Change is ItemChange.Lost or ItemChange.NewlyFlaky)
            ? ExitCodes.Inconclusive
            : ExitCodes.Ok;
    }

    private static void Show(ParseResult parse, List<ComparedItem> items)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            items.ForEach(item => Write(output, item));
            return;
        }

        TextTable.Write(output,
        [
            ["WHAT", "CHANGE", "BEFORE", "AFTER", "TIME s", "UP s", "CHECKS"],
            .. items.Select(Cells),
        ]);
        string counts = string.Join(", ", items.GroupBy(item => item.Change)
            .Select(group => $"{group.Count()} {Words(group.Key)}"));
        output.WriteLine(items.TrueForAll(item => item.Change == ItemChange.Same)
            ? $"No change: {items.Count} items."
            : $"{counts}.");
    }

    private static string[] Cells(ComparedItem item) =>
    [
        ResultWords.Cell(item.Name, 24), Words(item.Change), State(item.A), State(item.B),
        Change(item, side => side.DurationSeconds, "0"), Change(item, side => side.OsUpSeconds, "0.0"),
        ResultWords.Cell(item.B?.Checks is { Length: > 0 } checks ? checks : "-", 9),
    ];

    private static string State(ItemSide? side) =>
        side is null ? "-" : $"{side.State.ToString().ToUpperInvariant()[..4]} x{side.Jobs}";

    private static string Change(ComparedItem item, Func<ItemSide, double?> value, string format)
    {
        double? before = item.A is { } a ? value(a) : null, after = item.B is { } b ? value(b) : null;
        return after - before is double change
            ? change.ToString($"+{format};-{format};{format}", CultureInfo.InvariantCulture)
            : "-";
    }

    private static string Words(ItemChange change) => change switch
    {
        ItemChange.NewFailure => "new failure",
        ItemChange.Lost => "PASS lost",
        ItemChange.NewlyFlaky => "flaky",
        ItemChange.Fixed => "fixed",
        ItemChange.Same => "same",
        ItemChange.Other => "other",
        ItemChange.Gone => "gone",
        _ => "new",
    };

    private static void Write(TextWriter output, ComparedItem item) => JsonLine.Write(output, "compared", json =>
    {
        json.WriteString("item", item.Name);
        json.WriteString("change", item.Change.ToString());
        Side(json, "before", item.A);
        Side(json, "after", item.B);
    });

    private static void Side(Utf8JsonWriter json, string name, ItemSide? side)
    {
        if (side is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("jobs", side.Jobs);
        json.WriteString("state", side.State.ToString());
        json.WriteString("checks", side.Checks);
        ResultJson.Member(json, "duration_seconds", side.DurationSeconds);
        ResultJson.Member(json, "os_up_seconds", side.OsUpSeconds);
        json.WriteEndObject();
    }
}
