namespace FlashBench.Cli.Status;

/// <summary>The job directories below an evidence folder.</summary>
public static class JobDirectories
{
    /// <summary>File name of the journal inside a job directory.</summary>
    public const string Journal = "journal.jsonl";

    /// <summary>Every directory below <paramref name="evidence"/> that holds a journal, latest written first.</summary>
    /// <returns>Absolute paths; empty when the folder does not exist yet.</returns>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static IReadOnlyList<string> Find(string evidence)
    {
        var folder = new DirectoryInfo(evidence);
        if (!folder.Exists)
            return [];
        return
        [
            .. folder.EnumerateDirectories()
                .Select(job => (Job: job, Journal: new FileInfo(Path.Combine(job.FullName, Journal))))
                .Where(entry => entry.Journal.Exists)
                .OrderByDescending(entry => entry.Journal.LastWriteTimeUtc)
                .ThenBy(entry => entry.Job.Name, StringComparer.Ordinal)
                .Select(entry => entry.Job.FullName),
        ];
    }

    /// <summary>The one directory that the operator means.</summary>
    /// <param name="evidence">Evidence folder.</param>
    /// <param name="job">A job id (the name of its folder) or the path of a job directory.</param>
    /// <exception cref="UsageException">Neither is there.</exception>
    public static string Named(string evidence, string job)
    {
        if (job.Length == 0)
            throw new UsageException("the job has an empty name");
        // A job of a run lies in the run's folder, by whose name its id begins.
        string run = job.Contains('/', StringComparison.Ordinal) ? "" : job.Split('.')[0];
        string[] places =
        [
            Path.GetFullPath(job), Path.GetFullPath(Path.Combine(evidence, job)),
            Path.GetFullPath(Path.Combine(evidence, run, job)),
        ];
        return Array.Find(places, place => File.Exists(Path.Combine(place, Journal)))
            ?? throw new UsageException(
                $"no job \"{Output.PlainText.Of(job)}\": neither a job directory nor a job id below {evidence}");
    }
}
