using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Puts a backup back onto the chip that it was taken of, and onto no other (rule I8).</summary>
/// <remarks>A chip that cannot be told for sure from another board's is read and kept in the vault before it is
/// written: no board ever loses its only firmware here.</remarks>
internal static class RestorePhase
{
    private const int OemSectionStart = 0xF00; // of the descriptor; before it, boards of a kind are alike

    public static async Task<PhaseOutcome> RunAsync(JobContext job, BackupToRestore backup, CancellationToken cancel)
    {
        if (job.Vault.Load(backup.Sha256) is not { } image)
            return Refuse($"the vault lacks this backup, or it is damaged ({backup.Sha256})");
        if (image.Length != job.Chip!.SizeBytes)
            return Refuse($"the backup has {image.Length} bytes and the chip {job.Chip.SizeBytes}");
        if ((backup.ToNewChip ? RefuseKnownChip(job, backup) : RefuseOtherChip(job, backup)) is { } other)
            return Refuse(other);
        if (RefuseForeignMark(job, backup) is { } marked)
            return marked;
        job.Backup = image;
        if ((backup.ToNewChip || backup.UniqueId.Length == 0)
            && await RefuseUncertainAsync(job, backup, image, cancel) is { } refused)
        {
            return refused;
        }

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

    // A whole read that agrees takes the mark of this chip away, whoever set it; but not the only mark of another one.
    // The job whose backup goes back, or one that was putting it back, left this chip so, also if it ended between
    // bench's mark and chip's.
    private static PhaseOutcome? RefuseForeignMark(JobContext job, BackupToRestore backup)
    {
        ChipKey? key = ChipKey.Of(job.Identity!);
        bool mine = key is not null && job.State.Chips.DirtyJob(key) is not null;
        if (job.State.DirtyJob(job.Options.Bench) is { } culprit)
        {
            bool foreign = key is not null && !mine && !backup.ToNewChip && culprit != backup.Job
                && culprit != job.Options.Job && !backup.MarkedBy.Contains(culprit)
                && !job.State.Chips.IsAnyDirtyBy(culprit);
            job.Dirty = true;
            if (foreign)
            {
                return new PhaseOutcome(
                    Verdict.Error, $"job {culprit} left another chip of bench {job.Options.Bench} half-written: that "
                        + "board goes first", ErrorClass.Infrastructure);
            }
        }

        job.Dirty = job.Marked = job.Dirty || mine;
        return null;
    }

    private static async Task<PhaseOutcome?> RefuseUncertainAsync(
        JobContext job, BackupToRestore backup, byte[] image, CancellationToken cancel)
    {
        byte[] now = await ReadAsync(job, "what the chip holds", cancel);
        if (!backup.ToNewChip && RefuseOtherContent(job, now, image) is { } foreign)
            return Refuse(foreign);
        if (now.AsSpan().SequenceEqual(image) || now.AsSpan().IndexOfAnyExcept((byte)0xFF) < 0)
            return null;
        byte[] again = await ReadAsync(job, "what the chip holds, again", cancel);
        if (!again.AsSpan().SequenceEqual(now))
        {
            return new PhaseOutcome(
                Verdict.Inconclusive, "two whole reads of the chip differ: check clip and leads; nothing is written",
                ErrorClass.Infrastructure);
        }

        job.Deviate($"what the chip held before is kept in the vault: {job.Vault.Store(now)}");
        return null;
    }

    // Two chips without a unique id: what neither firmware nor this program writes tells one board from another, its
    // MAC address among it.
    private static string? RefuseOtherContent(JobContext job, byte[] now, byte[] image)
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

        // Without a region that only one board has, its BIOS has to tell.
        var regions = analysis.Descriptor?.Regions.ToList() ?? [];
        bool tells = regions.Exists(region => region.Number is DescriptorRegion.Gbe or DescriptorRegion.PlatformData
            && region.Range.Of(image).IndexOfAnyExcept((byte)0xFF) >= 0);
        List<FlashRange> mayDiffer =
        [
            FlashRange.At(0, OemSectionStart), // straps, which a plan changes
            .. regions.Where(region => region.Number == DescriptorRegion.Me
                || (region.Number == DescriptorRegion.Bios && tells)).Select(region => region.Range),
        ];
        ByteDifference differing = ByteDifference.Between(now, image, mayDiffer);
        return differing.Count == 0 && regions.Count > 0 ? null
            : "the chip has no unique id, and it holds other bytes than this board's, first at "
                + $"0x{differing.First:X6}: --to-new-chip puts the backup there all the same";
    }

    private static async Task<byte[]> ReadAsync(JobContext job, string why, CancellationToken cancel)
    {
        SpiSession spi = await job.Power.AcquireSpiAsync(why, cancel);
        job.BeginStage($"whole read: {why}");
        return await spi.ReadAllAsync(
            job.Chip!, done => job.Report(done, job.Chip!.SizeBytes, "bytes"), cancel);
    }

    private static string Shown(string uniqueId) => uniqueId.Length > 0 ? uniqueId : "none";

    private static PhaseOutcome Refuse(string reason) => new(Verdict.Error, reason, ErrorClass.Image);
}
