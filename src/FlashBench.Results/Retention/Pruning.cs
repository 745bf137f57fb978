using FlashBench.Bench.Journal;
using FlashBench.Results.Store;

namespace FlashBench.Results.Retention;

/// <summary>Removes job directories and their rows.</summary>
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
        string evidence, ResultsStore store, PrunePlan plan, Predicate<string> mayGo, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(mayGo);
        string aside = Path.Combine(evidence, Aside);
        Clear(aside); // what an earlier one was stopped over
        int gone = 0;
        foreach (string directory in plan.Remove.Select(row => row.Directory))
        {
            cancel.ThrowIfCancellationRequested();
            var job = new DirectoryInfo(Path.Combine(evidence, directory));
            if (!job.Exists || job.LinkTarget is not null || !mayGo(directory))
                continue;
            Directory.CreateDirectory(aside);
            string target = Path.Combine(aside, directory.Replace('/', '~'));
            job.MoveTo(target);
            DurableFile.SyncDirectory(Path.GetDirectoryName(Path.Combine(evidence, directory))!);
            store.Remove([directory]);
            Directory.Delete(target, recursive: true);
            gone++;
        }

        Clear(aside);
        return gone;
    }

    private static void Clear(string aside)
    {
        if (new DirectoryInfo(aside) is { Exists: true, LinkTarget: null })
            Directory.Delete(aside, recursive: true);
    }
}
