using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 2: two whole reads, byte-identical, in the vault. A third read is diagnosis, never a vote.</summary>
internal static class BackupPhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        (byte[] first, string sha256) = await PassAsync(job, 1, diagnosis: false, cancel);
        (byte[] second, _) = await PassAsync(job, 2, diagnosis: false, cancel);
        if (first.AsSpan().SequenceEqual(second))
        {
            job.Vault.Store(first);
            job.Backup = first;
            if (ChipKey.Of(job.Identity!) is { } key)
                job.State.Chips.SaveBackup(key, sha256);
            job.Journal.Append(new JournalData.Backup(sha256, first.Length, 2, true, 0, 0, Stored: true));
            job.Note($"backup {sha256} is in the vault");
            return DiffersFromBefore(job, sha256) ?? PhaseOutcome.Pass;
        }

        ByteDifference difference = ByteDifference.Between(first, second);
        job.Deviate("the backup was read a third time, for diagnosis only");
        (byte[] third, _) = await PassAsync(job, 3, diagnosis: true, cancel);
        job.Journal.Append(new JournalData.Backup(
            sha256, first.Length, 3, false, difference.Count, difference.First, Stored: false));
        bool once = third.AsSpan().SequenceEqual(first) || third.AsSpan().SequenceEqual(second);
        return new PhaseOutcome(
            once ? Verdict.Inconclusive : Verdict.Fail,
            $"two whole reads differ in {difference.Count} bytes, first at 0x{difference.First:X6}; "
                + (once ? "a third agrees with one of them" : "a third agrees with neither") + ": check clip and leads",
            ErrorClass.Infrastructure);
    }

    // A read before an interruption counts no more, but it must not have been another one.
    private static PhaseOutcome? DiffersFromBefore(JobContext job, string sha256) =>
        job.Records.Select(record => record.Data).OfType<JournalData.BackupPass>().All(pass => pass.Sha256 == sha256)
            ? null
            : new PhaseOutcome(
                Verdict.Inconclusive, "the whole reads before and after an interruption differ: check clip and leads",
                ErrorClass.Infrastructure);

    private static async Task<(byte[] Content, string Sha256)> PassAsync(
        JobContext job, int number, bool diagnosis, CancellationToken cancel)
    {
        // Each pass opens the programmer anew: nothing in between may repeat old bytes.
        SpiSession spi = await job.Power.AcquireSpiAsync($"backup pass {number}", cancel);
        job.BeginStage(diagnosis ? "whole read 3, for diagnosis" : $"whole read {number} of 2");
        SpiNorChip chip = job.Chip!;
        byte[] content = await spi.ReadAllAsync(chip, done => job.Report(done, chip.SizeBytes, "bytes"), cancel);
        string sha256 = FlashContent.HashOf(content);
        job.Journal.Append(new JournalData.BackupPass(number, sha256, content.Length, diagnosis));
        return (content, sha256);
    }
}
