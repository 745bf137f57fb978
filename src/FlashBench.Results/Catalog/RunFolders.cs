using FlashBench.Bench.Journal;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Catalog;

/// <summary>Folders of soaks and regressions: they lie in the evidence folder, and their jobs in them.</summary>
public static class RunFolders
{
    /// <summary>What makes a folder one of a run.</summary>
    public const string FileName = "run.jsonl";

    /// <summary>Whether a folder is one of a run.</summary>
    /// <param name="folder">Absolute path.</param>
    public static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, FileName)) && !File.Exists(Path.Combine(folder, JournalWriter.FileName));

    /// <summary>The evidence folder of a job directory: the one above it, or the one above its run's.</summary>
    /// <param name="directory">Absolute.</param>
    public static string EvidenceOf(string directory)
    {
        string above = Path.GetDirectoryName(directory)!;
        return IsRun(above) ? Path.GetDirectoryName(above)! : above;
    }

    /// <summary>Which part of a run a job directory is, by the folder that it lies in.</summary>
    /// <param name="directory">Relative to the evidence folder, "/" between names.</param>
    public static RunPlace? PlaceOf(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        int slash = directory.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? null : new RunPlace(directory[..slash], Cycle: null, Attempt: 1);
    }
}
