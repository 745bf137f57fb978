using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Watch;

/// <summary>One arrival of console bytes, as the time index tells it.</summary>
/// <param name="AtUs">When, on the job's monotonic clock.</param>
/// <param name="Data">The bytes.</param>
public readonly record struct ConsoleArrival(long AtUs, ReadOnlyMemory<byte> Data);

/// <summary>Reads a job's console back and checks it against the journal's chunk records.</summary>
public static class ConsoleRecording
{
    /// <summary>Checks every chunk and returns the arrivals in order.</summary>
    /// <param name="chunks">Chunk records of the journal, in order.</param>
    /// <param name="raw">The raw file.</param>
    /// <param name="index">The time index.</param>
    /// <exception cref="EvidenceException">Bytes, index and records do not agree.</exception>
    public static IReadOnlyList<ConsoleArrival> Read(
        IReadOnlyList<JournalData.ConsoleChunk> chunks, ReadOnlyMemory<byte> raw, ReadOnlyMemory<byte> index)
    {
        CheckLayout(chunks, raw.Length, index.Length);
        var arrivals = new List<ConsoleArrival>();
        foreach (JournalData.ConsoleChunk chunk in chunks)
        {
            ReadOnlyMemory<byte> bytes = raw.Slice((int)chunk.Offset, (int)chunk.Length);
            ReadOnlyMemory<byte> lines = index.Slice((int)chunk.IndexOffset, (int)chunk.IndexLength);
            CheckHash(bytes.Span, chunk.Sha256, ConsoleLog.RawName, chunk.Offset);
            CheckHash(lines.Span, chunk.IndexSha256, ConsoleLog.IndexName, chunk.IndexOffset);
            Arrivals(chunk, bytes, lines.Span, arrivals);
        }

        return arrivals;
    }

    private static void CheckLayout(IReadOnlyList<JournalData.ConsoleChunk> chunks, long rawLength, long indexLength)
    {
        long rawEnd = 0, indexEnd = 0;
        foreach (JournalData.ConsoleChunk chunk in chunks)
        {
            bool follows = chunk.Offset == rawEnd && chunk.IndexOffset == indexEnd && chunk.Length > 0
                && chunk.IndexLength > 0; // the journal's bounds keep these sums small
            (rawEnd, indexEnd) = (rawEnd + chunk.Length, indexEnd + chunk.IndexLength);
            if (!follows || rawEnd > rawLength || indexEnd > indexLength)
                throw new EvidenceException(ConsoleLog.RawName, chunk.Offset, "a journaled chunk is not there");
        }

        if (rawEnd != rawLength)
            throw new EvidenceException(ConsoleLog.RawName, rawEnd, "bytes follow that the journal does not know");
        if (indexEnd != indexLength)
            throw new EvidenceException(ConsoleLog.IndexName, indexEnd, "lines follow that the journal does not know");
    }

    private static void CheckHash(ReadOnlySpan<byte> bytes, string sha256, string file, long offset)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != sha256)
        {
            throw new EvidenceException(file, offset,
                $"the {bytes.Length} bytes from here do not have the journaled hash");
        }
    }

    private static void Arrivals(
        JournalData.ConsoleChunk chunk, ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> lines, List<ConsoleArrival> into)
    {
        long before = into.Count == 0 ? 0 : into[^1].AtUs;
        int at = 0;
        foreach (Range range in lines.TrimEnd((byte)'\n').Split((byte)'\n'))
        {
            string[] fields = Encoding.ASCII.GetString(lines[range]).Split(' ');
            if (fields.Length != 2 || !Number(fields[0], out long atUs) || !Number(fields[1], out long length)
                || atUs < before || atUs > JournalLimits.MonoUsMax || length > bytes.Length - at)
            {
                throw new EvidenceException(ConsoleLog.IndexName, chunk.IndexOffset,
                    "a line of this chunk is not sound");
            }

            into.Add(new ConsoleArrival(atUs, bytes.Slice(at, (int)length)));
            (at, before) = (at + (int)length, atUs);
        }

        if (at != bytes.Length)
            throw new EvidenceException(ConsoleLog.IndexName, chunk.IndexOffset, "lines of this chunk do not cover it");
    }

    private static bool Number(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
