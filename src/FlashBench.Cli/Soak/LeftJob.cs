using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Soak;

/// <summary>What a process that has ended left of a job of a run.</summary>
internal static class LeftJob
{
    /// <summary>The directory in which the job had begun and can go on; null if there is none.</summary>
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
                // As below.
            }
        }

        return null;
    }

    /// <summary>True if no phase of the job had begun: it may run as if for the first time.</summary>
    public static bool IsUntouched(string folder, string job) =>
        Find(folder, job) is null && LossOf(folder, job) is null;

    /// <summary>A directory in which the job had begun and cannot go on; null if there is none. Its chip is not what it
    /// was, and what it was only this job knows: to begin anew would take what is there now for the board's own.
    /// </summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="job">Id of the job.</param>
    public static LostJob? LossOf(string folder, string job)
    {
        foreach (string directory in JobFolders.Of(folder, job).Reverse())
        {
            if (WhyLost(directory) is { } why)
                return new LostJob(directory, why, BackupOf(directory));
        }

        return null;
    }

    // Null if it can go on, or if the chip is as it was before.
    private static string? WhyLost(string directory)
    {
        try
        {
            InterruptedJob left = InterruptedJob.Read(directory);
            bool begun = left.Records.Any(record => record.Data is JournalData.PhaseBegin);
            bool putBack = left is { Phase.Length: 0, IsDecided: false }
                && left.Records[^1].Data is JournalData.Decision
                && !left.Records.Any(record => record.Data is JournalData.Dirty);
            return left.IsDecided || !begun || putBack ? null : left.Refusal(FlashBenchCommand.Version);
        }
        catch (EvidenceException e)
        {
            return HasBegun(directory) ? e.Message.TrimEnd('.') : null;
        }
    }

    // Of a journal that is damaged or not there. A first line that is torn is that of a process killed at once.
    private static bool HasBegun(string directory)
    {
        if (!File.Exists(Path.Combine(directory, JournalWriter.FileName)))
            return Directory.EnumerateFileSystemEntries(directory).Any();
        byte[] journal = EvidenceFolder.ReadFile(directory, JournalWriter.FileName);
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(journal, out long end, out _);
        return records.Any(record => record.Data is JournalData.PhaseBegin)
            || journal.AsSpan((int)end).Contains((byte)'\n');
    }

    private static string? BackupOf(string directory)
    {
        try
        {
            return BackupToRestore.OfJob(directory)?.Sha256;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }
}

/// <summary>A job that had begun and cannot go on.</summary>
/// <param name="Directory">Its directory, absolute.</param>
/// <param name="Why">Why it cannot, without a full stop.</param>
/// <param name="BackupSha256">Its backup; null if it took none that can be found.</param>
internal sealed record LostJob(string Directory, string Why, string? BackupSha256);
