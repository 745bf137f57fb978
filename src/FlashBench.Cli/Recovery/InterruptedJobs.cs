using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Output;
using FlashBench.Cli.Soak;
using FlashBench.Cli.Status;

namespace FlashBench.Cli.Recovery;

/// <summary>The interrupted jobs of this host.</summary>
internal static class InterruptedJobs
{
    /// <summary>The directory of the job that is meant.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="job">Job id or directory; null for the only one.</param>
    /// <param name="bench">Bench id; null for any.</param>
    /// <param name="evidence">Evidence folder; null for the configured one.</param>
    /// <exception cref="UsageException">There is none, or more than one.</exception>
    public static string Choose(ParseResult parse, string? job, string? bench, string? evidence)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchPaths paths = ConfigSource.Paths(config);
        if (job is not null)
        {
            return RunFolders.Named(evidence ?? paths.Evidence, job)
                ?? Named(new BenchState(paths.State), evidence ?? paths.Evidence, job);
        }

        if (bench is not null)
            bench = ConfigSource.Bench(config, bench).Id;
        var waiting = Waiting(paths).Where(open => bench is null || open.Bench == bench)
            .Select(open => (Directory: RunFolders.Of(open.Directory) ?? open.Directory, open.Bench)).ToList();
        if (bench is null)
            waiting.AddRange(RunFolders.Waiting(evidence ?? paths.Evidence).Select(run => (run, "")));
        var chosen = waiting.GroupBy(open => open.Directory).ToList();
        return chosen.Count switch
        {
            1 => chosen[0].Key,
            0 => throw new UsageException(bench is null
                ? "no job of this host was interrupted"
                : $"no job of bench {bench} was interrupted"),
            _ => throw new UsageException("several jobs were interrupted, name one: "
                + string.Join(", ", chosen.Select(open => PlainText.Of(Path.GetFileName(open.Key))
                    + (open.First().Bench is { Length: > 0 } id ? $" on bench {id}" : "")))),
        };
    }

    /// <summary>Jobs that wait for `resume` or `restore`: begun, not ended for good, and run by nobody.</summary>
    public static IEnumerable<(string Bench, string Directory)> Waiting(BenchPaths paths) =>
        new BenchState(paths.State).OpenJobs().Where(open => BenchLock.OwnerOf(paths.State, open.Bench) is null);

    // A job that lies elsewhere (--evidence) is known by its bench.
    private static string Named(BenchState state, string evidence, string job)
    {
        string known = state.OpenJobs().FirstOrDefault(open => Path.GetFileName(open.Directory) == job).Directory;
        return known ?? JobDirectories.Named(evidence, job);
    }
}
