using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Jobs;

/// <summary>Where one job keeps what it makes.</summary>
/// <param name="Directory">The job directory; exists and is empty.</param>
/// <param name="Vault">Backups.</param>
/// <param name="State">What the bench remembers between jobs.</param>
/// <param name="Key">Signs the record.</param>
public sealed record JobFolders(string Directory, Vault Vault, BenchState State, StationKey Key)
{
    /// <summary>Given back when the disk is full; null for none.</summary>
    public Journal.DiskReserve? Reserve { get; init; }

    private const int SuffixMax = 100_000;

    /// <summary>The directories that <see cref="Create"/> made for a job, the first one first.</summary>
    public static IReadOnlyList<string> Of(string evidence, string job)
    {
        var made = new List<string>();
        for (int suffix = 1; suffix < SuffixMax; suffix++)
        {
            string path = PathOf(evidence, job, suffix);
            if (!System.IO.Directory.Exists(path))
                break;
            made.Add(path);
        }

        return made;
    }

    /// <summary>The name that <see cref="Create"/> would give a job's directory now.</summary>
    /// <param name="evidence">Evidence folder; need not exist.</param>
    /// <param name="job">Job id.</param>
    public static string NextName(string evidence, string job)
    {
        int suffix = 1;
        while (suffix < SuffixMax && Path.Exists(PathOf(evidence, job, suffix)))
            suffix++;
        return Path.GetFileName(PathOf(evidence, job, suffix));
    }

    /// <summary>Makes a new job directory: the job id, with a number behind it if that is taken.</summary>
    /// <param name="evidence">Evidence folder; created if needed.</param>
    /// <param name="job">Job id.</param>
    /// <exception cref="Journal.JournalWriteException">No directory can be made there.</exception>
    public static string Create(string evidence, string job)
    {
        try
        {
            Journal.DurableFile.CreateDirectory(evidence);
            for (int suffix = 1; suffix < SuffixMax; suffix++)
            {
                string path = PathOf(evidence, job, suffix);
                if (File.Exists(path) || System.IO.Directory.Exists(path))
                    continue;
                Journal.DurableFile.CreateDirectory(path);
                return path;
            }

            throw new IOException($"{evidence} holds too many directories of job {job}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Journal.JournalWriteException($"{evidence}: no job directory can be made: {e.Message}", e);
        }
    }

    private static string PathOf(string evidence, string job, int suffix) =>
        Path.Combine(evidence, suffix == 1 ? job : $"{job}-{suffix}");
}
