using System.Security.Cryptography;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Hashes of the files of a job directory, read piece by piece.</summary>
internal static class EvidenceDigests
{
    private const int PieceBytes = 64 << 10;

    /// <summary>Hash and length of bytes.</summary>
    public static FileDigest Of(ReadOnlySpan<byte> bytes) =>
        new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);

    /// <summary>Hash and length of a text in UTF-8, which is hashed while it is written and never kept.</summary>
    public static FileDigest OfText(Action<TextWriter> write)
    {
        using var text = new HashedText();
        write(text);
        return text.Digest();
    }

    /// <summary>Hash and length of a file of a job directory.</summary>
    /// <exception cref="EvidenceException">It is missing or cannot be read.</exception>
    public static FileDigest OfFile(string directory, string name)
    {
        using FileStream file = EvidenceFolder.Open(directory, name);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[PieceBytes];
        long length = 0;
        while (EvidenceFolder.Fill(file, piece, name) is > 0 and int read)
        {
            hash.AppendData(piece, 0, read);
            length += read;
        }

        return new FileDigest(Convert.ToHexStringLower(hash.GetHashAndReset()), length);
    }

    /// <summary>Digests of a finished job's journal and console, as they are on disk.</summary>
    /// <param name="directory">The job directory.</param>
    /// <param name="records">The journal as it was written.</param>
    /// <exception cref="EvidenceException">A file is missing, or the journal on disk is not the one that was written.
    /// </exception>
    public static RecordDigest OfRecord(string directory, IReadOnlyList<JournalRecord> records)
    {
        using FileStream file = EvidenceFolder.Open(directory, JournalWriter.FileName);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = new JournalLines(file);
        (long count, long length, string head) = (0, 0, "");
        while (lines.Next() is { IsEmpty: false } line)
        {
            hash.AppendData(line.Span);
            // Each line names the hash of the one before it, so that the last hash stands for all lines.
            head = ++count == records.Count ? JournalLine.Hash(line.Span) : "";
            length += line.Length;
        }

        if (records is not [.., { } last] || head != last.Hash)
            throw new EvidenceException(JournalWriter.FileName, 0, "the file does not hold the records of this job");
        return new RecordDigest(
            new FileDigest(Convert.ToHexStringLower(hash.GetHashAndReset()), length), count, head,
            OfFile(directory, ConsoleLog.RawName), OfFile(directory, ConsoleLog.IndexName));
    }
}
