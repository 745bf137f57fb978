using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs.Phases;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;

namespace FlashBench.Bench.Jobs;

/// <summary>The main job: certifies one board from end to end, or says why not. Every job ends in a signed
/// record.</summary>
/// <remarks>
/// Phases run in order; one that does not pass ends the job, except that after the watch the flash is always read
/// again, and that a negative control's board always gets its backup back. The verdict is computed from the journal
/// alone, by the code that `certificate verify` runs. Whatever happens, the board is left without power and with
/// released SPI pins. A board that an earlier job left half-written is refused untouched.
/// </remarks>
/// <param name="parts">The bench; the caller disposes the console.</param>
/// <param name="options">What to do.</param>
/// <param name="folders">Where to keep things.</param>
/// <param name="clock">The bench's clocks.</param>
public sealed class CertifyJob(BenchParts parts, CertifyOptions options, JobFolders folders, BenchClock clock)
{
    private readonly List<JournalRecord> _records = [];
    private JobContext? _job;

    /// <summary>Told what happens, on the job's own thread.</summary>
    public Action<JobEvent> Listener { get; init; } = _ => { };

    /// <summary>Acts at every moment of every journal append; for crash and disk-full tests.</summary>
    public Action<JournalMoment, string>? JournalProbe { get; init; }

    /// <summary>True while this job's mark of a half-written board is set; also after an exception.</summary>
    public bool ChipHalfWritten => _job is { Marked: true };

    /// <summary>Runs the job.</summary>
    /// <param name="cancel">Stops it at the next point where the board is in a known state.</param>
    /// <exception cref="JournalWriteException">Evidence could not be written; the board is in its safe
    /// state.</exception>
    public async Task<JobResult> RunAsync(CancellationToken cancel)
    {
        using var journal = new JournalWriter(folders.Directory, clock)
        {
            Probe = JournalProbe,
            Appended = _records.Add
        };
        JournalData.JobStart start = FirstRecord();
        journal.Append(start);
        if (options.Laboratory is { } laboratory)
            journal.Append(laboratory);
        using var log = new ConsoleLog(folders.Directory, journal);
        await using var console = new ConsolePump(parts.Console, log, journal, clock);
        await using var power = new PowerStrategy(parts, options.Profile.Power, data => journal.Append(data), clock);
        JobContext job = _job = new JobContext
        {
            Options = options,
            Directory = folders.Directory,
            Vault = folders.Vault,
            State = folders.State,
            Clock = clock,
            Journal = journal,
            Records = _records,
            Start = start,
            Power = power,
            Console = console,
            Listener = Listener,
        };
        if (folders.State.DirtyJob(options.Bench) is { } culprit)
            RefuseDirty(job, culprit);
        else
            await RunOnBoardAsync(job, cancel);
        (Judgement judgement, bool simulated) = Conclude(job);
        return new JobResult(
            judgement, job.Dirty, job.Backup is not null, _records.Exists(record => record.Data is JournalData.Plan),
            simulated);
    }

    // Nothing touches the board, not even its relay; the mark of the job that left it so stays.
    private static void RefuseDirty(JobContext job, string culprit)
    {
        job.BeginPhase(1, 1, "identify");
        job.Dirty = true;
        job.EndPhase("identify", new PhaseOutcome(
            Verdict.Error, $"job {culprit} left the chip of bench {job.Options.Bench} half-written: such a board is "
                + "neither booted nor certified", ErrorClass.Infrastructure));
    }

    private async Task RunOnBoardAsync(JobContext job, CancellationToken cancel)
    {
        try
        {
            foreach (string remark in JobRemarks.Of(options, parts, clock.Time.GetUtcNow()))
                job.Deviate(remark);
            await RunPhasesAsync(job, cancel);
        }
        finally
        {
            await EnterSafeStateAsync(job);
        }
    }

    private async Task RunPhasesAsync(JobContext job, CancellationToken cancel)
    {
        List<(string Name, Func<Task<PhaseOutcome>> Run)> phases = Phases(job, cancel);
        bool stopped = false;
        for (int i = 0; i < phases.Count - 1; i++)
        {
            if (!stopped || RunsAnyway(job, phases[i].Name, cancel))
            {
                stopped |= await RunPhaseAsync(job, (i + 1, phases.Count), phases[i].Name,
                    phases[i].Run) != Verdict.Pass;
            }
        }
    }

    // After the watch the flash is read again whatever the watch said, unless the operator stops the job. A control's
    // backup goes back whatever anybody says.
    private static bool RunsAnyway(JobContext job, string phase, CancellationToken cancel) => phase switch
    {
        "re-read" => job.Verified is not null && !cancel.IsCancellationRequested,
        "restore" => job.Marked || (job.Verified is not null && !cancel.IsCancellationRequested),
        _ => false,
    };

    private List<(string Name, Func<Task<PhaseOutcome>> Run)> Phases(JobContext job, CancellationToken cancel)
    {
        List<(string, Func<Task<PhaseOutcome>>)> phases =
        [
            ("identify", () => IdentifyPhase.RunAsync(job, cancel)),
            ("backup", () => BackupPhase.RunAsync(job, cancel)),
            ("audit", () => Task.FromResult(AuditPhase.Run(job))),
        ];
        bool measured = parts.Sensor is not null; // else no board is booted: nothing would show that it lives
        if (measured)
            phases.Add(("baseline", () => BaselinePhase.RunAsync(job, cancel)));
        phases.Add(("plan", () => Task.FromResult(PlanPhase.Run(job))));
        if (!options.DryRun)
        {
            phases.Add(("write", () => WritePhase.RunAsync(job, cancel)));
            if (measured)
                phases.Add(("watch", () => WatchPhase.RunAsync(job, cancel)));
            phases.Add(("re-read", () => RereadPhase.RunAsync(job, cancel)));
            if (options.Control is not null)
                phases.Add(("restore", () => WritePhase.RestoreAsync(job, CancellationToken.None)));
        }

        phases.Add(("certify", () => throw new InvalidOperationException("the last phase concludes the job")));
        return phases;
    }

