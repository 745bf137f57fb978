using FlashBench.Firmware;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Flash.Writing;

namespace FlashBench.Bench.Programming;

/// <summary>Brings the content of a chip to what an order asks for, and remembers what it knows of it.</summary>
/// <param name="flash">The chip.</param>
/// <param name="clockHz">SPI clock in hertz; the cheapest plan depends on it.</param>
/// <param name="record">What is remembered of the chip; kept up to date.</param>
/// <param name="progress">Told how far it is; may be null.</param>
public sealed class ChipWriter(
    SpiNorFlash flash, int clockHz, ContentRecord record, Action<FlashProgress>? progress)
{
    private const int RecordBytes = ContentRecord.SectorBytes;

    private WritePlanner? _planner;

    /// <summary>Called once before the first erase: nothing was changed yet, and from then on the chip may be
    /// half-written. By then the record has forgotten every block that will change.</summary>
    public Action? BeforeFirstErase { get; init; }

    /// <summary>Called before every block: throws if the chip must not be touched now.</summary>
    public Func<CancellationToken, Task>? BeforeBlock { get; init; }

    /// <summary>Carries out an order; cancellation is honoured between blocks.</summary>
    /// <param name="order">What the chip shall hold.</param>
    /// <param name="known">What of the chip need not be read.</param>
    /// <param name="cancel">A block once begun is finished.</param>
    /// <exception cref="FlashChipException">Protected, refused, or silent; the message names the address.</exception>
    /// <exception cref="FlashVerifyException">The chip holds something else than was written.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<WriteResult> WriteAsync(WriteOrder order, KnownContent known, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(known);
        flash.RefuseUnwritable();
        _planner ??= new WritePlanner(flash.Chip, WriteCosts.Of(flash.Chip, clockHz));
        var preparation = new WritePreparation(flash, _planner, known, progress);
        List<BlockPlan> plans = await preparation.PlanAsync(order, cancel);
        foreach (FlashRange range in preparation.WasRead)
            record.Learn(range.Start, range.Of(preparation.Current));
        await RefuseProtectedAsync(plans, cancel);
        long verified = plans.Count == 0 ? 0 : await WriteAsync(plans, preparation, order.Verify, cancel);
        if (order.Verify == VerifyPolicy.Full)
            verified += await VerifyAllAsync(order, preparation.Target, cancel);
        return new WriteResult(
            plans.Count, plans.Sum(plan => plan.Erases.Sum(step => (long)step.Command.SizeBytes)),
            plans.Sum(plan => (long)plan.Pages.Count), preparation.WasRead.Sum(range => range.Length), verified);
    }

    private async Task<long> WriteAsync(
        List<BlockPlan> plans, WritePreparation preparation, VerifyPolicy verify, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        foreach (BlockPlan plan in plans)
            Forget(plan);
        BeforeFirstErase?.Invoke();
        var writer = new BlockWriter(flash);
        long total = plans.Sum(WorkOf), done = 0, verified = 0;
        foreach (BlockPlan plan in plans)
        {
            cancel.ThrowIfCancellationRequested();
            if (BeforeBlock is { } check)
                await check(cancel);
            await writer.WriteAsync(plan, Advance, CancellationToken.None);
            if (verify == VerifyPolicy.None)
                continue;
            ReadOnlyMemory<byte> expected = preparation.Target.AsMemory((int)plan.Address, plan.Length);
            SectorState[] sectors = preparation.StatesOf((int)plan.Address);
            await writer.VerifyAsync(plan.Address, expected, sectors, CancellationToken.None);
            verified += plan.Length;
            Learn(plan, expected.Span, sectors, _planner!.SectorBytes);
        }

        return verified;

        void Advance(long bytes) => progress?.Invoke(new FlashProgress(FlashPhase.Write, done += bytes, total));
    }

    private static long WorkOf(BlockPlan plan) =>
        plan.Erases.Sum(step => (long)step.Command.SizeBytes) + plan.Pages.Sum(page => (long)page.Data.Length);

    private async Task RefuseProtectedAsync(List<BlockPlan> plans, CancellationToken cancel)
    {
        SpiNorProtection protection = await flash.ReadProtectionAsync(cancel);
        foreach (BlockPlan plan in plans)
        {
            if (protection.Covers(plan.Address, (uint)plan.Length))
                throw new FlashChipException(flash.Chip.Name, plan.Address, $"write refused, {protection}");
        }
    }

    private async Task<long> VerifyAllAsync(WriteOrder order, byte[] target, CancellationToken cancel)
    {
        byte[] actual = new byte[target.Length];
        await new ChipReader(flash, progress).ReadAgainAsync(order.Selection.Ranges, actual, cancel);
        foreach (FlashRange range in order.Selection.Ranges)
        {
            ReadOnlySpan<byte> expected = range.Of(target), seen = range.Of(actual);
            int same = expected.CommonPrefixLength(seen);
            if (same < expected.Length)
            {
                record.ForgetAll(); // a chip or a bus that does this was not right before either
                throw new FlashVerifyException(
                    flash.Chip.Name, (uint)(range.Start + same), expected[same], seen[same]);
            }

            record.Learn(range.Start, seen);
        }

        return order.Selection.Bytes;
    }

    private void Forget(BlockPlan plan)
    {
        for (long at = plan.Address; at < plan.Address + plan.Length; at += RecordBytes)
            record.Forget((int)(at / RecordBytes));
    }

    private void Learn(BlockPlan plan, ReadOnlySpan<byte> content, SectorState[] sectors, int sectorBytes)
    {
        for (int i = 0; i < sectors.Length; i++)
        {
            if (sectors[i] != SectorState.Untouchable)
            {
                record.Learn(plan.Address + (long)i * sectorBytes, content.Slice(i * sectorBytes, sectorBytes));
            }
        }
    }
}
