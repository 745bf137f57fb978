using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Puts a backup back onto the chip that it was taken of, and onto no other (rule I8).</summary>
internal static class RestorePhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, BackupToRestore backup, CancellationToken cancel)
    {
        if (job.Vault.Load(backup.Sha256) is not { } image)
            return Refuse($"the vault lacks this backup, or it is damaged ({backup.Sha256})");
        if (image.Length != job.Chip!.SizeBytes)
            return Refuse($"the backup has {image.Length} bytes and the chip {job.Chip.SizeBytes}");
        if ((backup.ToNewChip ? RefuseKnownChip(job, backup) : RefuseOtherChip(job, backup)) is { } other)
            return Refuse(other);
        job.Backup = image;
        if (!backup.ToNewChip && backup.UniqueId.Length == 0
            && await RefuseOtherContentAsync(job, image, cancel) is { } foreign)
        {
            return Refuse(foreign);
        }

        if (job.State.DirtyJob(job.Options.Bench) is not null)
            job.Dirty = job.Marked = true; // a whole read that agrees takes the mark away, whoever set it
        return await WritePhase.RestoreAsync(job, backup.ToNewChip ? new HashSet<uint>() : backup.Torn, cancel);
    }

    private static string? RefuseOtherChip(JobContext job, BackupToRestore backup)
    {
        (string id, string unique) = ($"{job.Identity!.JedecId:X6}", job.Identity.UniqueId ?? "");
        return (id, unique) == (backup.JedecId, backup.UniqueId) ? null
            : $"the backup is of the chip {backup.JedecId} (unique id {Shown(backup.UniqueId)}), and {id} "
                + $"({Shown(unique)}) is here: the right board, or --to-new-chip if its chip was replaced";
    }

    // A chip of which this host has a backup is the chip of another board.
    private static string? RefuseKnownChip(JobContext job, BackupToRestore backup) =>
        ChipKey.Of(job.Identity!) is { } key && job.State.Chips.Backup(key) is { } known && known != backup.Sha256
            ? "this chip is not new: the vault has a backup of it, with another board's own data"
            : null;

    // Two chips without a unique id: what is neither ME nor BIOS tells one board from another, its MAC address among
    // it.
    private static async Task<string?> RefuseOtherContentAsync(JobContext job, byte[] image, CancellationToken cancel)
    {
        ImageAnalysis analysis;
        try
        {
            analysis = ImageAnalysis.Read(image, job.Options.Keys);
        }
        catch (ImageFormatException e)
        {
            return $"the chip has no unique id, and the backup does not tell one board from another: {e.Message}";
        }

        List<FlashRange> mayDiffer =
        [
            .. analysis.Descriptor?.Regions
                .Where(region => region.Number is DescriptorRegion.Bios or DescriptorRegion.Me)
                .Select(region => region.Range) ?? [FlashRange.At(0, image.Length)],
        ];
        SpiSession spi = await job.Power.AcquireSpiAsync("is it the same board", cancel);
        byte[] now = await spi.ReadAllAsync(
            job.Chip!, done => job.Report(done, job.Chip!.SizeBytes, "bytes"), cancel);
        ByteDifference differing = ByteDifference.Between(now, image, mayDiffer);
        return differing.Count == 0 && analysis.Descriptor is not null ? null
            : "the chip has no unique id, and it holds other bytes than this board's, first at "
                + $"0x{differing.First:X6}: --to-new-chip puts the backup there all the same";
    }

    private static string Shown(string uniqueId) => uniqueId.Length > 0 ? uniqueId : "none";

    private static PhaseOutcome Refuse(string reason) => new(Verdict.Error, reason, ErrorClass.Image);
}
