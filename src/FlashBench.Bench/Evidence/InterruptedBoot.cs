using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>What is on disk of a boot whose watch was cut off.</summary>
internal static class InterruptedBoot
{
    /// <summary>Until when the record knows of every byte of the console: later silence may be bytes that a crash took.
    /// </summary>
    /// <param name="span">The records of the boot, its begin first; its end last if it was journaled.</param>
    /// <returns>Microseconds of the job's monotonic clock.</returns>
    public static long KnownUntil(IReadOnlyList<JournalRecord> span)
    {
        if (span[^1].Data is JournalData.BootEnd)
            return span[^1].Time.MonoUs; // everything was put on disk before
        long known = span[0].Time.MonoUs;
        long? samples = null; // the console is put on disk after each of them
        foreach (JournalRecord record in span)
        {
            if (record.Data is JournalData.ConsoleChunk)
                known = record.Time.MonoUs;
            if (record.Data is not JournalData.PowerSamples)
                continue;
            known = Math.Max(known, samples ?? known);
            samples = record.Time.MonoUs;
        }

        return known;
    }
}
