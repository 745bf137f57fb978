using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Commands;

/// <summary>`flashbench config check [FILE]`.</summary>
public static class ConfigCommand
{
    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "Configuration file; the one that the other verbs would take when absent",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var check = new Command("check", "Read the configuration and the DUT profiles it names, and say what is wrong");
        check.Arguments.Add(file);
        check.SetAction(parse => Check(parse, parse.GetValue(file)));
        check.WithExamples("flashbench config check", "flashbench config check ./bench-config.json");

        var config = new Command("config", "Check the configuration");
        config.Subcommands.Add(check);
        return config.WithExamples("flashbench config check");
    }

    private static int Check(ParseResult parse, string? file)
    {
        string path = file ?? ConfigSource.FindPath(parse);
        BenchConfig config = BenchConfigFile.Load(path);
        string[] profiles = [.. config.Benches.Select(bench => bench.DutProfile).Distinct()];
        foreach (string id in profiles)
            DutProfiles.Load(id);

        string marked = config.Benches.FirstOrDefault(bench => bench.Default)?.Id ?? "none";
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, "config", json =>
            {
                json.WriteString("file", path);
                json.WriteNumber("benches", config.Benches.Count);
                json.WriteNumber("profiles", profiles.Length);
                json.WriteString("default", marked);
            });
            return ExitCodes.Ok;
        }
        output.WriteLine(
            $"{PlainText.Of(path)}: sound: {Count(config.Benches.Count, "bench", "benches")} (default: {marked}), " +
            $"{Count(profiles.Length, "DUT profile", "DUT profiles")}.");
        return ExitCodes.Ok;
    }

    private static string Count(int count, string one, string several) => $"{count} {(count == 1 ? one : several)}";
}
