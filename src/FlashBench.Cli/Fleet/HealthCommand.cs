using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Fleet;

/// <summary>`flashbench bench good|unknown|loop|maintenance|retire ID...`: a person says how a bench is.</summary>
internal static class HealthCommand
{
    private static readonly (string Name, HealthEvent Said, string Description, string Example)[] Verbs =
    [
        ("good", HealthEvent.SetGood, "Say that a bench works: it takes jobs again",
            "flashbench bench good b03 --reason \"new clip, read ten times\""),
        ("unknown", HealthEvent.SetUnknown, "Give a bench back without saying that it works: it takes jobs again",
            "flashbench bench unknown b03 --reason \"moved to rack B\""),
        ("loop", HealthEvent.SetLooping, "Let a bench run health checks and no jobs, to provoke a rare fault",
            "flashbench bench loop b03 --reason \"reads differ once a night\""),
        ("maintenance", HealthEvent.SetMaintenance, "Take a bench out: it takes nothing until somebody gives it back",
            "flashbench bench maintenance b03 b04 --reason \"clip is worn\" --operator ada"),
        ("retire", HealthEvent.SetRetired, "Take a bench out for good",
            "flashbench bench retire b03 --reason \"board went back to the customer\""),
    ];

    /// <summary>Builds the verbs.</summary>
    public static IEnumerable<Command> CreateAll()
    {
        foreach ((string name, HealthEvent said, string description, string example) in Verbs)
        {
            var ids = new Argument<string[]>("ID")
            {
                Description = "Bench ids, as `bench list` prints them",
                Arity = ArgumentArity.OneOrMore,
            };
            var verb = new Command(name, description);
            verb.Arguments.Add(ids);
            verb.Options.Add(WhoAndWhy.ReasonOption);
            verb.Options.Add(WhoAndWhy.OperatorOption);
            verb.SetAction(parse => Set(parse, parse.GetRequiredValue(ids), said));
            yield return verb.WithExamples(example);
        }
    }

    private static int Set(ParseResult parse, string[] ids, HealthEvent said)
    {
        WhoAndWhy why = WhoAndWhy.Of(parse);
        BenchConfig config = ConfigSource.Load(parse);
        // All of them are looked for before one is set.
        BenchEntry[] benches = [.. ids.Distinct().Select(id => ConfigSource.Bench(config, id))];
        HealthStore store = BenchHealths.StoreOf(ConfigSource.Paths(config));
        foreach (BenchEntry bench in benches)
        {
            (HealthRecord before, HealthRecord after) = store.Note(
                bench.Id, said, why.Reason, why.By, config.Policy.BreakerFailures);
            Tell(parse, bench.Id, before, after);
        }

        return ExitCodes.Ok;
    }

    /// <summary>Says what changed.</summary>
    public static void Tell(ParseResult parse, string bench, HealthRecord before, HealthRecord after)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (!parse.GetValue(GlobalOptions.Json))
        {
            output.WriteLine($"{bench}: {BenchHealths.Text(after)}; was {HealthRecord.NameOf(before.Health)}");
            return;
        }

        JsonLine.Write(output, "health", json =>
        {
            json.WriteString("bench", bench);
            json.WriteString("was", HealthRecord.NameOf(before.Health));
            BenchHealths.Write(json, after);
        });
    }
}
