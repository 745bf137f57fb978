namespace FlashBench.Hardware.Flash.Writing;

/// <summary>Carries out block plans on one chip, and reads back what came of them.</summary>
/// <param name="flash">The chip; not used by anybody else meanwhile.</param>
public sealed class BlockWriter(SpiNorFlash flash)
{
    /// <summary>Erases and programs one block; a block once begun is finished.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="done">Told the bytes of every page and of every erased unit; may be null.</param>
    /// <param name="cancel">Honoured before the block.</param>
    /// <param name="now">Honoured between erases and pages; the block is then undefined.</param>
    /// <exception cref="FlashChipException">The chip refused, or stayed busy; the block is undefined.</exception>
    /// <exception cref="ProgrammerException">The programmer failed; the block is undefined.</exception>
    public async Task WriteAsync(
        BlockPlan plan, Action<long>? done, CancellationToken cancel, CancellationToken now = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        cancel.ThrowIfCancellationRequested();
        foreach (EraseStep step in plan.Erases)
        {
            now.ThrowIfCancellationRequested();
            await flash.EraseAsync(step.Command, step.Address, CancellationToken.None);
            done?.Invoke(step.Command.SizeBytes);
        }

        if (plan.Pages.Count > 0)
            await flash.ProgramPagesAsync(plan.Pages, done, now);
    }

    /// <summary>Reads the block and compares it.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="expected">What it shall hold.</param>
    /// <param name="sectors">Sectors that are untouchable are not compared; one state a sector.</param>
    /// <param name="cancel">Honoured between transfers.</param>
    /// <exception cref="FlashVerifyException">It holds something else.</exception>
    /// <exception cref="FlashChipException">Busy or silent.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task VerifyAsync(
        uint address, ReadOnlyMemory<byte> expected, ReadOnlyMemory<SectorState> sectors, CancellationToken cancel)
    {
        byte[] actual = new byte[expected.Length];
        await flash.ReadAsync(address, actual, progress: null, cancel);
        int sectorBytes = expected.Length / sectors.Length;
        for (int i = 0; i < sectors.Length; i++)
        {
            if (sectors.Span[i] == SectorState.Untouchable)
                continue;
            int start = i * sectorBytes;
            ReadOnlySpan<byte> wanted = expected.Span.Slice(start, sectorBytes);
            int same = wanted.CommonPrefixLength(actual.AsSpan(start, sectorBytes));
            if (same < sectorBytes)
            {
                throw new FlashVerifyException(
                    flash.Chip.Name, address + (uint)(start + same), wanted[same], actual[start + same]);
            }
        }
    }
}
