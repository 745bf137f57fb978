using FlashBench.Firmware;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Programming;

/// <summary>Reads a chip so that what comes out is evidence: every block twice, or not at all.</summary>
/// <param name="flash">The chip.</param>
/// <param name="progress">Told how far it is; may be null.</param>
public sealed class ChipReader(SpiNorFlash flash, Action<FlashProgress>? progress)
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Reads ranges once.</summary>
    /// <param name="ranges">Inside the chip.</param>
    /// <param name="content">As long as the chip; gets the bytes at their addresses.</param>
    /// <param name="cancel">Honoured between blocks.</param>
    public Task ReadAsync(IReadOnlyList<FlashRange> ranges, Memory<byte> content, CancellationToken cancel) =>
        ReadAsync(FlashPhase.Read, ranges, content, passes: 1, cancel);

    /// <summary>Reads ranges again, to compare them.</summary>
    /// <param name="ranges">Inside the chip.</param>
    /// <param name="content">As long as the chip; gets the bytes at their addresses.</param>
    /// <param name="cancel">Honoured between blocks.</param>
    public Task ReadAgainAsync(IReadOnlyList<FlashRange> ranges, Memory<byte> content, CancellationToken cancel) =>
        ReadAsync(FlashPhase.Verify, ranges, content, passes: 1, cancel);

    /// <summary>Reads ranges twice, block by block; the two reads agree when it returns.</summary>
    /// <param name="ranges">Inside the chip.</param>
    /// <param name="content">As long as the chip; gets the bytes at their addresses.</param>
    /// <param name="cancel">Honoured between blocks.</param>
    /// <exception cref="FlashChipException">Two reads of a block differ; a third says how, and is no vote.</exception>
    public Task ReadTwiceAsync(IReadOnlyList<FlashRange> ranges, Memory<byte> content, CancellationToken cancel) =>
        ReadAsync(FlashPhase.Read, ranges, content, passes: 2, cancel);

    private async Task ReadAsync(
        FlashPhase phase, IReadOnlyList<FlashRange> ranges, Memory<byte> content, int passes, CancellationToken cancel)
    {
        long total = ranges.Sum(range => range.Length) * passes, done = 0;
        foreach (FlashRange range in ranges)
        {
            for (long at = range.Start; at < range.End; at += BlockBytes - at % BlockBytes)
            {
                int length = (int)Math.Min(BlockBytes - at % BlockBytes, range.End - at);
                Memory<byte> block = content.Slice((int)at, length);
                await flash.ReadAsync((uint)at, block, null, cancel);
                if (passes > 1)
                    await CompareAsync((uint)at, block, cancel);
                done += length * passes;
                progress?.Invoke(new FlashProgress(phase, done, total));
            }
        }
    }

    private async Task CompareAsync(uint address, ReadOnlyMemory<byte> first, CancellationToken cancel)
    {
        byte[] second = new byte[first.Length];
        await flash.ReadAsync(address, second, null, cancel);
        int same = first.Span.CommonPrefixLength(second);
        if (same == second.Length)
            return;
        byte[] third = new byte[first.Length];
        await flash.ReadAsync(address, third, null, cancel);
        string agrees = third.AsSpan().SequenceEqual(first.Span) ? "the first"
            : third.AsSpan().SequenceEqual(second) ? "the second" : "neither";
        throw new FlashChipException(
            flash.Chip.Name, address + (uint)same,
            $"two reads differ, 0x{first.Span[same]:X2} and 0x{second[same]:X2}, and a third agrees with {agrees}: "
            + "check clip and leads, or lower the clock");
    }
}
