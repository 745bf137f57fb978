using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 1: which programmer, which chip, is the bus healthy, and is it the board it should be.</summary>
internal static class IdentifyPhase
{
    public static async Task<PhaseOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        SpiSession spi = await job.Power.AcquireSpiAsync("identify", cancel);
        if (spi.Bus.Identity.Simulated && !job.Start.Simulated)
            return new PhaseOutcome(Verdict.Error, "a virtual programmer on a real bench", ErrorClass.Configuration);
        SpiNorIdentity identity = await SpiNorFlash.ProbeAsync(spi.Bus, spi.Time, cancel);
        string id = $"{identity.JedecId:X6}";
        if (identity.Chip is not { } chip)
            return Refuse($"no chip row knows the id {id}: an unknown chip is not written");
        if (!job.Options.Profile.Chips.Contains(identity.JedecId))
            return Refuse($"the chip {chip.Name} ({id}) is none that profile {job.Options.Profile.Id} lists");
        ClockReport clock = await new ClockCalibration(spi.Bus, chip, spi.Time).RunAsync(cancel);
        job.Journal.Append(new JournalData.Chip(
            spi.Bus.Identity, spi.Bus.FrequencyHz, id, chip.Name, chip.SizeBytes, identity.UniqueId ?? "",
            Words(clock)));
        if (!clock.IsHealthy)
        {
            BusHealth health = clock.Trials[^1].Health;
            return new PhaseOutcome(
                Verdict.Error, $"{health.Finding}; likely cause: {health.LikelyCause}", ErrorClass.Infrastructure);
        }

        (job.Chip, job.Identity) = (chip, identity);
        job.Power.Expect(identity, clock.Chosen);
        job.Note($"{chip.Name} ({id}), {chip.SizeBytes >> 20} MiB, on {spi.Bus.Identity.Description}");
        return RefuseDirty(job) ?? (BoardBinding.RefuseChip(job) is { } refused ? Refuse(refused) : PhaseOutcome.Pass);
    }

    // A half-written chip may have been taken to another bench, or its bench been freed since. A restoration asks
    // itself.
    private static PhaseOutcome? RefuseDirty(JobContext job)
    {
        if (job.Start.Request.Kind != JournalData.JobRequest.Certify || ChipKey.Of(job.Identity!) is not { } key
            || job.State.Chips.DirtyJob(key) is not { } culprit || culprit == job.Options.Job)
        {
            return null;
        }

        job.Dirty = true;
        return new PhaseOutcome(
            Verdict.Error, $"job {culprit} left this chip half-written: its board is neither booted nor certified",
            ErrorClass.Infrastructure);
    }

    // What was found at the clock that the job uses, and how that clock was found.
    private static string Words(ClockReport clock) => clock.IsHealthy
        ? $"{clock.Trials.Last(trial => trial.Clock == clock.Chosen).Health.Finding}; clock {clock}"
        : clock.ToString();

    private static PhaseOutcome Refuse(string reason) => new(Verdict.Error, reason, ErrorClass.Image);
}
