using FlashBench.Bench.Journal;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Erases and programs what differs between two images, one 64 KiB block after the other.</summary>
/// <remarks>
/// Before the first erase the board is journaled and marked as DIRTY. Cancellation is honoured between blocks: a block
/// once begun is finished, so that few blocks are ever undefined.
/// </remarks>
internal sealed class FlashWriter(JobContext job)
{
    private const int BlockBytes = 64 * 1024;

    public async Task WriteAsync(string purpose, byte[] current, byte[] target, CancellationToken cancel)
    {
        var blocks = Enumerable.Range(0, target.Length / BlockBytes).Select(index => index * BlockBytes)
            .Where(start => !Same(current, target, start, BlockBytes)).ToList();
        if (blocks.Count == 0)
            return;
        SpiSession spi = await job.Power.AcquireSpiAsync(purpose, cancel);
        SpiNorFlash flash = spi.Open(job.Chip!);
        await RefuseProtectedAsync(flash, blocks, cancel);
        cancel.ThrowIfCancellationRequested();
        await spi.CheckAsync(cancel);
        job.Journal.Append(new JournalData.Dirty(purpose, (long)blocks.Count * BlockBytes, blocks.Count));
        job.State.MarkDirty(job.Options.Bench, job.Options.Job);
        job.Dirty = job.Marked = true;
        job.BeginStage($"writing {blocks.Count} blocks that differ: {purpose}");
        for (int i = 0; i < blocks.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            await spi.CheckAsync(cancel);
            await WriteBlockAsync(flash, blocks[i], current, target);
            job.Report((long)(i + 1) * BlockBytes, (long)blocks.Count * BlockBytes, "bytes");
        }
    }

    private async Task WriteBlockAsync(SpiNorFlash flash, int start, byte[] current, byte[] target)
    {
        uint from = (uint)start, to = from + BlockBytes;
        job.Journal.Append(
            new JournalData.BlockIntent(from, to, FlashContent.HashOf(target.AsSpan(start, BlockBytes))));
        EraseCommand sector = job.Chip!.Erases[0], block = job.Chip.Erases[^1];
        var dirty = Enumerable.Range(0, BlockBytes / (int)sector.SizeBytes)
            .Select(index => start + index * (int)sector.SizeBytes)
            .Where(at => !Same(current, target, at, (int)sector.SizeBytes)).ToList();
        // One block erase costs as much as a few sector erases, but it also erases the sectors that may stay.
        if (dirty.Count * sector.Typical > block.Typical && dirty.Count * (int)sector.SizeBytes == BlockBytes)
        {
            await EraseAndProgramAsync(flash, block, start, target);
        }
        else
        {
            foreach (int at in dirty)
                await EraseAndProgramAsync(flash, sector, at, target);
        }

        job.Journal.Append(new JournalData.BlockDone(from, to));
    }

    private static async Task EraseAndProgramAsync(SpiNorFlash flash, EraseCommand erase, int start, byte[] target)
    {
        await flash.EraseAsync(erase, (uint)start, CancellationToken.None);
        await flash.ProgramAsync(
            (uint)start, target.AsMemory(start, (int)erase.SizeBytes), progress: null, CancellationToken.None);
    }

    private static async Task RefuseProtectedAsync(SpiNorFlash flash, List<int> blocks, CancellationToken cancel)
    {
        SpiNorProtection protection = await flash.ReadProtectionAsync(cancel);
        foreach (int start in blocks)
        {
            if (protection.Covers((uint)start, BlockBytes))
                throw new Hardware.FlashChipException(flash.Chip.Name, (uint)start, $"write refused, {protection}");
        }
    }

    private static bool Same(byte[] left, byte[] right, int start, int length) =>
        left.AsSpan(start, length).SequenceEqual(right.AsSpan(start, length));
}
