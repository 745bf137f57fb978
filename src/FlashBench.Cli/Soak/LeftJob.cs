using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Soak;

/// <summary>What a killed process left of a job of a run.</summary>
internal static class LeftJob
{
    /// <summary>The directory in which the job had begun and can go on; null if nothing was begun.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="job">Id of the job.</param>
    public static (InterruptedJob Job, string Directory)? Find(string folder, string job)
    {
        foreach (string directory in JobFolders.Of(folder, job).Reverse())
        {
            try
            {
                InterruptedJob left = InterruptedJob.Read(directory);
                if (left.IsDecided || left.Refusal(FlashBenchCommand.Version) is null)
                    return (left, directory);
            }
            catch (EvidenceException)
            {
                // No first record: nothing was begun there.
            }
        }

        return null;
    }
}
