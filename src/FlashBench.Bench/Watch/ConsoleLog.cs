using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Watch;

/// <summary>Keeps a job's console: raw bytes, a time index beside them, and a hashed chunk record for each
/// piece.</summary>
/// <remarks>
/// The index has one line per arrival, "microseconds length". Once <see cref="Close"/> returned, bytes, index and
/// record are on disk; what arrived since the last chunk record does not count as evidence.
/// </remarks>
public sealed class ConsoleLog : IDisposable
{
    /// <summary>Folder inside a job directory.</summary>
    public const string Folder = "console";

    /// <summary>Raw bytes, relative to the job directory.</summary>
    public const string RawName = "console/console.raw";

    /// <summary>Time index, relative to the job directory.</summary>
    public const string IndexName = "console/console.idx";

    /// <summary>A chunk is closed when it has this many bytes.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>No chunk is longer than this: the last arrival of one may be long.</summary>
    public const int ChunkBytesMax = 8 << 20;

    /// <summary>Nor is its piece of the time index, even if every byte came alone.</summary>
    public const int IndexChunkBytesMax = 8 << 20;

    /// <summary>A console that says more than this in one job is cut off, which the journal records.</summary>
    public const long BytesMax = 1L << 30;

    private readonly JournalWriter _journal;
    private readonly FileStream _raw, _index;
    private readonly MemoryStream _rawChunk = new(), _indexChunk = new();

    /// <summary>Creates the folder and both files.</summary>
    /// <exception cref="JournalWriteException">They cannot be created.</exception>
    public ConsoleLog(string directory, JournalWriter journal)
    {
        _journal = journal;
        try
        {
            DurableFile.CreateDirectory(Path.Combine(directory, Folder));
            _raw = Create(Path.Combine(directory, RawName));
            _index = Create(Path.Combine(directory, IndexName));
            DurableFile.SyncDirectory(Path.Combine(directory, Folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _raw?.Dispose();
            _index?.Dispose();
            throw new JournalWriteException($"the console log cannot be created: {e.Message}", e);
        }
    }

    private ConsoleLog(JournalWriter journal, FileStream raw, FileStream index) =>
        (_journal, _raw, _index) = (journal, raw, index);

    /// <summary>Opens the console of a job that goes on, and cuts off what no record knows.</summary>
    /// <param name="directory">The job directory.</param>
    /// <param name="journal">The job's journal.</param>
    /// <param name="chunks">Its chunk records.</param>
    /// <exception cref="JournalWriteException">The files cannot be written, or lack what was journaled.</exception>
    public static ConsoleLog Reopen(
        string directory, JournalWriter journal, IReadOnlyList<JournalData.ConsoleChunk> chunks)
    {
        (long rawEnd, long indexEnd) = Ends(chunks);
        FileStream? raw = null, index = null;
        try
        {
            if (chunks.Count == 0 && !File.Exists(Path.Combine(directory, IndexName)))
            {
                DurableFile.Delete(Path.Combine(directory, RawName)); // the crash came between the two
                return new ConsoleLog(directory, journal);
            }

            raw = CutTo(Path.Combine(directory, RawName), rawEnd);
            index = CutTo(Path.Combine(directory, IndexName), indexEnd);
            DurableFile.SyncDirectory(Path.Combine(directory, Folder));
            return new ConsoleLog(journal, raw, index);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            raw?.Dispose();
            index?.Dispose();
            throw new JournalWriteException($"the console log cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Bytes of the console's files that no record knows.</summary>
    public static long LooseBytes(string directory, IReadOnlyList<JournalData.ConsoleChunk> chunks)
    {
        (long rawEnd, long indexEnd) = Ends(chunks);
        return Behind(Path.Combine(directory, RawName), rawEnd) + Behind(Path.Combine(directory, IndexName), indexEnd);
    }

    /// <summary>True once the console has said too much: nothing of it is kept any more.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Takes bytes that arrived at <paramref name="atUs"/>, unless the log has overflowed.</summary>
    /// <exception cref="JournalWriteException">A full chunk could not be written.</exception>
    public void Append(long atUs, ReadOnlySpan<byte> data)
    {
        Overflowed |= _raw.Position + _rawChunk.Length + data.Length > BytesMax;
        if (Overflowed)
            return;

        _rawChunk.Write(data);
        _indexChunk.Write(Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{atUs} {data.Length}\n")));
        if (_rawChunk.Length >= ChunkBytes)
            Close();
    }

    /// <summary>Puts everything so far on disk and journals it.</summary>
    /// <exception cref="JournalWriteException">It could not be written. The journal ends with that: a chunk behind a
    /// torn one would lie where no reader looks for it.</exception>
    public void Close()
    {
        _journal.ThrowIfEnded();
        if (_rawChunk.Length == 0)
            return;
        var record = new JournalData.ConsoleChunk(
            _raw.Position, _rawChunk.Length, HashOf(_rawChunk), _index.Position, _indexChunk.Length,
                HashOf(_indexChunk));
        try
        {
            Flush(_rawChunk, _raw);
            Flush(_indexChunk, _index);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _journal.End("the console log", e);
        }

        _journal.Append(record);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _raw.Dispose();
        _index.Dispose();
        _rawChunk.Dispose();
        _indexChunk.Dispose();
    }

    private static (long Raw, long Index) Ends(IReadOnlyList<JournalData.ConsoleChunk> chunks) =>
        chunks is [.., var last] ? (last.Offset + last.Length, last.IndexOffset + last.IndexLength) : (0, 0);

    private static long Behind(string path, long end) =>
        File.Exists(path) ? Math.Max(0, new FileInfo(path).Length - end) : 0;

    private static FileStream CutTo(string path, long length)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (file.Length < length)
        {
            file.Dispose();
            throw new IOException($"{path} lacks bytes that the journal knows");
        }

        file.SetLength(length);
        file.Seek(0, SeekOrigin.End);
        DiskFaults.Sync(file);
        return file;
    }

    private static FileStream Create(string path)
    {
        DiskFaults.ChangeName(path);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    private static string HashOf(MemoryStream chunk) =>
        Convert.ToHexStringLower(SHA256.HashData(chunk.GetBuffer().AsSpan(0, (int)chunk.Length)));

    private static void Flush(MemoryStream chunk, FileStream file)
    {
        DiskFaults.Write(file, chunk.GetBuffer().AsSpan(0, (int)chunk.Length));
        DiskFaults.Sync(file);
        chunk.SetLength(0);
    }
}
