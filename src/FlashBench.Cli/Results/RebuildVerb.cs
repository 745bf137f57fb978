using System.CommandLine;
using System.Globalization;
using FlashBench.Cli.Output;
using FlashBench.Results.Catalog;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results rebuild`: the store anew, from nothing but the journals.</summary>
internal static class RebuildVerb
{
    public static Command Create()
    {
        Option<string?> evidence = OpenResults.EvidenceOption();
        var rebuild = new Command("rebuild", "Make the results store anew from the journals");
        rebuild.Options.Add(evidence);
        rebuild.SetAction((parse, cancel) => Task.FromResult(OpenResults.Explained(() =>
            Show(parse, Rebuild.Run(OpenResults.Catalog(parse, parse.GetValue(evidence)), cancel)))));
        return rebuild.WithExamples("flashbench results rebuild", "flashbench results rebuild --evidence /srv/archive");
    }

    private static int Show(ParseResult parse, RebuiltStore made)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        string compared = made.Before is null ? "there was no store that could be read"
            : made.Before == made.ContentHash ? "as before" : "not as before";
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, "rebuilt", json =>
            {
                json.WriteString("file", made.File);
                json.WriteNumber("jobs", made.Jobs);
                json.WriteNumber("bytes", made.Bytes);
                json.WriteString("content", made.ContentHash);
                ResultJson.Member(json, "before", made.Before);
            });
            return ExitCodes.Ok;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{made.Jobs} jobs in {PlainText.Of(made.File)}, {made.Bytes} bytes."));
        output.WriteLine($"content {made.ContentHash}: {compared}.");
        return ExitCodes.Ok;
    }
}
