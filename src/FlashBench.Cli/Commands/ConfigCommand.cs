using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;
using FlashBench.Cli.Doctor;
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
        var here = new Option<bool>("--here")
        {
            Description = "Also say which parts of it are not plugged in here, or are one and the same",
        };
        check.Arguments.Add(file);
        check.Options.Add(here);
        check.SetAction(parse => Check(parse, parse.GetValue(file), parse.GetValue(here)));
        check.WithExamples(
            "flashbench config check", "flashbench config check ./bench-config.json", "flashbench config check --here");

        var config = new Command("config", "Check the configuration");
        config.Subcommands.Add(check);
        return config.WithExamples("flashbench config check");
    }

    private static int Check(ParseResult parse, string? file, bool here)
    {
        string path = file ?? ConfigSource.FindPath(parse);
        BenchConfig config = BenchConfigFile.Load(path);
        string[] profiles = [.. config.Benches.Select(bench => bench.DutProfile).Distinct()];
        foreach (string id in profiles)
            DutProfiles.Load(id);

        string marked = config.Benches.FirstOrDefault(bench => bench.Default)?.Id ?? "none";
        TextWriter output = parse.InvocationConfiguration.Output;
        IReadOnlyList<string> warnings = here ? Warnings(config) : [];
        if (parse.GetValue(GlobalOptions.Json))
        {
            foreach (string warning in warnings)
                JsonLine.Write(output, "warning", json => json.WriteString("sentence", warning));
            JsonLine.Write(output, "config", json =>
            {
                json.WriteString("file", path);
                json.WriteNumber("benches", config.Benches.Count);
                json.WriteNumber("profiles", profiles.Length);
                json.WriteString("default", marked);
            });
            return ExitCodes.Ok;
        }
        foreach (string warning in warnings)
            output.WriteLine($"warning: {PlainText.Of(warning)}.");
        output.WriteLine(
            $"{PlainText.Of(path)}: sound: {Count(config.Benches.Count, "bench", "benches")} (default: {marked}), " +
            $"{Count(profiles.Length, "DUT profile", "DUT profiles")}.");
        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Warnings(BenchConfig config)
    {
        IReadOnlyList<DeviceUse> uses = DeviceUses.Of(config);
        return DevicesHere.Warnings(ThisHost.Read(uses), uses);
    }

    private static string Count(int count, string one, string several) => $"{count} {(count == 1 ? one : several)}";
}
