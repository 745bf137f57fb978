namespace FlashBench.Bench.Journal;

/// <summary>Where on the bench's clocks a record was made.</summary>
/// <param name="MonoUs">Microseconds since the job began, on the monotonic clock; durations use this one.</param>
/// <param name="BootUs">Microseconds since the host booted, suspend included; a jump against mono is a suspend.</param>
/// <param name="BootId">The host boot to which both belong.</param>
/// <param name="Utc">Wall clock, for display only.</param>
public readonly record struct JournalTime(long MonoUs, long BootUs, string BootId, DateTimeOffset Utc);

/// <summary>One complete line of a journal.</summary>
/// <param name="Seq">0 for the first record, then one more each.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Data">What it says.</param>
/// <param name="Hash">SHA-256 of the line, line end included; the next record names it as `prev`.</param>
public sealed record JournalRecord(long Seq, JournalTime Time, JournalData Data, string Hash);

/// <summary>A journal cannot be written any more: the job stops in its safe state (exit 73).</summary>
public sealed class JournalWriteException(string message, Exception inner) : Exception(message, inner);

/// <summary>A journal or console log does not hold what it claims.</summary>
/// <param name="file">File name inside the job directory.</param>
/// <param name="offset">Byte offset where the damage was noticed.</param>
/// <param name="reason">What was found, as a sentence without a full stop.</param>
public sealed class EvidenceException(string file, long offset, string reason)
    : Exception($"{file} at byte {offset}: {reason}")
{
    /// <summary>File name inside the job directory.</summary>
    public string File { get; } = file;

    /// <summary>Byte offset where the damage was noticed.</summary>
    public long Offset { get; } = offset;
}
