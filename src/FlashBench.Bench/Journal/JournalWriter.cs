namespace FlashBench.Bench.Journal;

/// <summary>Where inside one append the writer stands; crash and disk-full tests act here.</summary>
public enum JournalMoment
{
    /// <summary>Nothing of the record is written.</summary>
    BeforeWrite,

    /// <summary>Written, not yet synced.</summary>
    AfterWrite,

    /// <summary>About to sync.</summary>
    BeforeSync,

    /// <summary>The record is on disk.</summary>
    AfterSync,
}

/// <summary>Appends records to journal.jsonl; a record that this returned for is on disk.</summary>
/// <remarks>One writer at a time. After a failed append the writer refuses every further one.</remarks>
public sealed class JournalWriter : IDisposable
{
    /// <summary>File name inside a job directory.</summary>
    public const string FileName = "journal.jsonl";

    private readonly FileStream _file;
    private readonly BenchClock _clock;
    private string _head = JournalLine.NoHash;
    private long _next;
    private JournalWriteException? _failure;

    /// <summary>Creates the journal of a new job.</summary>
    /// <param name="directory">The job directory, which exists and holds no journal yet.</param>
    /// <param name="clock">Stamps the records.</param>
    /// <exception cref="JournalWriteException">The file cannot be created.</exception>
    public JournalWriter(string directory, BenchClock clock)
    {
        _clock = clock;
        try
        {
            string path = Path.Combine(directory, FileName);
            DiskFaults.ChangeName(path);
            _file = new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            DurableFile.SyncDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{directory}: the journal cannot be created: {e.Message}", e);
        }
    }

    /// <summary>Called at every moment of every append, with the record's type name; may throw IOException or end
    /// the process. Null in ordinary runs.</summary>
    public Action<JournalMoment, string>? Probe { get; set; }

    /// <summary>Called with every record that is on disk.</summary>
    public Action<JournalRecord>? Appended { get; set; }

    /// <summary>Appends one record and syncs it to disk.</summary>
    /// <exception cref="JournalWriteException">It could not be written whole; the job must stop.</exception>
    public void Append(JournalData data)
    {
        if (_failure is not null)
            throw _failure; // a record after a hole would hide the hole
        JournalTime at = _clock.Now();
        byte[] line = JournalLine.Write(_next, _head, at, data);
        string type = JournalJson.NameOf(data);
        try
        {
            Probe?.Invoke(JournalMoment.BeforeWrite, type);
            DiskFaults.Write(_file, line);
            Probe?.Invoke(JournalMoment.AfterWrite, type);
            Probe?.Invoke(JournalMoment.BeforeSync, type);
            DiskFaults.Sync(_file);
            Probe?.Invoke(JournalMoment.AfterSync, type);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _failure = new JournalWriteException($"the journal cannot be written: {e.Message}", e);
        }

        _head = JournalLine.Hash(line);
        var record = new JournalRecord(_next++, at, data, _head);
        Appended?.Invoke(record);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
