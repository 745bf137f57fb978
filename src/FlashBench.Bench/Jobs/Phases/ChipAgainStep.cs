using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>What a job that goes on does first: finds out whether it is still the same chip, and takes up what earlier
/// phases had found.</summary>
/// <remarks>Whatever is wrong here throws: the job stays interrupted, and can go on when the right board is there.
/// </remarks>
internal static class ChipAgainStep
{
    /// <summary>Does so.</summary>
    /// <exception cref="ResumeRefusedException">Another chip answers, or the vault lacks what is needed.</exception>
    public static async Task RunAsync(JobContext job, InterruptedJob interrupted, CancellationToken cancel)
    {
        if (interrupted.Ended("identify") is null || interrupted.Find<JournalData.Chip>() is not { } known)
            return; // it is asked for the first time
        SpiSession spi = await job.Power.AcquireSpiAsync("the chip again", cancel);
        SpiNorIdentity identity = await SpiNorFlash.ProbeAsync(spi.Bus, spi.Time, cancel);
        if (identity.Chip is not { } chip || !IsSame(known, identity, chip))
        {
            throw new ResumeRefusedException(
                $"{known.Name} ({known.JedecId}, unique id {Shown(known.UniqueId)}) was on this bench, and "
                + $"{identity.Chip?.Name ?? "an unknown chip"} ({identity.JedecId:X6}, {Shown(identity.UniqueId)}) is")
            {
                OtherBoard = true,
            };
        }

        if (ChipKey.Of(identity) is { } key && job.State.Chips.DirtyJob(key) is { } culprit
            && culprit != job.Options.Job)
        {
            throw new ResumeRefusedException($"job {culprit} left this chip half-written: that one goes first");
        }

        ClockReport clock = await new ClockCalibration(spi.Bus, chip, spi.Time).RunAsync(cancel);
        if (!clock.IsHealthy)
            throw new ResumeRefusedException($"the SPI bus is not healthy: {clock}");
        job.Journal.Append(new JournalData.ChipAgain(
            spi.Bus.Identity, spi.Bus.FrequencyHz, known.JedecId, chip.Name, chip.SizeBytes, known.UniqueId));
        (job.Chip, job.Identity) = (chip, identity);
        job.Power.Expect(identity, clock.Chosen);
        TakeUp(job, interrupted);
        if (known.UniqueId.Length == 0)
            await RefuseOtherContentAsync(job, interrupted, spi, cancel);
    }

    /// <summary>An image that the vault must have.</summary>
    /// <exception cref="ResumeRefusedException">It is not there, or damaged.</exception>
    public static byte[] FromVault(JobContext job, string sha256, string what) => job.Vault.Load(sha256)
        ?? throw new ResumeRefusedException($"the vault lacks {what}, or it is damaged ({sha256})");

    private static void TakeUp(JobContext job, InterruptedJob interrupted)
    {
        if (interrupted.BackupSha256 is not { } backup)
            return;
        job.Backup = FromVault(job, backup, "the backup");
        if (interrupted.Ended("audit") is not { Verdict: Verdict.Pass })
            return;
        AuditPhase.Repeat(job);
        if (interrupted.Find<JournalData.Plan>() is { } plan && plan.PlannedSha256 != PlanPhase.HashOf(job))
            throw new ResumeRefusedException("the plan would be another one now");
        if (interrupted.Ended("write") is { Verdict: Verdict.Pass } && Verified(interrupted) is { } verified)
            job.Verified = FromVault(job, verified, "what was written");
        // A control that writes nothing leaves nothing to settle: its board was never marked.
        bool restores = interrupted.Phase == "restore" && interrupted.Find<JournalData.Dirty>() is not null;
        if (job.Begun is not null || restores
            || job.State.DirtyJob(job.Options.Bench) == job.Options.Job)
        {
            new FlashWriter(job).Mark(); // again: the crash may have come before the mark
        }
    }

    private static string? Verified(InterruptedJob interrupted) => interrupted.Counted
        .OfType<JournalData.ReadBack>().LastOrDefault(read => read.Purpose == "verify")?.Sha256;

    // Two chips without a unique id cannot be told apart by asking them. What no firmware writes on its own can: the
    // descriptor and the board's MAC address among it. Amid a write the write itself compares more.
    private static async Task RefuseOtherContentAsync(
        JobContext job, InterruptedJob interrupted, SpiSession spi, CancellationToken cancel)
    {
        if (job.Backup is null || job.Original is null || job.Begun is not null)
            return;
        SpiNorChip chip = job.Chip!;
        job.BeginStage("whole read: is it the same board");
        byte[] now = await spi.ReadAllAsync(chip, done => job.Report(done, chip.SizeBytes, "bytes"), cancel);
        List<FlashRange> mayDiffer = job.Verified is null
            ? [.. FlashContent.WrittenSinceBackup(job), job.Board!.Me!.Region]
            : [.. FlashContent.WrittenByFirmware(job), job.Original.Me!.Region];
        if (interrupted.Phase == "restore")
            mayDiffer.AddRange(BlocksPutBack(interrupted));
        ByteDifference differing = ByteDifference.Between(now, job.Verified ?? job.Backup, mayDiffer);
        if (differing.Count > 0)
        {
            throw new ResumeRefusedException(
                $"the chip holds other bytes than this board's, first at 0x{differing.First:X6}: another board")
            {
                OtherBoard = true,
            };
        }
    }

    // A control's backup was on its way back: those blocks hold the one image or the other, or parts of them.
    private static IEnumerable<FlashRange> BlocksPutBack(InterruptedJob interrupted) => interrupted.Records
        .Select(record => record.Data).SkipWhile(data => data is not JournalData.PhaseBegin { Name: "restore" })
        .OfType<JournalData.BlockIntent>().Select(block => new FlashRange(block.Start, block.End));

    private static bool IsSame(JournalData.Chip known, SpiNorIdentity now, SpiNorChip chip) =>
        (known.JedecId, known.Name, known.SizeBytes, known.UniqueId)
            == ($"{now.JedecId:X6}", chip.Name, chip.SizeBytes, now.UniqueId ?? "");

    private static string Shown(string? uniqueId) => uniqueId is { Length: > 0 } id ? id : "none";
}
