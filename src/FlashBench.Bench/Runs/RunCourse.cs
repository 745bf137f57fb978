using FlashBench.Bench.Fleet;

namespace FlashBench.Bench.Runs;

/// <summary>Where a run stands, by its log: which job of which bench is next.</summary>
/// <remarks>Not thread-safe: whoever shares it guards it.</remarks>
public sealed class RunCourse
{
    private readonly Dictionary<string, BenchCourse> _benches;
    private string? _failed; // the job that ends a run at its first FAIL

    private RunCourse(RunEvent.Started start)
    {
        Start = start;
        _benches = start.Benches.ToDictionary(bench => bench.Id, bench => new BenchCourse(bench, start));
    }

    /// <summary>What was asked.</summary>
    public RunEvent.Started Start { get; }

    /// <summary>The benches, in the order of the first line.</summary>
    public IEnumerable<BenchCourse> Benches => Start.Benches.Select(bench => _benches[bench.Id]);

    /// <summary>How often the run went on.</summary>
    public int Resumes { get; private set; }

    /// <summary>Why no further job begins; null while jobs begin.</summary>
    public string? StopReason { get; private set; }

    /// <summary>True once every bench was done.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Reads a log.</summary>
    /// <param name="events">Begins with <see cref="RunEvent.Started"/>.</param>
    public static RunCourse Of(IEnumerable<RunEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        RunCourse? course = null;
        foreach (RunEvent happened in events)
        {
            if (course is null)
                course = new RunCourse((RunEvent.Started)happened);
            else
                course.Take(happened);
        }

        return course ?? throw new ArgumentException("a run begins with run.start", nameof(events));
    }

    /// <summary>True if the bench is one of this run.</summary>
    public bool Has(string bench) => _benches.ContainsKey(bench);

    /// <summary>The course of one bench.</summary>
    public BenchCourse this[string bench] => _benches[bench];

    /// <summary>Takes the next event; one of a bench that is none of this run changes nothing.</summary>
    public void Take(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.WentOn:
                Resumes++;
                StopReason = _failed; // whoever goes on with a run that was stopped otherwise means it
                foreach (BenchCourse bench in _benches.Values)
                    bench.Return();
                break;
            case RunEvent.Stopping stopping:
                StopReason ??= stopping.Why;
                break;
            case RunEvent.Ended:
                IsEnded = true;
                break;
            case RunEvent.Assigned assigned:
                _benches.GetValueOrDefault(assigned.Bench)?.Begin(assigned);
                break;
            case RunEvent.Done done:
                _benches.GetValueOrDefault(done.Bench)?.End(done);
                if (Start.StopOnFail && done.Digest.Verdict == Verdict.Fail)
                    StopReason ??= _failed ??= $"job {done.Digest.Job} failed";
                break;
            case RunEvent.Skipped skipped:
                _benches.GetValueOrDefault(skipped.Bench)?.Skip(skipped);
                break;
            case RunEvent.Left left:
                _benches.GetValueOrDefault(left.Bench)?.Leave(left);
                break;
        }
    }
}

/// <summary>Where one bench of a run stands.</summary>
/// <param name="bench">The bench.</param>
/// <param name="start">What was asked of the run.</param>
public sealed class BenchCourse(RunBench bench, RunEvent.Started start)
{
    private readonly Dictionary<int, int> _failures = []; // in a row, by image
    private readonly SortedDictionary<int, RunEvent.Assigned> _open = []; // by step
    private RunEvent.Done? _last;
    private string? _interrupted; // the job that a process which ended had begun
    private int _step, _attempts;

    /// <summary>The bench.</summary>
    public RunBench Bench => bench;

    /// <summary>The job that began and has not ended, the first of several; null if none is under way.</summary>
    public RunEvent.Assigned? Open => _open.Values.FirstOrDefault();

    /// <summary>Why the bench does no further job; null while it does.</summary>
    public RunEvent.Left? HasLeft { get; private set; }

    /// <summary>The first job of this run on this bench that took a backup: what the board came with.</summary>
    public RunEvent.Done? First { get; private set; }

    /// <summary>True if a job of this run changed the chip.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>True if the chip was changed and no backup of what the board came with can be found: a further job
    /// would take what is there now for its own.</summary>
    public bool IsOwnImageLost => IsChanged && First is null;

    /// <summary>True if the last job left the chip half-written.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>The latest job or health check that ended; null if none did.</summary>
    public RunEvent.Done? Latest { get; private set; }

    /// <summary>True once a job or a health check of this run ended with a record.</summary>
    public bool HasRun { get; private set; }

    /// <summary>True once the board's own image is back: the backup of <see cref="First"/>, and no other.</summary>
    public bool OwnImageIsBack { get; private set; }

    /// <summary>Jobs of a whole run on this bench; null if only the deadline ends it.</summary>
    public int? Planned => start.Cycles * PerCycle;

