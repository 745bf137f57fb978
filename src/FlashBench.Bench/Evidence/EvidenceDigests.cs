using System.Security.Cryptography;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Hashes of the files of a job directory.</summary>
internal static class EvidenceDigests
{
    /// <summary>Hash and length of bytes.</summary>
    public static FileDigest Of(ReadOnlySpan<byte> bytes) =>
        new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);

    /// <summary>Digests of a finished job's journal and console.</summary>
    /// <exception cref="EvidenceException">A file is missing, or the journal is not sound.</exception>
    public static RecordDigest OfRecord(string directory)
    {
        byte[] journal = EvidenceFolder.ReadFile(directory, JournalWriter.FileName);
        return OfRecord(
            JournalReader.ReadStrict(journal), journal, EvidenceFolder.ReadFile(directory, ConsoleLog.RawName),
            EvidenceFolder.ReadFile(directory, ConsoleLog.IndexName));
    }

    /// <summary>Digests of a journal that was read, and of its console.</summary>
    /// <exception cref="EvidenceException">The journal has no record.</exception>
    public static RecordDigest OfRecord(
        IReadOnlyList<JournalRecord> records, ReadOnlySpan<byte> journal, ReadOnlySpan<byte> raw,
        ReadOnlySpan<byte> index) =>
        records is [.., { } last]
            ? new RecordDigest(Of(journal), records.Count, last.Hash, Of(raw), Of(index))
            : throw new EvidenceException(JournalWriter.FileName, 0, "the journal is empty");
}
