using FlashBench.Hardware;

namespace FlashBench.Bench.Journal;

public abstract partial record JournalData
{
    /// <summary>Programmer and chip as they identified themselves.</summary>
    public sealed record Chip(
        PartIdentity Programmer, int FrequencyHz, string JedecId, string Name, uint SizeBytes, string UniqueId,
        string Health) : JournalData;

    /// <summary>The chip of a job that goes on, asked again; it must be the one of <see cref="Chip"/>.</summary>
    public sealed record ChipAgain(
        PartIdentity Programmer, int FrequencyHz, string JedecId, string Name, uint SizeBytes, string UniqueId)
        : JournalData;

    /// <summary>One whole read of the chip for the backup; a third pass is diagnosis only.</summary>
    public sealed record BackupPass(int Number, string Sha256, long SizeBytes, bool Diagnosis) : JournalData;

    /// <summary>The backup is in the vault and fsynced, or the passes disagreed.</summary>
    public sealed record Backup(
        string Sha256, long SizeBytes, int Passes, bool Agree, long DifferingBytes, long FirstDifference, bool Stored)
        : JournalData;

    /// <summary>What the backup contains.</summary>
    public sealed record Audit(
        int Generation, string Family, string Version, string Sku, bool SignatureValid, string Key, bool TestKey,
        bool Stock, DisableBitState DisableBit, NamedRange[] Regions, NamedRange[] Partitions, long ContentBytes,
        AuditFinding[] Findings, string[] Refusals) : JournalData;

    /// <summary>What will be changed, and what must not change.</summary>
    public sealed record Plan(
        string Policy, string PlannedSha256, long ChangedBytes, long UnattributedBytes, PlanChange[] Changes,
        HashedRange[] Kept) : JournalData;

    /// <summary>The chip is about to be erased: until `clean` the board is DIRTY. The vault holds the whole content
    /// that it shall get, under this hash: what the board itself changed since its backup is in no other place.
    /// </summary>
    public sealed record Dirty(string Purpose, long Bytes, int Blocks, string TargetSha256) : JournalData;

    /// <summary>One block is about to be erased and programmed.</summary>
    public sealed record BlockIntent(uint Start, uint End, string Sha256) : JournalData;

    /// <summary>The block's operations have ended.</summary>
    public sealed record BlockDone(uint Start, uint End) : JournalData;

    /// <summary>The chip holds what was planned, by a full re-read after re-opening the programmer.</summary>
    public sealed record Clean(string Sha256) : JournalData;

    /// <summary>A full read of the chip, compared with what should be there.</summary>
    public sealed record ReadBack(
        string Purpose, string Sha256, string ExpectedSha256, long DifferingBytes, long FirstDifference, bool Reopened,
        NamedRange[] Drift) : JournalData
    {
        /// <summary>Purpose of the read with which an interrupted write goes on.</summary>
        public const string GoingOn = "resume";
    }

    /// <summary>What a read of the chip says about the neutralization, by its content alone.</summary>
    public sealed record FlashCheck(
        string Purpose, KeptState[] Kept, long ContentBytes, long? ContentLimit, string[] Left, bool SignatureValid,
        DisableBitState DisableBit, bool OnlyPinnedBitChanged, string[] Problems) : JournalData;

    /// <summary>The disable bit (HAP or AltMeDisable).</summary>
    public sealed record DisableBitState(string Name, uint Offset, int Bit, bool Set, uint Dword);

    /// <summary>A named byte range.</summary>
    public sealed record NamedRange(string Name, uint Start, uint End);

    /// <summary>A byte range that must stay as it was, with the hash of its content.</summary>
    public sealed record HashedRange(string Name, uint Start, uint End, string Sha256);

    /// <summary>Whether a kept range still holds its original bytes; board data (MFS) may be rewritten by the board.
    /// </summary>
    public sealed record KeptState(string Name, uint Start, uint End, bool Equal, bool BoardData = false);

    /// <summary>One attributed change.</summary>
    public sealed record PlanChange(
        uint Start, uint End, string Rule, string Text, string OldSha256, string NewSha256);

    /// <summary>One remark of the audit.</summary>
    public sealed record AuditFinding(long Offset, string Severity, string Text);
}
