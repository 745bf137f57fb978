using FlashBench.Bench.Journal;

namespace FlashBench.Results.Catalog;

/// <summary>What lies in a folder of job directories.</summary>
/// <param name="Jobs">Job directories, relative to the evidence folder.</param>
/// <param name="Runs">Folders of runs, likewise.</param>
/// <param name="MayGrow">True if a folder is there that may yet become a job directory.</param>
internal sealed record EvidenceNames(IReadOnlyList<string> Jobs, IReadOnlyList<string> Runs, bool MayGrow)
{
    private static readonly TimeSpan Growing = TimeSpan.FromHours(1);

    /// <summary>Looks into a folder.</summary>
    /// <param name="evidence">Evidence folder, absolute.</param>
    /// <param name="folder">"" for that folder itself, else a run's.</param>
    /// <param name="isKnown">True for a job directory that needs no look.</param>
    /// <param name="now">The time, to tell what may yet grow.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static EvidenceNames In(string evidence, string folder, Predicate<string> isKnown, DateTimeOffset now)
    {
        var (jobs, runs, mayGrow) = (new List<string>(), new List<string>(), false);
        var entries = new System.IO.Enumeration.FileSystemEnumerable<string>(
            Path.Combine(evidence, folder), (ref entry) => entry.FileName.ToString())
        {
            ShouldIncludePredicate = (ref entry) => entry.IsDirectory,
        };
        foreach (string name in entries)
        {
            string directory = folder.Length == 0 ? name : $"{folder}/{name}";
            string path = Path.Combine(evidence, directory);
            if (isKnown(directory) || File.Exists(Path.Combine(path, JournalWriter.FileName)))
                jobs.Add(directory);
            else if (folder.Length == 0 && RunFolders.IsRun(path))
                runs.Add(directory);
            else
                mayGrow |= now - Directory.GetLastWriteTimeUtc(path) < Growing;
        }

        return new EvidenceNames(jobs, runs, mayGrow);
    }

    /// <summary>Every job directory below an evidence folder, in the order of their names.</summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static List<string> All(string evidence)
    {
        if (!Directory.Exists(evidence))
            return [];
        EvidenceNames top = In(evidence, "", _ => false, DateTimeOffset.MinValue);
        return
        [
            .. top.Jobs.Concat(top.Runs.SelectMany(run => In(evidence, run, _ => false, DateTimeOffset.MinValue).Jobs))
                .Order(StringComparer.Ordinal),
        ];
    }
}
