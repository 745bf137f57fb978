using FlashBench.Bench.Evidence;
using FlashBench.Bench.Fleet;
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
public sealed partial class CertifyJob(BenchParts parts, CertifyOptions options, JobFolders folders, BenchClock clock)
{
    private const string Restore = "restore";

    private readonly List<JournalRecord> _records = [];
    private JobContext? _job;
    private BackupToRestore? _backup; // what this job puts back, if it is one that does so

    /// <summary>Told what happens, on the job's own thread.</summary>
    public Action<JobEvent> Listener { get; init; } = _ => { };

    /// <summary>Keeps a phase from beginning until what benches share is free for it; null for a bench that shares
    /// nothing.</summary>
    public PhaseGate? Gate { get; init; }

    /// <summary>Acts at every moment of every journal append; for crash and disk-full tests.</summary>
    public Action<JournalMoment, string>? JournalProbe { get; init; }

    /// <summary>Stops it now: a block that is being written stays half-written, and nothing is put back.</summary>
    public CancellationToken Now { get; init; }

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
            Reserve = folders.Reserve,
            Appended = _records.Add
        };
        JournalData.JobStart start = FirstRecord();
        journal.Append(start);
        if (options.Commissioning is { } commissioning)
            journal.Append(commissioning);
        if (options.Laboratory is { } laboratory)
            journal.Append(laboratory);
        if (options.Image is { } image)
            journal.Append(Keep(image));
        using var log = new ConsoleLog(folders.Directory, journal);
        return await RunAsync(journal, log, start, interrupted: null, async job =>
        {
            if (folders.State.DirtyJob(options.Bench) is { } culprit)
                RefuseDirty(job, culprit);
            else
                await RunOnBoardAsync(job, cancel);
        });
    }

    private async Task<JobResult> RunAsync(
        JournalWriter journal, ConsoleLog log, JournalData.JobStart start, InterruptedJob? interrupted,
        Func<JobContext, Task> run)
    {
        using var now = new StopOnThread(Now);
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
            Now = now.Token,
            Interrupted = interrupted,
            Begun = interrupted is null ? null : BegunWrite.Of(interrupted),
        };
        await run(job);
        (Judgement judgement, bool simulated) = Conclude(job);
        return new JobResult(
            judgement, job.Dirty, job.Backup is not null && !IsPutBack(),
            _records.Exists(record => record.Data is JournalData.Plan), simulated)
        {
            Erased = IsErased(_records),
        };
    }

    // With the file in the vault a job that is interrupted can go on without it.
    private JournalData.Image Keep(ImageToTake image)
    {
        if (options.Control is not null)
            throw new InvalidOperationException("a negative control is made of the board's own image");
        return new JournalData.Image(
            folders.Vault.Store(image.File.Span), image.File.Length, [.. image.Regions], image.WholeChip);
    }

    private static bool IsErased(IReadOnlyList<JournalRecord> records) =>
        records.Any(record => record.Data is JournalData.Dirty);

    // A backup that went back, or was to go back, leaves nothing that `resume` could do.
    private bool IsPutBack() => _backup is not null || IsRestored;

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
        var held = new HeldSlots(Gate, job);
        try
        {
            foreach (string remark in JobRemarks.Of(options, parts, clock.Time.GetUtcNow()))
                job.Deviate(remark);
            await RunPhasesAsync(job, held, cancel);
        }
        finally
        {
            await LeaveAsync(job, held);
        }
    }

    private static async Task LeaveAsync(JobContext job, HeldSlots held)
    {
        try
        {
            await SafeState.EnterAsync(job);
        }
        finally
        {
            await held.EndAsync();
        }
    }

    private async Task RunPhasesAsync(JobContext job, HeldSlots held, CancellationToken cancel)
    {
        List<(string Name, PhaseWork Run)> phases = Phases(job);
        bool stopped = false;
        using var limit = new JobDeadline(
            PhaseLimits.OfJob(phases.Select(phase => phase.Name), job.Start), clock.Limits);
        for (int i = 0; i < phases.Count - 1; i++)
        {
            if (job.Interrupted?.Ended(phases[i].Name) is { } ended)
            {
                stopped |= ended.Verdict != Verdict.Pass;
            }
            else if (!stopped || RunsAnyway(job, phases[i].Name, cancel))
            {
                var place = new PhasePlace(i + 1, phases.Count, held, limit);
                stopped |= await RunPhaseAsync(job, place, phases[i], cancel) != Verdict.Pass;
            }
        }
    }

    // After the watch the flash is read again whatever the watch said, unless the operator stops the job. A control's
    // backup goes back whatever anybody says.
    private static bool RunsAnyway(JobContext job, string phase, CancellationToken cancel) => phase switch
    {
        "re-read" => job.Verified is not null && !cancel.IsCancellationRequested,
        "restore" => !job.Now.IsCancellationRequested
            && (job.Marked || (job.Verified is not null && !cancel.IsCancellationRequested)),
        _ => false,
    };

    private List<(string Name, PhaseWork Run)> Phases(JobContext job)
    {
        if (_backup is { } backup)
        {
            return
            [
                ("identify", stop => IdentifyPhase.RunAsync(job, stop)),
                (Restore, stop => RestorePhase.RunAsync(job, backup, stop)), ("certify", Concludes),
            ];
        }

        List<(string, PhaseWork)> phases =
        [
            ("identify", stop => IdentifyPhase.RunAsync(job, stop)),
            ("backup", stop => BackupPhase.RunAsync(job, stop)),
            ("audit", _ => Task.FromResult(AuditPhase.Run(job))),
        ];
        bool measured = parts.Sensor is not null; // else no board is booted: nothing would show that it lives
        if (measured)
            phases.Add(("baseline", stop => BaselinePhase.RunAsync(job, stop)));
        phases.Add(("plan", _ => Task.FromResult(PlanPhase.Run(job))));
        if (!options.DryRun)
        {
            phases.Add(("write", stop => WritePhase.RunAsync(job, stop)));
            if (measured)
                phases.Add(("watch", stop => WatchPhase.RunAsync(job, stop)));
            phases.Add(("re-read", stop => RereadPhase.RunAsync(job, stop)));
            if (options.Control is not null)
                phases.Add((Restore, stop => WritePhase.RestoreAsync(job, new HashSet<uint>(), stop)));
        }

        phases.Add(("certify", Concludes));
        return phases;
    }

    private static Task<PhaseOutcome> Concludes(CancellationToken stop) =>
        throw new InvalidOperationException("the last phase concludes the job");

    // The one place where a broken bench, an operator's stop or a hang becomes an outcome. Bugs pass through.
    private async Task<Verdict> RunPhaseAsync(
        JobContext job, PhasePlace place, (string Name, PhaseWork Run) phase, CancellationToken cancel)
    {
        TimeSpan longest = PhaseLimits.Of(phase.Name, job.Start, job.Chip?.SizeBytes);
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock.Limits);
        // A control's backup goes back also after the first wish to stop.
        CancellationToken asked = phase.Name == Restore && _backup is null ? job.Now : cancel;
        using var byHand = CancellationTokenSource.CreateLinkedTokenSource(asked, job.Now);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            byHand.Token, late.Token, place.WholeJob.Passed);
        bool begun = false;
        PhaseOutcome outcome;
        try
        {
            await place.Held.EnterAsync(phase.Name, byHand.Token);
            job.BeginPhase(place.Number, place.Count, phase.Name);
            begun = true;
            late.CancelAfter(longest);
            place.WholeJob.Start();
            outcome = job.ShownBefore(phase.Name)
                ?? await phase.Run(stop.Token)
                    .WaitAsync(longest + PhaseLimits.LetGo, clock.Limits, CancellationToken.None);
            if (outcome.Verdict == Verdict.Pass)
                await place.Held.CloseProgrammerAsync();
        }
        catch (SensorFrozenException e)
        {
            outcome = new PhaseOutcome(Verdict.Inconclusive, e.Message, ErrorClass.Infrastructure);
        }
        catch (BenchException e)
        {
            outcome = new PhaseOutcome(Verdict.Error, e.Message, ErrorClass.Infrastructure);
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested || job.Now.IsCancellationRequested)
        {
            outcome = new PhaseOutcome(Verdict.Aborted, "stopped by the operator", ErrorClass.Canceled);
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException
            && (late.IsCancellationRequested || place.WholeJob.Passed.IsCancellationRequested)))
        {
            outcome = new PhaseOutcome(
                Verdict.Error, $"it hangs: not done after {longest.TotalMinutes:0} minutes", ErrorClass.Infrastructure);
        }

        if (begun)
            place.WholeJob.Stop();
        else
            job.BeginPhase(place.Number, place.Count, phase.Name); // what ended as it waited has its place too
        job.EndPhase(phase.Name, outcome);
        place.Held.LeaveSupply();
        return outcome.Verdict;
    }

    private (Judgement Judgement, bool Simulated) Conclude(JobContext job)
    {
        int phases = Phases(job).Count;
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

    private delegate Task<PhaseOutcome> PhaseWork(CancellationToken stop);

    private readonly record struct PhasePlace(int Number, int Count, HeldSlots Held, JobDeadline WholeJob);
}