    // The one place where a broken bench or an operator's stop becomes an outcome. Bugs pass through.
    private static async Task<Verdict> RunPhaseAsync(
        JobContext job, (int Number, int Count) place, string name, Func<Task<PhaseOutcome>> run)
    {
        job.BeginPhase(place.Number, place.Count, name);
        PhaseOutcome outcome;
        try
        {
            outcome = await run();
        }
        catch (SensorFrozenException e)
        {
            outcome = new PhaseOutcome(Verdict.Inconclusive, e.Message, ErrorClass.Infrastructure);
        }
        catch (BenchException e)
        {
            outcome = new PhaseOutcome(Verdict.Error, e.Message, ErrorClass.Infrastructure);
        }
        catch (OperationCanceledException)
        {
            outcome = new PhaseOutcome(Verdict.Aborted, "stopped by the operator", ErrorClass.Canceled);
        }

        job.EndPhase(name, outcome);
        return outcome.Verdict;
    }

    // Pins and power are let go each for itself: one that fails must not keep the other.
    private static async Task EnterSafeStateAsync(JobContext job)
    {
        try
        {
            await job.Power.ReleaseSpiAsync();
        }
        catch (BenchException e)
        {
            TryDeviate(job, $"programmer pins could not be released: {e.Message}");
        }
        finally
        {
            await CutAsync(job);
        }
    }

    private static async Task CutAsync(JobContext job)
    {
        try
        {
            await job.Power.CutAsync();
        }
        catch (BenchException e)
        {
            TryDeviate(job, $"power could not be cut: {e.Message}");
        }
    }

    private static void TryDeviate(JobContext job, string text)
    {
        try
        {
            job.Deviate(text);
        }
        catch (JournalWriteException)
        {
            // The journal refuses every further record, so the job ends without a certificate; the board comes first.
        }
    }

    private (Judgement Judgement, bool Simulated) Conclude(JobContext job)
    {
        int phases = Phases(job, CancellationToken.None).Count;
        job.BeginPhase(phases, phases, "certify");
        PhaseOutcome closed = CloseConsole(job);
        job.Journal.Append(new JournalData.PhaseEnd("certify", closed.Verdict, closed.Reason, closed.Class));
        JobFacts facts = job.Facts();
        Judgement judgement = Decision.Decide(facts);
        job.Journal.Append(DecisionRecord.Of(judgement));
        EvidenceWriter.Write(folders, _records, facts, judgement);
        Listener(new JobEvent.PhaseEnded("certify", judgement.Verdict, ""));
        return (judgement, facts.IsSimulated);
    }

    private static PhaseOutcome CloseConsole(JobContext job)
    {
        try
        {
            job.Console.Flush();
            return PhaseOutcome.Pass;
        }
        catch (BenchException e)
        {
            return new PhaseOutcome(Verdict.Error, e.Message, ErrorClass.Infrastructure);
        }
    }

    private int[] Soaks() =>
    [
        .. options.Profile.Watch.SoakMinutes.Concat(options.SoakMinutes).Order().Take(Config.WatchLimits.SoaksMax),
    ];

    private JournalData.JobStart FirstRecord()
    {
        Config.WatchProfile watch = options.Profile.Watch;
        Config.PowerProfile power = options.Profile.Power;
        TimeSpan minimum = options.ShortenedWatch ?? watch.Minimum;
        TimeSpan baseline = options.ShortenedWatch ?? watch.BaselineMinimum;
        PartIdentity[] identities = [.. parts.Identities];
        bool simulated = options.Simulated || identities.Any(identity => identity.Simulated);
        int coldBoots = simulated ? watch.ColdBoots : Math.Max(watch.ColdBoots, Config.WatchLimits.RealColdBootsMin);
        return new JournalData.JobStart(
            options.Job, options.Bench, options.Dut, options.Operator, "purism", options.ControlName,
            options.Require.ToString(), options.Host, options.Software, simulated,
            new JournalData.ProfileRef(
                options.Profile.Id, options.Profile.Board, options.Profile.Sha256,
                    options.Profile.RequiredLevel.ToString())
            {
                NoMeSilicon = !options.Profile.Me.Silicon,
            },
            new JournalData.WatchNumbers(
                minimum.TotalSeconds, coldBoots, watch.GapMax.TotalSeconds, watch.Grace.TotalSeconds,
                baseline.TotalSeconds, options.Profile.Console.BootLimit.TotalSeconds,
                options.Profile.Console.Banner)
            {
                Shortened = options.ShortenedWatch is not null,
                WarmBoots = watch.WarmBoots,
                SoakMinutes = Soaks(),
                ExpectedSilence = options.Profile.Console.ExpectedSilence,
                FailFast = watch.FailFast,
            },
            new JournalData.PowerNumbers(
                power.OnMillivolts, power.OffMillivolts, power.OffMilliamps, power.SampleInterval.TotalSeconds)
            {
                SleepMilliampsMin = power.SleepMilliamps.From,
                SleepMilliampsMax = power.SleepMilliamps.To,
            },
            identities);
    }
}
