using System.Security.Cryptography;
using System.Text;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Results.Catalog;

/// <summary>An evidence folder and the results store that is derived from it.</summary>
/// <remarks>The store lies among the program's state and not in the evidence folder: an archive that cannot be written
/// has results too, and SQLite's log wants a local disk.</remarks>
/// <param name="evidence">Evidence folder; need not exist yet.</param>
/// <param name="stateFolder">State folder of this host.</param>
/// <param name="time">Tells the time, to know which folders may have changed since they were read.</param>
public sealed class EvidenceCatalog(string evidence, string stateFolder, TimeProvider time)
{
    /// <summary>How long a verb waits for other processes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Racy = TimeSpan.FromSeconds(2); // coarser than any file system's clock

    /// <summary>Evidence folder, absolute.</summary>
    public string Evidence { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(evidence));

    /// <summary>The store's file.</summary>
    public string StoreFile => Path.Combine(
        stateFolder, "results",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Evidence)))[..16] + ".db");

    /// <summary>Called after each row that was read from its journal, with the number so far.</summary>
    public Action<int> Progress { get; init; } = _ => { };

    /// <summary>Puts one job in, or what it has become.</summary>
    /// <param name="directory">A job directory below the evidence folder, absolute.</param>
    /// <param name="place">Which part of a run it is; null: by the log of the run that it lies in.</param>
    /// <param name="patience">How long to wait for other processes.</param>
    /// <exception cref="ResultsException">The store cannot be used; the journal is as true as before.</exception>
    public void Add(string directory, RunPlace? place, TimeSpan patience)
    {
        string relative = Path.GetRelativePath(Evidence, directory).Replace(Path.DirectorySeparatorChar, '/');
        JobRow row = JobRowReader.Read(Evidence, relative, place ?? new RunPlaces(Evidence).Of(relative));
        using ResultsStore store = ResultsStore.Open(StoreFile, patience);
        store.Put([row]);
    }

    /// <summary>Brings a store up to date: jobs that ended without putting themselves in, jobs that went on, jobs whose
    /// directories are gone. Costs little where nothing has changed.</summary>
    /// <remarks>A decided job is not read again: whoever deletes its directory by hand and lets another job take the
    /// name before anybody looks must rebuild.</remarks>
    /// <param name="store">The store, open to write.</param>
    /// <param name="cancel">Stops between two jobs; what was read is kept.</param>
    /// <exception cref="ResultsException">The store cannot be used.</exception>
    /// <exception cref="IOException">The evidence folder cannot be read.</exception>
    public void Update(ResultsStore store, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        Dictionary<string, long> known = store.Folders();
        var folders = new Queue<string>(known.Keys.Append("").Distinct(StringComparer.Ordinal));
        while (folders.TryDequeue(out string? folder))
        {
            long changed = ChangeOf(folder);
            if (known.TryGetValue(folder, out long before) && before == changed && changed != 0)
                continue;
            foreach (string run in UpdateFolder(store, folder, changed, cancel).Where(run => !known.ContainsKey(run)))
                folders.Enqueue(run);
        }

        Read(store, [.. store.Open().Where(job => LengthOf(job.Directory) is long now && now != job.JournalBytes)
            .Select(job => job.Directory)], cancel);
    }

    /// <summary>The rows of job directories, read by all processors, in the order of the directories.</summary>
    internal IEnumerable<JobRow> Rows(IReadOnlyList<string> directories, CancellationToken cancel)
    {
        int done = 0;
        var places = new RunPlaces(Evidence);
        foreach (JobRow row in directories.AsParallel().AsOrdered().WithCancellation(cancel)
            .WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(directory => JobRowReader.Read(Evidence, directory, places.Of(directory))))
        {
            Progress(++done);
            yield return row;
        }
    }

    private IReadOnlyList<string> UpdateFolder(
        ResultsStore store, string folder, long changed, CancellationToken cancel)
    {
        var rows = store.DirectoriesIn(folder).ToHashSet(StringComparer.Ordinal);
        if (!Directory.Exists(Path.Combine(Evidence, folder)))
        {
            store.Remove(rows);
            store.RememberFolders([(folder, null)]);
            return [];
        }

        DateTimeOffset now = time.GetUtcNow();
        EvidenceNames names = EvidenceNames.In(Evidence, folder, rows.Contains, now);
        Read(store, [.. names.Jobs.Where(job => !rows.Contains(job)).Order(StringComparer.Ordinal)], cancel);
        rows.ExceptWith(names.Jobs);
        if (rows.Count > 0)
            store.Remove(rows);
        // A folder that changes right now may change again without a later time.
        bool settled = !names.MayGrow && changed < (now - Racy).UtcTicks;
        store.RememberFolders([(folder, settled ? changed : 0)]);
        return names.Runs;
    }

    private void Read(ResultsStore store, List<string> directories, CancellationToken cancel)
    {
        foreach (JobRow[] some in Rows(directories, cancel).Chunk(500))
            store.Put(some);
    }

    private long ChangeOf(string folder)
    {
        var info = new DirectoryInfo(Path.Combine(Evidence, folder));
        return info.Exists ? info.LastWriteTimeUtc.Ticks : 0;
    }

    private long? LengthOf(string directory)
    {
        var journal = new FileInfo(Path.Combine(Evidence, directory, Bench.Journal.JournalWriter.FileName));
        return journal.Exists ? journal.Length : null;
    }
}
