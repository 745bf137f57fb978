using System.Security.Cryptography;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Results.Rows;

/// <summary>A job directory as it was read: the sound records at the start of its journal, and what is wrong behind
/// them.</summary>
/// <param name="Records">Sound records.</param>
/// <param name="Fault">What is wrong behind them; empty if nothing is.</param>
/// <param name="Bytes">Length of the journal.</param>
/// <param name="Sha256">Hash of the journal's bytes.</param>
internal sealed record RecordedJob(
    IReadOnlyList<JournalRecord> Records, string Fault, long Bytes, string Sha256)
{
    /// <summary>Reads the journal of a job directory; the job may be running.</summary>
    /// <exception cref="EvidenceException">It is no file that a job can have written.</exception>
    public static RecordedJob Read(string directory)
    {
        byte[] journal = EvidenceFolder.ReadFile(directory, JournalWriter.FileName);
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(journal, out _, out string fault);
        return new RecordedJob(
            records, fault, journal.Length, Convert.ToHexStringLower(SHA256.HashData(journal)));
    }

    /// <summary>The first record; null if the journal does not begin with one.</summary>
    public JournalData.JobStart? Start => Records is [{ Data: JournalData.JobStart start }, ..] ? start : null;

    /// <summary>The decision at the end of a sound journal; null for none.</summary>
    public JournalData.Decision? Decision =>
        Fault.Length == 0 && Records is [.., { Data: JournalData.Decision decision }] ? decision : null;

    /// <summary>True if the journal is sound but for an end that a crash has torn, or that is being written.</summary>
    public bool IsSound => Fault.Length == 0 || Fault == JournalReader.NoLineEnd;
}
