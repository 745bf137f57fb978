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

    /// <summary>Runs below an evidence folder whose log does not say that they ended; one that cannot be read counts as
    /// such a run.</summary>
    /// <param name="evidence">Absolute path.</param>
    /// <returns>Names of their folders, sorted.</returns>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static IReadOnlyList<string> NotEnded(string evidence) =>
        !Directory.Exists(evidence) ? [] :
        [
            .. Directory.EnumerateDirectories(evidence).Where(folder => IsRun(folder) && !HasEnded(folder))
                .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
        ];

    /// <summary>The evidence folder of a job directory: the one above it, or the one above its run's.</summary>
    /// <param name="directory">Absolute.</param>
    public static string EvidenceOf(string directory)
    {
        string above = Path.GetDirectoryName(directory)!;
        return IsRun(above) ? Path.GetDirectoryName(above)! : above;
    }

    private static bool HasEnded(string folder)
    {
        try
        {
            return RunLog.Read(folder, out _).Any(happened => happened is RunEvent.Ended);
        }
        catch (EvidenceException)
        {
            return false;
        }
    }
}
