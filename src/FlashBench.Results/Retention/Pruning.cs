using FlashBench.Bench.Journal;
using FlashBench.Results.Catalog;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Results.Retention;

/// <summary>Removes job directories and their rows, and the folders of runs that have no job left.</summary>
/// <remarks>A directory first gets another name, at once and for good: what stops in the middle leaves no half of a job
/// that looks like one. The vault is never touched.</remarks>
public static class Pruning
{
    private const string Aside = ".pruned";

    /// <summary>Does what a plan says.</summary>
    /// <param name="evidence">Evidence folder, absolute.</param>
    /// <param name="store">Its results, open to write.</param>
    /// <param name="plan">What goes.</param>
    /// <param name="mayGo">Asked once more right before each.</param>
    /// <param name="cancel">Stops between two.</param>
    /// <returns>How many are gone.</returns>
    /// <exception cref="IOException">A directory cannot be removed; those before it are gone.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    /// <exception cref="ResultsException">A row cannot be removed; its directory is gone.</exception>
    public static int Run(
        string evidence, ResultsStore store, PrunePlan plan, Predicate<JobRow> mayGo, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(mayGo);
        string aside = Path.Combine(evidence, Aside);
        Clear(aside); // what an earlier one was stopped over
        int gone = 0;
        foreach (JobRow row in plan.Remove)
        {
            cancel.ThrowIfCancellationRequested();
            string directory = row.Directory;
            var job = new DirectoryInfo(Path.Combine(evidence, directory));
            if (!job.Exists || job.LinkTarget is not null || !mayGo(row))
                continue;
            Directory.CreateDirectory(aside);
            string target = Path.Combine(aside, directory.Replace('/', '~'));
            job.MoveTo(target);
            DurableFile.SyncDirectory(Path.GetDirectoryName(Path.Combine(evidence, directory))!);
            store.Remove([directory]);
            Directory.Delete(target, recursive: true);
            gone++;
        }

        foreach (string run in plan.Remove.Select(row => row.Place?.Run).OfType<string>()
            .Distinct(StringComparer.Ordinal))
        {
            RemoveIfEmpty(evidence, run, aside);
        }

        Clear(aside);
        return gone;
    }

    // Its log and its page say nothing without the jobs.
    private static void RemoveIfEmpty(string evidence, string run, string aside)
    {
        var folder = new DirectoryInfo(Path.Combine(evidence, run));
        if (folder is not { Exists: true, LinkTarget: null } || !RunFolders.IsRun(folder.FullName)
            || folder.EnumerateDirectories().Any())
        {
            return;
        }

        Directory.CreateDirectory(aside);
        folder.MoveTo(Path.Combine(aside, run));
        DurableFile.SyncDirectory(evidence);
    }

    private static void Clear(string aside)
    {
        if (new DirectoryInfo(aside) is { Exists: true, LinkTarget: null })
            Directory.Delete(aside, recursive: true);
    }
}
