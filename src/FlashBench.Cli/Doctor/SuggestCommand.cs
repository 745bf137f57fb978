using System.CommandLine;
using System.Text.Json;
using FlashBench.Bench.Suggestions;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Doctor;

/// <summary>`flashbench suggest`.</summary>
public static class SuggestCommand
{
    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var takesVirtual = new Option<bool>("--virtual")
        {
            Description = "Take virtual devices too (USB/IP, gpio-sim, i2c-stub)",
        };
        var suggest = new Command(
            "suggest", "Print a bench-config.json for what is plugged in; what only you can know is marked FILL IN");
        suggest.Options.Add(takesVirtual);
        suggest.SetAction(parse => Suggest(
            parse, ConfigSuggestion.For(ThisHost.Read([]), parse.GetValue(takesVirtual))));
        return suggest.WithExamples(
            "flashbench suggest", "flashbench suggest > bench-config.json && flashbench config check");
    }

    private static int Suggest(ParseResult parse, ConfigSuggestion suggestion)
    {
        InvocationConfiguration to = parse.InvocationConfiguration;
        if (parse.GetValue(GlobalOptions.Json))
        {
            WriteJson(to.Output, suggestion);
            return ExitCodes.Ok;
        }

        to.Output.Write(suggestion.Json);
        if (parse.GetValue(GlobalOptions.Quiet))
            return ExitCodes.Ok;
        foreach (string note in suggestion.Notes)
            to.Error.WriteLine($"suggest: {PlainText.Of(note)}.");
        return ExitCodes.Ok;
    }

    private static void WriteJson(TextWriter output, ConfigSuggestion suggestion) =>
        JsonLine.Write(output, "suggestion", json =>
        {
            json.WriteNumber("benches", suggestion.RealBenches);
            json.WritePropertyName("config");
            using (JsonDocument config = JsonDocument.Parse(suggestion.Json))
                config.WriteTo(json);
            json.WriteStartArray("notes");
            foreach (string note in suggestion.Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
        });
}
