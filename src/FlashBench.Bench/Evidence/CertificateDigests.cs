namespace FlashBench.Bench.Evidence;

/// <summary>One file of the job directory.</summary>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
/// <param name="Bytes">Its length in bytes.</param>
public sealed record FileDigest(string Sha256, long Bytes);

/// <summary>The record as it was captured: what everything else is derived from.</summary>
/// <param name="Journal">journal.jsonl, the decision included.</param>
/// <param name="Records">Number of its records, the decision included.</param>
/// <param name="ChainHead">Hash of its last record.</param>
/// <param name="Console">The console's raw bytes.</param>
/// <param name="Index">The console's time index.</param>
public sealed record RecordDigest(
    FileDigest Journal, long Records, string ChainHead, FileDigest Console, FileDigest Index);

/// <summary>All files that a certificate vouches for.</summary>
/// <param name="Record">Journal and console.</param>
/// <param name="Report">report.html.</param>
/// <param name="JUnit">junit.xml.</param>
public sealed record EvidenceDigest(RecordDigest Record, FileDigest Report, FileDigest JUnit);