    /// <summary>Jobs of which nothing came, since something spoke against them.</summary>
    public int Skipped { get; private set; }

    /// <summary>The latest health check, until a job begins; null if none ended since.</summary>
    public RunEvent.Done? Checked { get; private set; }

    /// <summary>True if the bench left the run over that check, or after it: whoever goes on with the run may have
    /// mended the bench since.</summary>
    public bool IsCheckConcluded { get; private set; }

    /// <summary>False if a health check has ended and no job has shown since that the bench works: another check would
    /// tell no more.</summary>
    public bool MayBeChecked { get; private set; } = true;

    /// <summary>Bench time of the longest job, in seconds; one that was interrupted counts not, since its clock went on
    /// meanwhile.</summary>
    public double LongestSeconds { get; private set; }

    /// <summary>Number of the latest job; 0 if none has begun.</summary>
    public int Step => _step;

    private int PerCycle => Math.Max(1, bench.Images.Length);

    /// <summary>Why a job is left out since its image never passes on this board; null while it is worth a try.
    /// </summary>
    public string? WhyHopeless(RunEvent.Assigned job)
    {
        ArgumentNullException.ThrowIfNull(job);
        int failures = _failures.GetValueOrDefault(job.Image ?? -1);
        return failures >= start.FailuresMax
            ? $"{(job.Image is int image ? start.Images[image].Name : "what the board has")} did not pass {failures} "
                + "times in a row here"
            : null;
    }

    /// <summary>The job that comes next, whatever speaks against beginning it; null if all are done.</summary>
    /// <param name="job">Makes the id of a job of its step and attempt.</param>
    public RunEvent.Assigned? Next(Func<int, int, string> job)
    {
        ArgumentNullException.ThrowIfNull(job);
        bool repeats = _last is { Digest.MayBeRepeated: true } && _last.Step == _step && _attempts <= start.Repeats;
        int step = repeats ? _step : _step + 1;
        int attempt = repeats ? _attempts + 1 : 1;
        if (step > Planned)
            return null;
        return new RunEvent.Assigned(
            bench.Id, step, (step - 1) / PerCycle + 1, ImageOf(step), attempt, job(step, attempt));
    }

    /// <summary>Index of the image of a job; null for what the board has.</summary>
    /// <param name="step">Number of the job, from 1.</param>
    public int? ImageOf(int step) => bench.Images.Length == 0 ? null : bench.Images[(step - 1) % PerCycle];

    /// <summary>The job of that step, if it is under way.</summary>
    public RunEvent.Assigned? OpenAt(int step) => _open.GetValueOrDefault(step);

    internal void Begin(RunEvent.Assigned assigned)
    {
        _open[assigned.Step] = assigned;
        if (assigned.Cycle > 0)
            (_step, _attempts, Checked, HasLeft) = (assigned.Step, assigned.Attempt, null, null);
    }

    internal void End(RunEvent.Done done)
    {
        IsDirty = done.Digest.Dirty || (done.Digest.NoRecord && IsDirty);
        HasRun |= !done.Digest.NoRecord;
        _open.Remove(done.Step, out RunEvent.Assigned? job);
        if (job?.Job != _interrupted)
            LongestSeconds = Math.Max(LongestSeconds, done.Digest.Seconds);
        if (job is { Cycle: 0, Check: false })
        {
            OwnImageIsBack = done.Digest.IsRestored && done.Digest.BackupSha256 == First?.Digest.BackupSha256;
        }
        else
        {
            Latest = done;
            if (done.Digest.BackupSha256 is not null && !IsChanged)
                First ??= done; // what is backed up behind a change is no board's own
            IsChanged |= done.Digest.Written;
            OwnImageIsBack &= !done.Digest.Written;
            if (job is { Check: true })
                (Checked, IsCheckConcluded, MayBeChecked) = (done, false, false);
            else
                Count(done, job?.Image ?? -1);
        }
    }

    private void Count(RunEvent.Done done, int image)
    {
        _last = done;
        MayBeChecked |= done.Digest.End.AsJob == HealthEvent.JobWorked;
        if (!done.Digest.MayBeRepeated)
            _failures[image] = done.Digest.Verdict == Verdict.Pass ? 0 : _failures.GetValueOrDefault(image) + 1;
    }

    internal void Skip(RunEvent.Skipped skipped)
    {
        (_step, _attempts, _last) = (skipped.Step, 1, null); // what is left out is not repeated either
        _open.Remove(skipped.Step);
        Skipped++;
    }

    // What needed a person may be mended; a deadline that no further job would meet is still one.
    internal void Return() =>
        (HasLeft, _interrupted) = (HasLeft is { NeedsHands: true } ? null : HasLeft, Open?.Job);

    internal void Leave(RunEvent.Left left) => (HasLeft, IsCheckConcluded) = (left, Checked is not null);
}
