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
    public async Task WriteAsync(string purpose, byte[] current, byte[] target, CancellationToken cancel)
    {
        SpiNorChip chip = job.Chip!;
        if (current.AsSpan().SequenceEqual(target))
            return;
        SpiSession spi = await job.Power.AcquireSpiAsync(purpose, cancel);
        SpiNorFlash flash = spi.Open(chip);
        var planner = new WritePlanner(chip, WriteCosts.Of(chip, spi.Bus.FrequencyHz));
        List<BlockPlan> plans = Plans(planner, current, target);
        await RefuseProtectedAsync(flash, plans, cancel);
        cancel.ThrowIfCancellationRequested();
        await spi.CheckAsync(cancel);
        long bytes = plans.Sum(plan => (long)plan.Length);
        job.Journal.Append(new JournalData.Dirty(purpose, bytes, plans.Count));
        job.State.MarkDirty(job.Options.Bench, job.Options.Job);
        if (ChipKey.Of(job.Identity!) is { } key)
            job.State.Chips.Forget(key);
        job.Dirty = job.Marked = true;
        job.BeginStage($"writing {plans.Count} blocks that differ: {purpose}");
        var writer = new BlockWriter(flash);
        long done = 0;
        foreach (BlockPlan plan in plans)
        {
            cancel.ThrowIfCancellationRequested();
            await spi.CheckAsync(cancel);
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
        await writer.WriteAsync(plan, done: null, CancellationToken.None);
        job.Journal.Append(new JournalData.BlockDone(plan.Address, to));
    }

    // The whole chip was read just now: nothing is unknown.
    private static List<BlockPlan> Plans(WritePlanner planner, byte[] current, byte[] target)
    {
        var sectors = new SectorState[planner.BlockBytes / planner.SectorBytes];
        Array.Fill(sectors, SectorState.Known);
        List<BlockPlan> plans = [];
        for (int start = 0; start < target.Length; start += planner.BlockBytes)
        {
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
