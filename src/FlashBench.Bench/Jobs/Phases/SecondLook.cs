using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Reads again what differs from the expected: one read that differs is a change of the chip or a bad
/// transfer, and only a second one tells which.</summary>
internal static class SecondLook
{
    private const int SectorBytes = 4096;

    /// <summary>Reads every 4 KiB sector that differs once more, through a new handle.</summary>
    /// <param name="job">The job.</param>
    /// <param name="when">When the first read was, as in "before the write".</param>
    /// <param name="read">The whole chip as it was read.</param>
    /// <param name="expected">What it should hold; as long.</param>
    /// <param name="cancel">Honoured between sectors.</param>
    /// <returns>INCONCLUSIVE if the two reads differ; null if they agree or nothing differs.</returns>
    public static async Task<PhaseOutcome?> DoubtAsync(
        JobContext job, string when, byte[] read, byte[] expected, CancellationToken cancel)
    {
        int[] differing =
        [
            .. Enumerable.Range(0, read.Length / SectorBytes).Select(i => i * SectorBytes).Where(
                at => !read.AsSpan(at, SectorBytes).SequenceEqual(expected.AsSpan(at, SectorBytes))),
        ];
        if (differing.Length == 0)
            return null;
        SpiSession spi = await job.Power.AcquireSpiAsync($"what differs {when}, again", cancel);
        SpiNorFlash flash = spi.Open(job.Chip!);
        byte[] again = new byte[SectorBytes];
        foreach (int at in differing)
        {
            await spi.CheckAsync(cancel);
            await flash.ReadAsync((uint)at, again, progress: null, cancel);
            int same = again.AsSpan().CommonPrefixLength(read.AsSpan(at, SectorBytes));
            if (same < SectorBytes)
            {
                return new PhaseOutcome(
                    Verdict.Inconclusive, $"two reads {when} differ, first at 0x{at + same:X6}: check clip and leads",
                    ErrorClass.Infrastructure);
            }
        }

        return null;
    }
}
