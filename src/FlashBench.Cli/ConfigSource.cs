using System.CommandLine;
using FlashBench.Bench.Config;

namespace FlashBench.Cli;

/// <summary>Finds and reads the configuration that a command line means.</summary>
public static class ConfigSource
{
    /// <summary>The file that counts: the named one, else the working folder's, else the program's own.</summary>
    /// <param name="named">Value of --config; null when it is absent.</param>
    /// <param name="workingFolder">Absolute.</param>
    /// <param name="programFolder">Absolute; holds the configuration that works as shipped.</param>
    /// <exception cref="UsageException">The name is empty; the process ends with 64.</exception>
    /// <returns>A path; only the working folder's file has been seen to exist.</returns>
    public static string FindPath(string? named, string workingFolder, string programFolder)
    {
        if (named is { Length: 0 })
            throw new UsageException("--config has an empty value");
        if (named is not null)
            return named;
        return File.Exists(Path.Combine(workingFolder, BenchConfigFile.DefaultName))
            ? BenchConfigFile.DefaultName
            : Path.Combine(programFolder, BenchConfigFile.DefaultName);
    }

    /// <summary>The path that <paramref name="parse"/> means, or that counts without --config.</summary>
    public static string FindPath(ParseResult parse) =>
        FindPath(parse.GetValue(GlobalOptions.Config), Environment.CurrentDirectory, AppContext.BaseDirectory);

    /// <summary>Reads the configuration that <paramref name="parse"/> means.</summary>
    /// <exception cref="ConfigException">It is missing or faulty; the process ends with 66.</exception>
    public static BenchConfig Load(ParseResult parse) => BenchConfigFile.Load(FindPath(parse));

    /// <summary>The folders of <paramref name="config"/> for the user of this process.</summary>
    /// <exception cref="ConfigException">A folder needs HOME and there is none.</exception>
    public static BenchPaths Paths(BenchConfig config) =>
        BenchPaths.Resolve(config.Paths, Environment.GetEnvironmentVariable);

    /// <summary>The bench of that name, or the default one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="id">Bench id; null means the one marked `default`.</param>
    /// <exception cref="UsageException">There is no such bench; the process ends with 64.</exception>
    public static BenchEntry Bench(BenchConfig config, string? id)
    {
        BenchEntry? found = config.Benches.FirstOrDefault(bench => id is null ? bench.Default : bench.Id == id);
        if (found is not null)
            return found;
        string known = string.Join(", ", config.Benches.Select(bench => bench.Id));
        throw new UsageException(id is null
            ? $"no bench is marked as the default; name one with --bench: {known}"
            : $"unknown bench \"{Output.PlainText.Of(id, 60)}\"; the configuration has {known}");
    }
}
