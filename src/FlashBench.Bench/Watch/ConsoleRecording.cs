using System.Security.Cryptography;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Watch;

/// <summary>One arrival of console bytes, as the time index tells it.</summary>
/// <param name="AtUs">When, on the job's monotonic clock.</param>
/// <param name="Data">The bytes; those of a <see cref="ConsoleRecording"/> stay until the next arrival.</param>
public readonly record struct ConsoleArrival(long AtUs, ReadOnlyMemory<byte> Data);

/// <summary>Reads a job's console back, once, chunk by chunk, and checks it against the journal's chunk records.
/// </summary>
/// <remarks>Memory is that of two chunks, however long the console is. Every byte is hashed twice: for its chunk, and
/// for the whole file.</remarks>
/// <param name="chunks">Chunk records of the journal, in order.</param>
/// <param name="raw">The raw file; can seek.</param>
/// <param name="index">The time index; can seek.</param>
public sealed class ConsoleRecording(
    IReadOnlyList<JournalData.ConsoleChunk> chunks, Stream raw, Stream index) : IDisposable
{
    private const long BytesForThread = 4 << 20; // less is not worth one

    private readonly IncrementalHash _rawHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _indexHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task _loading = Task.CompletedTask;

    /// <summary>Opens the console of a job directory.</summary>
    /// <param name="directory">The job directory.</param>
    /// <param name="records">Its journal.</param>
    /// <exception cref="EvidenceException">A file is missing, or none that a job can have written.</exception>
    public static ConsoleRecording Open(string directory, IEnumerable<JournalRecord> records)
    {
        FileStream raw = EvidenceFolder.Open(directory, ConsoleLog.RawName);
        try
        {
            return new ConsoleRecording(
                [.. records.Select(record => record.Data).OfType<JournalData.ConsoleChunk>()], raw,
                EvidenceFolder.Open(directory, ConsoleLog.IndexName));
        }
        catch
        {
            raw.Dispose();
            throw;
        }
    }

    /// <summary>The arrivals in order, each of a chunk whose hashes are right; to be run through once, to the end.
    /// </summary>
    /// <remarks>While the arrivals of a chunk are out, another thread reads and hashes the next one.</remarks>
    /// <exception cref="EvidenceException">Bytes, index and records do not agree.</exception>
    public IEnumerable<ConsoleArrival> Arrivals()
    {
        CheckLayout();
        (var chunk, var next) = (new LoadedChunk(), new LoadedChunk());
        long before = 0;
        Task loading = Load(chunks is [var first, ..] ? first : null, chunk);
        foreach (JournalData.ConsoleChunk? following in chunks.Skip(1).Append(null))
        {
            loading.GetAwaiter().GetResult();
            loading = Load(following, next);
            (ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> times) = (chunk.Data, chunk.Times);
            while (!times.IsEmpty)
            {
                if (ConsoleIndex.Read(times.Span) is not var (length, line)
                    || line.AtUs < before || line.AtUs > JournalLimits.MonoUsMax || line.Length > data.Length)
                {
                    throw Unsound(chunk, "a line of this chunk is not sound");
                }

                yield return new ConsoleArrival(line.AtUs, data[..(int)line.Length]);
                (data, times, before) = (data[(int)line.Length..], times[length..], line.AtUs);
            }

            if (!data.IsEmpty)
                throw Unsound(chunk, "lines of this chunk do not cover it");
            (chunk, next) = (next, chunk);
        }
    }

    /// <summary>Hash and length of both files; only after the last arrival, and once.</summary>
    public (FileDigest Raw, FileDigest Index) Digests() => (
        new FileDigest(Convert.ToHexStringLower(_rawHash.GetHashAndReset()), raw.Length),
        new FileDigest(Convert.ToHexStringLower(_indexHash.GetHashAndReset()), index.Length));

    /// <inheritdoc/>
    public void Dispose()
    {
        Task.WhenAny(_loading).GetAwaiter().GetResult(); // whoever stopped half-way must not close its files
        raw.Dispose();
        index.Dispose();
        _rawHash.Dispose();
        _indexHash.Dispose();
    }

    private void CheckLayout()
    {
        long rawEnd = 0, indexEnd = 0;
        foreach (JournalData.ConsoleChunk chunk in chunks)
        {
            bool follows = chunk.Offset == rawEnd && chunk.IndexOffset == indexEnd
                && chunk.Length is > 0 and <= ConsoleLog.ChunkBytesMax
                && chunk.IndexLength is > 0 and <= ConsoleLog.IndexChunkBytesMax;
            (rawEnd, indexEnd) = (rawEnd + chunk.Length, indexEnd + chunk.IndexLength);
            if (!follows || rawEnd > raw.Length || indexEnd > index.Length)
                throw new EvidenceException(ConsoleLog.RawName, chunk.Offset, "a journaled chunk is not there");
        }

        if (rawEnd != raw.Length)
            throw new EvidenceException(ConsoleLog.RawName, rawEnd, "bytes follow that the journal does not know");
        if (indexEnd != index.Length)
            throw new EvidenceException(ConsoleLog.IndexName, indexEnd, "lines follow that the journal does not know");
    }

    private Task Load(JournalData.ConsoleChunk? chunk, LoadedChunk into)
    {
        if (chunk is null)
            return Task.CompletedTask;
        if (raw.Length >= BytesForThread)
            return _loading = Task.Run(() => Fill(chunk, into));
        Fill(chunk, into);
        return Task.CompletedTask;
    }

    private void Fill(JournalData.ConsoleChunk chunk, LoadedChunk into)
    {
        into.IndexOffset = chunk.IndexOffset;
        into.Data = Read(
            raw, (int)chunk.Length, ref into.DataBuffer, _rawHash, (ConsoleLog.RawName, chunk.Offset, chunk.Sha256));
        into.Times = Read(
            index, (int)chunk.IndexLength, ref into.TimesBuffer, _indexHash,
            (ConsoleLog.IndexName, chunk.IndexOffset, chunk.IndexSha256));
    }

    private static ReadOnlyMemory<byte> Read(
        Stream file, int length, ref byte[] buffer, IncrementalHash whole,
        (string Name, long Offset, string Sha256) chunk)
    {
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, ConsoleLog.ChunkBytes)];
        Memory<byte> bytes = buffer.AsMemory(0, length);
        if (EvidenceFolder.Fill(file, bytes.Span, chunk.Name) < length)
            throw new EvidenceException(chunk.Name, chunk.Offset, "a journaled chunk is not there");
        if (EvidenceDigests.Of(bytes.Span).Sha256 != chunk.Sha256)
        {
            throw new EvidenceException(chunk.Name, chunk.Offset,
                $"the {length} bytes from here do not have the journaled hash");
        }

        whole.AppendData(bytes.Span);
        return bytes;
    }

    private static EvidenceException Unsound(LoadedChunk chunk, string reason) =>
        new(ConsoleLog.IndexName, chunk.IndexOffset, reason);

    private sealed class LoadedChunk
    {
        public byte[] DataBuffer = [], TimesBuffer = [];

        public ReadOnlyMemory<byte> Data { get; set; }

        public ReadOnlyMemory<byte> Times { get; set; }

        public long IndexOffset { get; set; }
    }
}
