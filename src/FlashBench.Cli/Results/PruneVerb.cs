using System.CommandLine;
using System.Globalization;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Output;
using FlashBench.Results.Catalog;
using FlashBench.Results.Queries;
using FlashBench.Results.Retention;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench results prune`: old job directories go, once somebody has said how many.</summary>
internal static class PruneVerb
{
    private const int ShownMax = 20;

    private static readonly Option<int?> OlderThan = Number(
        "--older-than", "DAYS", "Jobs that began longer ago than so many days may go");

    private static readonly Option<int?> Keep = Number(
        "--keep", "N", "All but the newest N jobs of each board may go");

    private static readonly Option<int?> Confirm = Number(
        "--confirm", "COUNT", "Remove: the number of jobs that the plan names, typed");

    public static Command Create()
    {
        Option<string?> evidence = OpenResults.EvidenceOption();
        var prune = new Command(
            "prune", "Show which old job directories would go, and with --confirm remove them; the vault, jobs that "
            + "can go on, half-written boards and the newest job of each board stay");
        prune.Options.Add(OlderThan);
        prune.Options.Add(Keep);
        prune.Options.Add(Confirm);
        prune.Options.Add(evidence);
        prune.SetAction((parse, cancel) => Task.FromResult(OpenResults.Read(
            parse, parse.GetValue(evidence), (catalog, store) => Run(parse, catalog, store, cancel), cancel)));
        return prune.WithExamples(
            "flashbench results prune --older-than 90                  # the plan; nothing is removed",
            "flashbench results prune --older-than 90 --confirm 1204   # the number that the plan named");
    }

    private static int Run(ParseResult parse, EvidenceCatalog catalog, ResultsStore store, CancellationToken cancel)
    {
        (int? days, int? keep) = (parse.GetValue(OlderThan), parse.GetValue(Keep));
        if (days is null && keep is null)
            throw new UsageException("say what may go: --older-than DAYS, --keep N, or both");
        DateTimeOffset? before = days is int many
            ? TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(Math.Min(many, 100_000))
            : null;
        string stateFolder = ConfigSource.Paths(ConfigSource.Load(parse)).State;
        var state = new BenchState(stateFolder);
        PrunePlan plan = PrunePlan.Of(
            JobList.Read(store, new ResultsFilter(), limit: null), new PruneRule(before, keep),
            Marked(state, stateFolder, catalog.Evidence));
        Show(parse, plan);
        if (parse.GetValue(Confirm) is not int confirmed)
            return ExitCodes.Ok;
        if (confirmed != plan.Remove.Count)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"--confirm {confirmed} is not what the plan names, {plan.Remove.Count}: nothing was removed"));
        }

        int gone = Pruning.Run(catalog.Evidence, store, plan, MayGo, cancel);
        Report(parse, gone);
        return ExitCodes.Ok;

        bool MayGo(JobRow row) => PrunePlan.MarkOf(row, OnBenches(state, catalog.Evidence)) is null;
    }

    // What must stay, by directory, job id or run id.
    private static Dictionary<string, string> Marked(BenchState state, string stateFolder, string evidence)
    {
        Dictionary<string, string> marked = OnBenches(state, evidence);
        foreach (string run in RunFolders.NotEnded(evidence))
            marked[run] = $"run {run} has not ended";
        foreach ((string bench, string job) in new CommissioningStore(stateFolder).CitedJobs())
            marked.TryAdd(job, $"the commissioning of bench {bench} relies on it");
        return marked;
    }

    // What the benches of this host are busy with or marked by, by directory or job id.
    private static Dictionary<string, string> OnBenches(BenchState state, string evidence)
    {
        var marked = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string bench, string directory) in state.OpenJobs())
        {
            marked[Path.GetRelativePath(evidence, directory).Replace(Path.DirectorySeparatorChar, '/')] =
                $"it is open on bench {bench}";
        }

        foreach ((string bench, string job) in state.DirtyJobs())
            marked[job] = $"it left the board of bench {bench} half-written";
        return marked;
    }

    private static void Show(ParseResult parse, PrunePlan plan)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, "plan", json =>
            {
                json.WriteStartArray("remove");
                foreach (string directory in plan.Remove.Select(row => row.Directory))
                    json.WriteStringValue(directory);
                json.WriteEndArray();
                json.WriteStartArray("kept");
                foreach (KeptJob job in plan.Kept)
                {
                    json.WriteStartObject();
                    json.WriteString("directory", job.Directory);
                    json.WriteString("why", job.Why);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        foreach (string directory in plan.Remove.Take(ShownMax).Select(row => row.Directory))
            output.WriteLine($"remove  {PlainText.Of(directory)}");
        if (plan.Remove.Count > ShownMax)
            output.WriteLine($"remove  and {plan.Remove.Count - ShownMax} more");
        foreach (IGrouping<string, KeptJob> kept in plan.Kept.GroupBy(job => job.Why))
            output.WriteLine($"keep    {kept.Count()}: {PlainText.Of(kept.Key)}");
        output.WriteLine(plan.Remove.Count == 0
            ? "Nothing would go."
            : $"{plan.Remove.Count} jobs would go with their evidence, for ever; --confirm {plan.Remove.Count} removes "
                + "them.");
    }

    private static void Report(ParseResult parse, int gone)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
            JsonLine.Write(output, "pruned", json => json.WriteNumber("jobs", gone));
        else
            output.WriteLine($"{gone} jobs are gone.");
    }

    private static Option<int?> Number(string name, string value, string description)
    {
        var option = new Option<int?>(name)
        {
            Description = description,
            HelpName = value,
        };
        option.Validators.Add(result =>
        {
            string text = result.Tokens is [var token] ? token.Value : "";
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError($"{name} must be a number, 0 or more");
            }
        });
        return option;
    }
}
