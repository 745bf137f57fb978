using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 6: writes only what differs, block by block, then reads everything back through a new
/// handle.</summary>
internal static class WritePhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        if (job.Begun is { } begun)
            return await GoOnAsync(job, begun, cancel);
        byte[] current = await ReadAsync(job, "before the write", cancel);
        if (Drifted(job, current) is { } refused)
            return refused;
        // What drifted was read once, and may be written back.
        if (await SecondLook.DoubtAsync(job, "before the write", current, job.Backup!, cancel) is { } doubtful)
            return doubtful;
        byte[] target = Target(job, current);
        job.Vault.Store(target); // with it a write that is interrupted can go on: nothing else knows all of it
        await new FlashWriter(job).WriteAsync("plan", current, target, cancel);
        return await VerifyAsync(job, target, cancel);
    }

    /// <summary>Puts the backup back.</summary>
    /// <param name="job">The job.</param>
    /// <param name="torn">Where blocks begin that are written whatever they seem to hold, beside those that this job
    /// left unfinished itself.</param>
    /// <param name="cancel">Honoured between blocks.</param>
    public static async Task<PhaseOutcome> RestoreAsync(
        JobContext job, IReadOnlySet<uint> torn, CancellationToken cancel)
    {
        byte[] current = await ReadAsync(job, "before restoring", cancel);
        HashSet<uint> unknown = [.. torn, .. TornBlocks.In(job.Records.Select(record => record.Data))];
        await new FlashWriter(job).WriteAsync("restore", current, job.Backup!, cancel, unknown);
        byte[] actual = await ReadAsync(job, "restore", cancel);
        ByteDifference difference = FlashContent.Record(job, "restore", actual, job.Backup!, []);
        if (difference.Count == 0)
            Settle(job, actual);
        return difference.Count == 0
            ? PhaseOutcome.Pass
            : new PhaseOutcome(Verdict.Fail, "the backup could not be put back whole", ErrorClass.Infrastructure);
    }

    // After an interruption amid the write. Outside the blocks that were begun nothing was touched: there the chip must
    // hold what this board's chip held, or it is another one.
    private static async Task<PhaseOutcome> GoOnAsync(JobContext job, BegunWrite begun, CancellationToken cancel)
    {
        byte[] target = ChipAgainStep.FromVault(job, begun.TargetSha256, "what the chip shall hold");
        byte[] current = await ReadAsync(job, "after the interruption", cancel);
        RefuseRestored(job, begun, (current, target));
        byte[] untouched = [.. job.Backup!];
        var kept = FlashContent.KeptAsItIs(job).ToList();
        foreach ((FlashRange from, FlashRange to) in kept)
            to.Of(target).CopyTo(untouched.AsSpan((int)from.Start));
        // What the board had written, and what is replaced, is in the target no more.
        IEnumerable<FlashRange> lost = FlashContent.WrittenSinceBackup(job)
            .Where(range => !kept.Exists(one => one.From.Contains(range)));
        List<FlashRange> mayDiffer = [.. begun.Ranges, .. FlashContent.ErasedAnyway(job), .. lost];
        ByteDifference foreign = ByteDifference.Between(current, untouched, mayDiffer);
        if (foreign.Count > 0)
        {
            throw new ResumeRefusedException(
                $"{foreign.Count} bytes that nobody touched differ from this board's backup, first at "
                + $"0x{foreign.First:X6}: another board, or a bad contact; nothing was written to it")
            {
                OtherBoard = true,
            };
        }

        job.Journal.Append(new JournalData.ReadBack(
            JournalData.ReadBack.GoingOn, FlashContent.HashOf(current), begun.TargetSha256, 0, 0, Reopened: true, []));
        await new FlashWriter(job).GoOnAsync(begun, current, target, cancel);
        return await VerifyAsync(job, target, cancel);
    }

    // What this job wrote is gone, and the board's own bytes are back: whoever put them there ended this job.
    private static void RefuseRestored(JobContext job, BegunWrite begun, (byte[] Now, byte[] Target) chip)
    {
        bool undone = begun.Blocks.Any(block => block.Done
            && !Range(block).Of(chip.Now).SequenceEqual(Range(block).Of(chip.Target)));
        if (!undone
            || ByteDifference.Between(chip.Now, job.Backup!, FlashContent.WrittenSinceBackup(job)).Count > 0)
        {
            return;
        }

        ClearMarks(job);
        throw new ResumeRefusedException(
            "its backup was put back since, and the chip holds all of it: run the job anew")
        {
            ChipIsWhole = true,
        };

        static FlashRange Range(BegunBlock block) => new(block.Start, block.End);
    }

    // The board ran since the backup: its own firmware may have written its own data, and nothing else.
    private static PhaseOutcome? Drifted(JobContext job, byte[] current)
    {
        List<FlashRange> mayDiffer = FlashContent.MayDriftBeforeWrite(job);
        ByteDifference difference = FlashContent.Record(job, "before", current, job.Backup!, mayDiffer);
        if (difference.Count > 0)
        {
            return new PhaseOutcome(
                Verdict.Inconclusive, $"since the backup the chip changed outside the board's own data, first at "
                    + $"0x{difference.First:X6}: nothing is written", ErrorClass.Dut);
        }

        foreach (JournalData.NamedRange drift in FlashContent.DriftOf(current, job.Backup!, mayDiffer))
        {
            job.Deviate($"since the backup the board changed its own data in 0x{drift.Start:X6}-0x{drift.End:X6}");
        }

        return null;
    }

    // The board's own data as it is now, the rest as planned from the backup.
    private static byte[] Target(JobContext job, byte[] current)
    {
        if (job.Options.KeepsStock)
            return current; // the control is that nothing is written
        byte[] target = job.Plan!.Apply(job.Backup);
        foreach ((FlashRange from, FlashRange to) in FlashContent.KeptAsItIs(job))
            from.Of(current).CopyTo(target.AsSpan((int)to.Start));
        return target;
    }

    private static async Task<PhaseOutcome> VerifyAsync(JobContext job, byte[] target, CancellationToken cancel)
    {
        byte[] actual = await ReadAsync(job, "verify", cancel);
        ByteDifference difference = FlashContent.Record(job, "verify", actual, target, []);
        job.Journal.Append(FlashContent.Measure(job, "verify", actual));
        if (difference.Count > 0)
        {
            // The chip's state is known now, so the verdict can name it; its mark stays. A control is put back first.
            job.Dirty &= job.Options.Control is not null;
            return new PhaseOutcome(
                Verdict.Fail,
                    $"{difference.Count} bytes do not read back as written, first at 0x{difference.First:X6}: "
                    + "the board is not booted", ErrorClass.Dut);
        }

        BoardBinding.Place(job);
        // A control's image shall not stay: its board is marked until the backup is back.
        if (job.Options.Control is null)
            Settle(job, actual);
        job.Verified = actual;
        return PhaseOutcome.Pass;
    }

    // A whole read-back showed what the chip shall keep: the board may be used again.
    private static void Settle(JobContext job, byte[] actual)
    {
        if (!job.Dirty)
            return;
        job.Journal.Append(new JournalData.Clean(FlashContent.HashOf(actual)));
        ClearMarks(job);
    }

    // The chip is known to be whole, also if a mark cannot be taken away.
    private static void ClearMarks(JobContext job)
    {
        job.Dirty = job.Marked = false;
        job.State.ClearDirty(job.Options.Bench, ChipKey.Of(job.Identity!));
    }

    // Opens the programmer anew for every read.
    private static async Task<byte[]> ReadAsync(JobContext job, string why, CancellationToken cancel)
    {
        SpiSession spi = await job.Power.AcquireSpiAsync(why, cancel);
        job.BeginStage($"whole read: {why}");
        SpiNorChip chip = job.Chip!;
        return await spi.ReadAllAsync(chip, done => job.Report(done, chip.SizeBytes, "bytes"), cancel);
    }
}
