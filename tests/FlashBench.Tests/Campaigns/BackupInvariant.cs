using System.Security.Cryptography;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Campaigns;

/// <summary>The disk at the first instruction that changes the chip.</summary>
/// <param name="Vault">The vault's folder.</param>
/// <param name="Directory">The job directory.</param>
/// <param name="Synced">Every file that was synced under its name so far, also by earlier processes.</param>
/// <param name="Task">What the process does.</param>
internal sealed record BackedUpDisk(string Vault, string Directory, HashSet<string> Synced, ProcessTask Task);

/// <summary>Rule I1, by what is on disk and in the cells before the first instruction that changes them.</summary>
internal static class BackupInvariant
{
    /// <summary>What is wrong; null if a synced backup holds what the chip holds.</summary>
    /// <param name="cells">The model's cells, before the job's first change.</param>
    /// <param name="disk">What is on disk.</param>
    /// <param name="case">Whose chip faults explain single bytes.</param>
    public static string? Fault(ReadOnlySpan<byte> cells, BackedUpDisk disk, CampaignCase @case)
    {
        string[] images = Directory.Exists(disk.Vault)
            ? Directory.GetFiles(disk.Vault, "*.bin", SearchOption.AllDirectories) : [];
        string? backup = null;
        foreach (string image in images)
        {
            byte[] content = File.ReadAllBytes(image);
            if (Path.GetFileName(image) != Convert.ToHexStringLower(SHA256.HashData(content)) + ".bin")
                return "a backup in the vault does not hold what its name says";
            if (disk.Synced.Contains(Path.GetFullPath(image)) && IsSame(content, cells, @case))
                backup = Path.GetFileNameWithoutExtension(image);
        }

        if (backup is null)
            return "the chip is changed and no synced backup holds what is on it";
        byte[] journal = File.ReadAllBytes(Path.Combine(disk.Directory, JournalWriter.FileName));
        var records = ResumedJournal.Of(JournalReader.ReadPrefix(journal, out _, out _)).Records;
        var data = records.Select(record => record.Data).ToList();
        int passes = data.OfType<JournalData.BackupPass>().Count(pass => pass.Sha256 == backup && !pass.Diagnosis);
        if (passes < 2 && disk.Task != ProcessTask.Restore)
            return $"the chip is changed after {passes} whole reads that agree with the backup";
        return data.OfType<JournalData.Dirty>().Any() ? null : "the chip is changed before the journal says so";
    }

    private static bool IsSame(ReadOnlySpan<byte> backup, ReadOnlySpan<byte> cells, CampaignCase @case)
    {
        if (backup.Length != cells.Length)
            return false;
        for (int i = 0; i < cells.Length; i++)
        {
            int same = backup[i..].CommonPrefixLength(cells[i..]);
            i += same;
            if (i < cells.Length && !IsFaulty(i, @case))
                return false;
        }

        return true;
    }

    /// <summary>True for a byte that a fault of the chip itself spoils; a read cannot know.</summary>
    public static bool IsFaulty(int address, CampaignCase @case) => @case.Plan.Faults.Any(fault =>
        fault.Kind.Name.StartsWith("chip.", StringComparison.Ordinal)
        && fault.Kind.Fields.Any(field => field.Name == "address")
        && fault["address"] % @case.SizeBytes == address);
}
