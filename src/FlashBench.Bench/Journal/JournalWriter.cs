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
    private long _sound; // byte offset behind the last record that is on disk
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
            _file?.Dispose();
            throw new JournalWriteException($"{directory}: the journal cannot be created: {e.Message}", e);
        }
    }

    private JournalWriter(FileStream file, BenchClock clock, JournalRecord last) =>
        (_file, _clock, _head, _next, _sound) = (file, clock, last.Hash, last.Seq + 1, file.Length);

    /// <summary>Opens the journal of a job that goes on, and cuts off a torn last line.</summary>
    /// <param name="directory">The job directory.</param>
    /// <param name="clock">Stamps the records.</param>
    /// <param name="last">The last sound record.</param>
    /// <param name="soundBytes">Byte offset behind it.</param>
    /// <param name="tornBytes">Bytes that follow there, and nothing else.</param>
    /// <exception cref="JournalWriteException">The file cannot be written, or has changed since it was
    /// read.</exception>
    public static JournalWriter Reopen(
        string directory, BenchClock clock, JournalRecord last, long soundBytes, long tornBytes)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(
                Path.Combine(directory, FileName), FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (file.Length != soundBytes + tornBytes)
                throw new IOException("it has changed meanwhile: another process runs this job");
            file.SetLength(soundBytes);
            file.Seek(0, SeekOrigin.End);
            DiskFaults.Sync(file); // also of records that the last process wrote and did not sync
            DurableFile.SyncDirectory(directory);
            return new JournalWriter(file, clock, last);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new JournalWriteException($"{directory}: the journal cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Given back when the disk is full, so that the journal can say so; null for none.</summary>
    public DiskReserve? Reserve { get; set; }

    /// <summary>Called at every moment of every append, with the record's type name; may throw IOException or end
    /// the process. Null in ordinary runs.</summary>
    public Action<JournalMoment, string>? Probe { get; set; }

    /// <summary>Called with every record that is on disk.</summary>
    public Action<JournalRecord>? Appended { get; set; }

    /// <summary>Appends one record and syncs it to disk.</summary>
    /// <exception cref="JournalWriteException">It could not be written whole; the job must stop.</exception>
    public void Append(JournalData data)
    {
        ThrowIfEnded();
        long? began = JournalMeter.Now();
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
            throw End("the journal", e);
        }

        JournalMeter.OnDisk(began, type);
        _sound = _file.Position;
        _head = JournalLine.Hash(line);
        var record = new JournalRecord(_next++, at, data, _head);
        Appended?.Invoke(record);
    }

    /// <summary>Ends the journal, as a crash would: evidence could not be written, and a record behind such a hole
    /// would hide it. A full disk gets a last record in the room of the reserve.</summary>
    /// <param name="what">What could not be written.</param>
    /// <param name="fault">What the disk said.</param>
    /// <returns>What every further append throws.</returns>
    public JournalWriteException End(string what, Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _failure = new JournalWriteException($"{what} cannot be written: {fault.Message}", fault);
        if (DiskReserve.IsNoSpace(fault))
            Halt(fault.Message);
        return _failure;
    }

    /// <summary>Returns if the journal takes another record.</summary>
    /// <exception cref="JournalWriteException">Evidence could not be written before.</exception>
    public void ThrowIfEnded()
    {
        if (_failure is not null)
            throw _failure;
    }

    // In the room that the reserve gives back: why this run ends. What was written of the record that failed goes. A
    // journal that has no first record is left without one: nothing was begun.
    private void Halt(string reason)
    {
        if (Reserve is null)
            return;
        try
        {
            Reserve.Release();
            _file.SetLength(_sound);
            if (_sound == 0)
                return;
            _file.Seek(0, SeekOrigin.End);
            DiskFaults.Write(_file, JournalLine.Write(_next, _head, _clock.Now(), new JournalData.JobHalt(reason)));
            DiskFaults.Sync(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the journal ends as after a crash, which `resume` takes just as well.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
