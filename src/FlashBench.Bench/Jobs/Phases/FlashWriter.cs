using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Flash.Writing;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Erases and programs what differs between two images, one 64 KiB block after the other.</summary>
/// <remarks>
/// Before the first erase the board is journaled and marked as DIRTY. Cancellation is honoured between blocks: a block
/// once begun is finished, so that few blocks are ever undefined.
/// </remarks>
internal sealed class FlashWriter(JobContext job)
{
    /// <summary>Writes what differs.</summary>
    /// <param name="purpose">"plan" or "restore".</param>
    /// <param name="current">What the chip holds, read just now.</param>
    /// <param name="target">What it shall hold; the vault has it.</param>
    /// <param name="cancel">Honoured between blocks.</param>
    /// <param name="torn">Where blocks begin that are erased whole, whatever they seem to hold.</param>
    public async Task WriteAsync(
        string purpose, byte[] current, byte[] target, CancellationToken cancel, IReadOnlySet<uint>? torn = null)
    {
        if (current.AsSpan().SequenceEqual(target) && torn is null or { Count: 0 })
            return;
        SpiSession spi = await job.Power.AcquireSpiAsync(purpose, cancel);
        SpiNorFlash flash = spi.Open(job.Chip!);
        List<BlockPlan> plans = Plans(spi, current, target, _ => false, start => torn?.Contains((uint)start) == true);
        await RefuseProtectedAsync(flash, plans, cancel);
        cancel.ThrowIfCancellationRequested();
        await spi.CheckAsync(cancel);
        job.Journal.Append(new JournalData.Dirty(purpose, BytesOf(plans), plans.Count, FlashContent.HashOf(target)));
        Mark();
        await WriteBlocksAsync(purpose, (spi, flash), plans, target, cancel);
    }

    /// <summary>Goes on with an interrupted write: blocks that were under way are erased whole, whatever they seem to
    /// hold, since an erase or a page that was cut off reads as it likes.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public async Task GoOnAsync(BegunWrite begun, byte[] current, byte[] target, CancellationToken cancel)
    {
        SpiSession spi = await job.Power.AcquireSpiAsync("the rest of the write", cancel);
        SpiNorFlash flash = spi.Open(job.Chip!);
        List<BlockPlan> plans = Plans(spi, current, target, begun.IsDone, begun.IsTorn);
        await RefuseProtectedAsync(flash, plans, cancel);
        if (plans.Count > 0)
            await WriteBlocksAsync("the rest", (spi, flash), plans, target, cancel);
    }

    /// <summary>Marks the bench's board as half-written; on return that is on disk.</summary>
    public void Mark()
    {
        ChipKey? key = ChipKey.Of(job.Identity!);
        job.State.MarkDirty(job.Options.Bench, key, job.Options.Job);
        if (key is not null)
            job.State.Chips.Forget(key);
        job.Dirty = job.Marked = true;
    }

    private async Task WriteBlocksAsync(
        string purpose, (SpiSession Spi, SpiNorFlash Flash) chip, List<BlockPlan> plans, byte[] target,
        CancellationToken cancel)
    {
        long bytes = BytesOf(plans), done = 0;
        job.BeginStage($"writing {plans.Count} blocks that differ: {purpose}");
        var writer = new BlockWriter(chip.Flash);
        foreach (BlockPlan plan in plans)
        {
            cancel.ThrowIfCancellationRequested();
            await chip.Spi.CheckAsync(cancel);
            await WriteBlockAsync(writer, plan, target);
            done += plan.Length;
            job.Report(done, bytes, "bytes");
        }
    }

    private async Task WriteBlockAsync(BlockWriter writer, BlockPlan plan, byte[] target)
    {
        uint to = plan.Address + (uint)plan.Length;
        string sha256 = FlashContent.HashOf(target.AsSpan((int)plan.Address, plan.Length));
        job.Journal.Append(new JournalData.BlockIntent(plan.Address, to, sha256));
        await writer.WriteAsync(plan, done: null, CancellationToken.None, job.Now);
        job.Journal.Append(new JournalData.BlockDone(plan.Address, to));
    }

    private static long BytesOf(List<BlockPlan> plans) => plans.Sum(plan => (long)plan.Length);

    // The whole chip was read just now: nothing is unknown but what an interruption tore.
    private List<BlockPlan> Plans(
        SpiSession spi, byte[] current, byte[] target, Predicate<int> isDone, Predicate<int> isTorn)
    {
        SpiNorChip chip = job.Chip!;
        var planner = new WritePlanner(chip, WriteCosts.Of(chip, spi.Bus.FrequencyHz));
        var sectors = new SectorState[planner.BlockBytes / planner.SectorBytes];
        List<BlockPlan> plans = [];
        for (int start = 0; start < target.Length; start += planner.BlockBytes)
        {
            if (isDone(start))
                continue;
            Array.Fill(sectors, isTorn(start) ? SectorState.Unknown : SectorState.Known);
            BlockPlan plan = planner.Plan(
                (uint)start, current.AsSpan(start, planner.BlockBytes), target.AsMemory(start, planner.BlockBytes),
                sectors);
            if (!plan.IsEmpty)
                plans.Add(plan);
        }

        return plans;
    }

    private static async Task RefuseProtectedAsync(SpiNorFlash flash, List<BlockPlan> plans, CancellationToken cancel)
    {
        SpiNorProtection protection = await flash.ReadProtectionAsync(cancel);
        foreach (BlockPlan plan in plans)
        {
            if (protection.Covers(plan.Address, (uint)plan.Length))
                throw new Hardware.FlashChipException(flash.Chip.Name, plan.Address, $"write refused, {protection}");
        }
    }
}
