using System.Security.Cryptography;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>What became of a range of the chip.</summary>
internal enum FlashFate
{
    /// <summary>As found.</summary>
    Found,

    /// <summary>As found, and the plan promises so.</summary>
    Kept,

    /// <summary>Removed: it holds nothing but 0xFF.</summary>
    Erased,

    /// <summary>Other bytes than before.</summary>
    Changed,
}

/// <summary>A range of the chip and what became of it.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">Address behind the last.</param>
/// <param name="Fate">What became of it.</param>
internal sealed record FlashChange(uint Start, uint End, FlashFate Fate)
{
    private static readonly byte[] ErasedBytes = [.. Enumerable.Repeat((byte)0xFF, 64 << 10)];

    public long Bytes => Math.Max(0L, (long)End - Start);

    /// <summary>Kept, removed and changed ranges of a plan, kept ones first.</summary>
    public static IReadOnlyList<FlashChange> Of(JobFacts facts)
    {
        if (facts.Plan is not { } plan)
            return [];
        long chipBytes = Math.Max(facts.Chip?.SizeBytes ?? 0, facts.Backup?.SizeBytes ?? 0);
        return
        [
            .. plan.Kept.Select(kept => new FlashChange(kept.Start, kept.End, FlashFate.Kept)),
            .. plan.Changes.Select(change => Of(change, chipBytes)),
        ];
    }

    /// <summary>Partitions of which nothing is left: the check of the chip's content found every removal done, the
    /// plan keeps nothing in them, and all that it changes in them becomes 0xFF (the rest was 0xFF before).</summary>
    public static IEnumerable<FlashChange> Emptied(JobFacts facts, IReadOnlyList<FlashChange> changes)
    {
        if (MeSection.LastCheck(facts) is not { Left.Length: 0 } || facts.Source is not { } audit)
            return [];
        return
            from partition in audit.Partitions
            let inside = changes.Where(change => change.Start < partition.End && change.End > partition.Start).ToList()
            where inside.Count > 0 && inside.TrueForAll(change => change.Fate == FlashFate.Erased)
            select new FlashChange(partition.Start, partition.End, FlashFate.Erased);
    }

    // The journal holds hashes only: a range was removed if its new hash is that of so many 0xFF bytes.
    private static FlashChange Of(JournalData.PlanChange change, long chipBytes)
    {
        bool inside = change.Start < change.End && change.End <= chipBytes;
        bool erased = inside && HashOfErased(change.End - change.Start) == change.NewSha256;
        return new FlashChange(change.Start, change.End, erased ? FlashFate.Erased : FlashFate.Changed);
    }

    private static string HashOfErased(uint length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (uint left = length; left > 0;)
        {
            int piece = (int)Math.Min(left, (uint)ErasedBytes.Length);
            hash.AppendData(ErasedBytes.AsSpan(0, piece));
            left -= (uint)piece;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
