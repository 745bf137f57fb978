using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Runs;

/// <summary>What a run showed, per bench and image: the table of the morning.</summary>
/// <remarks>Every number comes from the <see cref="JobDigest"/> of a job, and that from the job's journal.</remarks>
public sealed class RunSummary
{
    private const int None = -1; // what the board has

    private readonly Dictionary<(string Bench, int Image), RunRow> _rows = [];
    private readonly RunCourse _course;

    private RunSummary(RunCourse course)
    {
        _course = course;
        foreach (RunBench bench in course.Start.Benches)
        {
            foreach (int image in bench.Images.DefaultIfEmpty(None))
                _rows[(bench.Id, image)] = new RunRow(bench, course.Start.Images.ElementAtOrDefault(image));
        }
    }

    /// <summary>Where the run stands.</summary>
    public RunCourse Course => _course;

    /// <summary>One row per bench and image, in the order of the first line.</summary>
    public IEnumerable<RunRow> Rows => _rows.Values;

    /// <summary>When the last job ended; the start of the run if none did.</summary>
    public DateTimeOffset LastUtc { get; private set; }

    /// <summary>Reads a log.</summary>
    /// <param name="events">Begins with <see cref="RunEvent.Started"/>.</param>
    public static RunSummary Of(IEnumerable<RunEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        RunSummary? summary = null;
        foreach (RunEvent happened in events)
        {
            if (summary is null)
                summary = new RunSummary(RunCourse.Of([happened])) { LastUtc = ((RunEvent.Started)happened).Utc };
            else
                summary.Take(happened);
        }

        return summary ?? throw new ArgumentException("a run begins with run.start", nameof(events));
    }

    /// <summary>Takes the next event.</summary>
    public void Take(RunEvent happened)
    {
        RunEvent.Assigned? open =
            happened is RunEvent.Done { Bench: var id, Step: var step } && _course.Has(id)
                ? _course[id].OpenAt(step) : null;
        _course.Take(happened);
        if (happened is RunEvent.Skipped { Step: > 0 } skipped && _course.Has(skipped.Bench)
            && _course[skipped.Bench].ImageOf(skipped.Step) is var image
            && _rows.TryGetValue((skipped.Bench, image ?? None), out RunRow? left))
        {
            left.Take(skipped);
        }

        if (happened is not RunEvent.Done done || open is null)
            return;
        LastUtc = done.Digest.EndedUtc > LastUtc ? done.Digest.EndedUtc : LastUtc;
        if (open.Cycle > 0 && _rows.TryGetValue((done.Bench, open.Image ?? None), out RunRow? row))
            row.Take(open, done.Digest);
    }
}

/// <summary>What one image did on one bench.</summary>
/// <param name="bench">The bench.</param>
/// <param name="image">The image; null for what the board has.</param>
public sealed class RunRow(RunBench bench, RunImage? image)
{
    private readonly List<double> _osUp = [];
    private readonly List<BootDigest> _boots = [];
    private readonly List<RunAttempt> _attempts = [];
    private readonly Dictionary<Verdict, int> _verdicts = [];
    private JobDigest? _broken; // the attempt before the one that counts

    /// <summary>The bench.</summary>
    public RunBench Bench => bench;

    /// <summary>The image; null for what the board has.</summary>
    public RunImage? Image => image;

    /// <summary>Jobs that count: of a repeated one the last attempt.</summary>
    public int Jobs => _verdicts.Values.Sum() + Flaky;

    /// <summary>Jobs that passed only when they were repeated; no PASS.</summary>
    public int Flaky { get; private set; }

    /// <summary>Jobs that were left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Why the latest of them was; null if none was.</summary>
    public string? WhyLeftOut { get; private set; }

    /// <summary>The first job that failed; null if none did.</summary>
    public JobDigest? FirstFailure { get; private set; }

    /// <summary>Its cycle.</summary>
    public int FirstFailureCycle { get; private set; }

    /// <summary>Watched boots, baselines not counted.</summary>
    public int Boots => _boots.Count;

    /// <summary>Those of them that did not live.</summary>
    public int BootsLost { get; private set; }

    /// <summary>Longest silence of all boots, in seconds.</summary>
    public double LongestGapSeconds { get; private set; }

    /// <summary>Seconds to the operating system of every watched boot, in order.</summary>
    public IReadOnlyList<double> OsUpSeconds => _osUp;

    /// <summary>Every watched boot, in order.</summary>
    public IReadOnlyList<BootDigest> WatchedBoots => _boots;

    /// <summary>Every job of the row that ended, in order: what its numbers are made of.</summary>
    public IReadOnlyList<RunAttempt> Attempts => _attempts;

    /// <summary>How many jobs ended so.</summary>
    public int Count(Verdict verdict) => _verdicts.GetValueOrDefault(verdict);

    /// <summary>Median seconds to the operating system; null if no boot got there.</summary>
    public double? OsUpMedian => Median(_osUp);

    /// <summary>By how much the later half of the boots took longer to the operating system than the earlier half, in
    /// seconds by their medians; null for fewer than four boots.</summary>
    public double? OsUpDrift => _osUp.Count < 4 ? null
        : Math.Round(Median(_osUp[(_osUp.Count / 2)..])!.Value - Median(_osUp[..(_osUp.Count / 2)])!.Value, 3);

    internal void Take(RunEvent.Skipped skipped) => (LeftOut, WhyLeftOut) = (LeftOut + 1, skipped.Why);

    internal void Take(RunEvent.Assigned job, JobDigest digest)
    {
        if (job.Attempt > 1 && _broken is { } before)
        {
            _verdicts[before.Verdict]--; // it was repeated: the repetition counts
            _attempts[^1] = _attempts[^1] with { IsRepeated = true };
        }

        _attempts.Add(new RunAttempt(job.Cycle, job.Attempt, digest));
        _broken = digest;
        if (job.Attempt > 1 && digest.Verdict == Verdict.Pass)
            Flaky++;
        else
            _verdicts[digest.Verdict] = Count(digest.Verdict) + 1;
        if (digest.Verdict == Verdict.Fail && FirstFailure is null)
            (FirstFailure, FirstFailureCycle) = (digest, job.Cycle);
        foreach (BootDigest boot in digest.WatchedBoots)
        {
            _boots.Add(boot);
            BootsLost += boot.Class == BootClass.Alive ? 0 : 1;
            LongestGapSeconds = Math.Max(LongestGapSeconds, boot.LongestGapSeconds);
            if (boot.OsUpSeconds is double seconds)
                _osUp.Add(seconds);
        }
    }

    private static double? Median(List<double> values)
    {
        if (values.Count == 0)
            return null;
        List<double> sorted = [.. values.Order()];
        int middle = sorted.Count / 2;
        return Math.Round(sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, 3);
    }
}

/// <summary>One job of a row.</summary>
/// <param name="Cycle">Its cycle.</param>
/// <param name="Attempt">1, or more for a repetition.</param>
/// <param name="Digest">What its journal says.</param>
public sealed record RunAttempt(int Cycle, int Attempt, JobDigest Digest)
{
    /// <summary>True if it was repeated: its verdict does not count, its boots do.</summary>
    public bool IsRepeated { get; init; }
}
