namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 8: reads the chip again, since BIOS or EC may have restored the ME or cleared its bit.</summary>
internal static class RereadPhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        SpiSession spi = await job.Power.AcquireSpiAsync("re-read", cancel);
        job.BeginStage("whole read: after the run");
        byte[] actual = await spi.ReadAllAsync(job.Chip!, done => job.Report(done, job.Chip!.SizeBytes, "bytes"),
            cancel);
        if (await SecondLook.DoubtAsync(job, "after the run", actual, job.Verified!, cancel) is { } doubtful)
            return doubtful;
        ByteDifference difference = FlashContent.Record(
            job, "re-read", actual, job.Verified!, FlashContent.WrittenByFirmware(job));
        job.Journal.Append(FlashContent.Measure(job, "re-read", actual));
        return difference.Count == 0
            ? PhaseOutcome.Pass
            : new PhaseOutcome(
                Verdict.Fail, $"{difference.Count} bytes changed while the board ran, first at 0x{difference.First:X6}",
                ErrorClass.Dut);
    }
}
