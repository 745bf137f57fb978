using FlashBench.Bench.Config;
using FlashBench.Cli.Output;
using FlashBench.Results.Catalog;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>Puts a job that has ended into the results store.</summary>
internal static class ResultsUpdate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Does it as far as it can be done: neither the job nor its exit code depend on it, and the next verb
    /// that reads results makes up for it.</summary>
    /// <param name="paths">Folders of this host.</param>
    /// <param name="directory">The job directory, absolute; empty if the job did not get that far.</param>
    /// <param name="place">Which part of a run it is; null for none.</param>
    /// <param name="error">Gets one line if it could not be done.</param>
    public static void After(BenchPaths paths, string directory, RunPlace? place, TextWriter error)
    {
        if (directory.Length == 0)
            return;
        try
        {
            new EvidenceCatalog(RunFolders.EvidenceOf(directory), paths.State, TimeProvider.System)
                .Add(directory, place, Patience);
        }
        catch (ResultsException e)
        {
            error.WriteLine(
                $"flashbench: the record is whole, but not yet among the results: {PlainText.Of(e.Message)}.");
        }
    }
}
