using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;

namespace FlashBench.Results.Catalog;

/// <summary>Folders of soaks and regressions: they lie in the evidence folder, and their jobs in them.</summary>
public static class RunFolders
{
    /// <summary>Whether a folder is one of a run.</summary>
    /// <param name="folder">Absolute path.</param>
    public static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, RunLog.FileName))
        && !File.Exists(Path.Combine(folder, JournalWriter.FileName));

    /// <summary>The evidence folder of a job directory: the one above it, or the one above its run's.</summary>
    /// <param name="directory">Absolute.</param>
    public static string EvidenceOf(string directory)
    {
        string above = Path.GetDirectoryName(directory)!;
        return IsRun(above) ? Path.GetDirectoryName(above)! : above;
    }
}
