using System.CommandLine;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results`: what the jobs of this host have shown.</summary>
public static class ResultsCommand
{
    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var results = new Command("results", "Look through the jobs of this host: list, trends, comparisons");
        results.Subcommands.Add(ListVerb.Create());
        results.Subcommands.Add(ShowVerb.Create());
        results.Subcommands.Add(TrendVerb.Create());
        results.Subcommands.Add(CompareVerb.Create());
        results.Subcommands.Add(RebuildVerb.Create());
        results.Subcommands.Add(PruneVerb.Create());
        return results.WithExamples(
            "flashbench results list --verdict fail --since 7d",
            "flashbench results trend --by me",
            "flashbench results rebuild     # from the journals, should the store be damaged");
    }
}
