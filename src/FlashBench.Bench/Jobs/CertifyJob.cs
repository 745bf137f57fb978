using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs.Phases;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;

namespace FlashBench.Bench.Jobs;

/// <summary>The main job: certifies one board from end to end, or says why not. Every job ends in a signed
/// record.</summary>
/// <remarks>
/// Phases run in order; one that does not pass ends the job, except that after the watch the flash is always read
/// again.
/// The verdict is computed from the journal alone, by the code that `certificate verify` runs. Whatever happens, the
/// board
/// is left without power and with released SPI pins.
/// </remarks>
/// <param name="parts">The bench; the caller disposes the console.</param>
/// <param name="options">What to do.</param>
/// <param name="folders">Where to keep things.</param>
/// <param name="clock">The bench's clocks.</param>
public sealed class CertifyJob(BenchParts parts, CertifyOptions options, JobFolders folders, BenchClock clock)
{
    private readonly List<JournalRecord> _records = [];

    /// <summary>Told what happens, on the job's own thread.</summary>
    public Action<JobEvent> Listener { get; init; } = _ => { };

    /// <summary>Acts at every moment of every journal append; for crash and disk-full tests.</summary>
    public Action<JournalMoment, string>? JournalProbe { get; init; }

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
        using var log = new ConsoleLog(folders.Directory, journal);
        await using var console = new ConsolePump(parts.Console, log, journal, clock);
        await using var power = new PowerStrategy(parts, options.Profile, journal, clock);
        var job = new JobContext
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
        try
        {
            await RunPhasesAsync(job, cancel);
            console.Flush();
        }
        finally
        {
            await EnterSafeStateAsync(power);
        }

        Judgement judgement = Conclude(job);
        return new JobResult(
            judgement, job.Dirty, job.Backup is not null, _records.Exists(record => record.Data is JournalData.Plan));
    }

    private async Task RunPhasesAsync(JobContext job, CancellationToken cancel)
    {
        List<(string Name, Func<Task<PhaseOutcome>> Run)> phases = Phases(job, cancel);
        bool stopped = false;
        for (int i = 0; i < phases.Count - 1; i++)
        {
            // After the watch the flash is read again whatever the watch said, and a control's backup goes back.
            bool always = phases[i].Name is "re-read" or "restore" && job.Verified is not null
                && !cancel.IsCancellationRequested;
            if (!stopped || always)
            {
                stopped |= await RunPhaseAsync(job, (i + 1, phases.Count), phases[i].Name,
                    phases[i].Run) != Verdict.Pass;
            }
        }
    }

    private List<(string Name, Func<Task<PhaseOutcome>> Run)> Phases(JobContext job, CancellationToken cancel)
    {
        List<(string, Func<Task<PhaseOutcome>>)> phases =
        [
            ("identify", () => IdentifyPhase.RunAsync(job, cancel)),
            ("backup", () => BackupPhase.RunAsync(job, cancel)),
            ("audit", () => Task.FromResult(AuditPhase.Run(job))),
            ("baseline", () => BaselinePhase.RunAsync(job, cancel)),
            ("plan", () => Task.FromResult(PlanPhase.Run(job))),
        ];
        if (!options.DryRun)
        {
            phases.Add(("write", () => WritePhase.RunAsync(job, cancel)));
            phases.Add(("watch", () => WatchPhase.RunAsync(job, cancel)));
            phases.Add(("re-read", () => RereadPhase.RunAsync(job, cancel)));
            if (options.Control is not null)
                phases.Add(("restore", () => WritePhase.RestoreAsync(job, cancel)));
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

    private static async Task EnterSafeStateAsync(PowerStrategy power)
    {
        try
        {
            await power.ReleaseSpiAsync();
            power.Cut();
        }
        catch (BenchException)
        {
            // The phase that met the fault has reported it; nothing more can be done to the board from here.
        }
    }

    private Judgement Conclude(JobContext job)
    {
        int phases = Phases(job, CancellationToken.None).Count;
        job.BeginPhase(phases, phases, "certify");
        job.EndPhase("certify", PhaseOutcome.Pass);
        JobFacts facts = job.Facts();
        Judgement judgement = Decision.Decide(facts);
        job.Journal.Append(DecisionRecord.Of(judgement));
        EvidenceWriter.Write(folders, facts, judgement);
        return judgement;
    }

    private JournalData.JobStart FirstRecord()
    {
        Config.WatchProfile watch = options.Profile.Watch;
        Config.PowerProfile power = options.Profile.Power;
        PartIdentity[] identities =
            [parts.Relay.Identity, parts.Sensor.Identity, parts.Console.Identity];
        return new JournalData.JobStart(
            options.Job, options.Bench, options.Dut, options.Operator, "purism", options.ControlName,
            options.Require.ToString(), options.Host, options.Software, options.Simulated
                || identities.Any(i => i.Simulated),
            new JournalData.ProfileRef(
                options.Profile.Id, options.Profile.Board, options.Profile.Sha256,
                    options.Profile.RequiredLevel.ToString()),
            new JournalData.WatchNumbers(
                watch.Minimum.TotalSeconds, watch.ColdBoots, watch.GapMax.TotalSeconds, watch.Grace.TotalSeconds,
                watch.BaselineMinimum.TotalSeconds, options.Profile.Console.BootLimit.TotalSeconds,
                options.Profile.Console.Banner),
            new JournalData.PowerNumbers(
                power.OnMillivolts, power.OffMillivolts, power.OffMilliamps, power.SampleInterval.TotalSeconds),
            identities);
    }
}
