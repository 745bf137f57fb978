using System.Text.Json;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Runs;

/// <summary>Appends to `run.jsonl`; an event that this returned for is on disk. Any thread may append.</summary>
/// <remarks>After a failed append every further one is refused. The last line of a killed process may be torn: it is
/// cut off by <see cref="Reopen"/>, and nothing before it is ever touched.</remarks>
public sealed class RunLog : IDisposable
{
    /// <summary>File name inside the folder of a run.</summary>
    public const string FileName = "run.jsonl";

    private const int BytesMax = 512 << 20, LineBytesMax = 4 << 20;

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private JournalWriteException? _failure;

    private RunLog(FileStream file) => _file = file;

    /// <summary>Called with every event that is on disk, in their order, by the thread that appended it.</summary>
    public Action<RunEvent>? Appended { get; set; }

    /// <summary>Creates the log of a new run.</summary>
    /// <param name="folder">The run's folder, which exists and has none yet.</param>
    /// <exception cref="JournalWriteException">It cannot be created.</exception>
    public static RunLog Create(string folder) => Opened(folder, FileMode.CreateNew, null);

    /// <summary>Opens the log of a run that goes on.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="soundBytes">Byte offset behind the last sound line, as <see cref="Read"/> said.</param>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    /// <remarks>Whoever goes on has the run's lock, and has read the log since.</remarks>
    public static RunLog Reopen(string folder, long soundBytes) => Opened(folder, FileMode.Open, soundBytes);

    /// <summary>Reads the events of a run.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="soundBytes">Byte offset behind the last sound line; a torn one may follow.</param>
    /// <exception cref="EvidenceException">The log is missing, or damaged before its end.</exception>
    public static IReadOnlyList<RunEvent> Read(string folder, out long soundBytes)
    {
        using FileStream file = EvidenceFolder.Open(folder, FileName);
        if (file.Length > BytesMax)
            throw new EvidenceException(FileName, BytesMax, "the log is longer than any run makes it");
        var events = new List<RunEvent>();
        var lines = new JournalLines(file);
        soundBytes = 0;
        while (lines.Next() is { IsEmpty: false } line)
        {
            if (line.Span[^1] != '\n')
                break; // torn, or being written
            events.Add(Parse(line.Span, events.Count, soundBytes));
            soundBytes += line.Length;
        }

        if (events is not [RunEvent.Started start, ..])
            throw new EvidenceException(FileName, 0, "the first line is no run.start");
        return events;
    }

    /// <summary>Reads the first event of a run alone.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="EvidenceException">The log is missing, or does not begin so.</exception>
    public static RunEvent.Started ReadStart(string folder)
    {
        using FileStream file = EvidenceFolder.Open(folder, FileName);
        return new JournalLines(file).Next() is { IsEmpty: false } line && line.Span[^1] == '\n'
            && Parse(line.Span, 0, 0) is RunEvent.Started start
                ? start
                : throw new EvidenceException(FileName, 0, "the first line is no run.start");
    }

    /// <summary>True if the line of an event is one that <see cref="Read"/> accepts: what is longer must not be begun.
    /// </summary>
    public static bool Takes(RunEvent happened) =>
        JsonSerializer.SerializeToUtf8Bytes(happened, RunEventContext.Default.RunEvent).Length < LineBytesMax;

    /// <summary>Appends an event and syncs it to disk.</summary>
    /// <exception cref="JournalWriteException">It could not be written whole; no further job may begin.</exception>
    public void Append(RunEvent happened)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(happened, RunEventContext.Default.RunEvent), (byte)'\n'];
        lock (_gate)
        {
            if (_failure is { } before)
                throw new JournalWriteException(before.Message, before);
            long sound = _file.Length;
            try
            {
                DiskFaults.Write(_file, line);
                DiskFaults.Sync(_file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _failure = new JournalWriteException($"{_file.Name} cannot be written: {e.Message}", e);
                CutOff(sound);
                throw _failure;
            }

            Appended?.Invoke(happened);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static RunLog Opened(string folder, FileMode mode, long? soundBytes)
    {
        string path = Path.Combine(folder, FileName);
        FileStream? file = null;
        try
        {
            if (soundBytes is null)
                DiskFaults.ChangeName(path);
            file = new FileStream(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (soundBytes is long sound)
                file.SetLength(sound);
            file.Seek(0, SeekOrigin.End);
            DiskFaults.Sync(file);
            DurableFile.SyncDirectory(folder);
            return new RunLog(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new JournalWriteException($"{path} cannot be opened: {e.Message}", e);
        }
    }

    private static RunEvent Parse(ReadOnlySpan<byte> line, int number, long offset)
    {
        try
        {
            if (line.Length <= LineBytesMax
                && JsonSerializer.Deserialize(line, RunEventContext.Default.RunEvent) is { } happened)
            {
                return RunEventRules.FaultOf(happened) is { } fault
                    ? throw new EvidenceException(FileName, offset, $"line {number + 1}: {fault}")
                    : happened;
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // As below.
        }

        throw new EvidenceException(FileName, offset, $"line {number + 1} is no event of a run");
    }

    // Part of a line must not stand before whatever a later process appends.
    private void CutOff(long sound)
    {
        try
        {
            _file.SetLength(sound);
        }
        catch (IOException)
        {
            // The next process cuts it off.
        }
    }
}
