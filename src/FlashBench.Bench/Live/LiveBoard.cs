using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Live;

/// <summary>How a run stands, by its events so far: what a live view shows. Pure, and not thread-safe.</summary>
/// <remarks>It may be fed with any events in any order: what makes no sense changes nothing.</remarks>
public sealed class LiveBoard
{
    /// <summary>Rows beyond these are not kept.</summary>
    public const int RowsMax = 10_000;

    private const int TroublesKept = 100, ForeseenFrom = 10;

    private const string NoBoardType = "none";

    private readonly Dictionary<string, LiveRow> _byId = new(StringComparer.Ordinal);
    private readonly List<LiveRow> _rows = [];
    private readonly Queue<string> _troubles = new();
    private RunImage[] _images = [];
    private int _examined; // cells since the run, or its process, began

    /// <summary>Run id; empty before the first event.</summary>
    public string Run { get; private set; } = "";

    /// <summary>What the run does, one word.</summary>
    public string Work { get; private set; } = "";

    /// <summary>The rows, in the order in which they came.</summary>
    public IReadOnlyList<LiveRow> Rows => _rows;

    /// <summary>When the run must have ended; null for no deadline.</summary>
    public DateTimeOffset? UntilUtc { get; private set; }

    /// <summary>When the run, or its process, began; null before.</summary>
    public DateTimeOffset? Began { get; private set; }

    /// <summary>Time of the last event; null before the first.</summary>
    public DateTimeOffset? Now { get; private set; }

    /// <summary>Why no further job begins; null while jobs begin.</summary>
    public string? StopReason { get; private set; }

    /// <summary>True for a regression on virtual boards: a row is a board type, and counts cells.</summary>
    public bool CountsCells { get; private set; }

    /// <summary>True once the run has ended.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Progress and notes that were lost on the way here.</summary>
    public long Missed { get; private set; }

    /// <summary>How many things went wrong so far.</summary>
    public long TroubleCount { get; private set; }

    /// <summary>The things that went wrong since the first so many, each a line, oldest first; only the last hundred
    /// are kept.</summary>
    /// <param name="known">So many of <see cref="TroubleCount"/> are known.</param>
    public IReadOnlyList<string> TroublesAfter(long known) =>
        [.. _troubles.Skip((int)Math.Max(0, _troubles.Count - Math.Max(0, TroubleCount - known)))];

    /// <summary>Bench time until all planned jobs are done; null if unknown.</summary>
    public TimeSpan? Remaining()
    {
        if (Now is not { } now || _rows.Count == 0)
            return null;
        if (CountsCells)
            return RemainingCells(now);
        List<TimeSpan?> each = [.. _rows.Select(row => row.Remaining(now))];
        return each.Contains(null) ? null : each.Max();
    }

    // By the cells that were examined so far; what need not be examined takes no time.
    private TimeSpan? RemainingCells(DateTimeOffset now)
    {
        if (_examined < ForeseenFrom || Began is not { } began || _rows.Exists(row => row.Jobs is null))
            return null;
        int left = _rows.Sum(row => Math.Max(0, row.Jobs!.Value - row.Cells.Settled));
        return (now > began ? now - began : TimeSpan.Zero) / _examined * left;
    }

    /// <summary>Takes the next event.</summary>
    public void Take(LiveEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        Now = happened.At == default ? Now : happened.At;
        Began ??= Now;
        if (happened is LiveEvent.RunLine line)
            TakeLine(line.Line, happened.At);
        else if (happened.Row is { } id && RowOf(id) is { } row)
            TakeRow(row, happened);
        else
            TakeRun(happened);
    }

    private void TakeRun(LiveEvent happened)
    {
        switch (happened)
        {
            case LiveEvent.RunOpened run:
                (Run, Work, UntilUtc, IsEnded, StopReason) = (run.Run, run.Work, run.UntilUtc, false, null);
                break;
            case LiveEvent.RunStopping stopping:
                StopReason ??= stopping.Why;
                break;
            case LiveEvent.RunEnded:
                IsEnded = true;
                break;
            case LiveEvent.Missed missed:
                Missed = Math.Min(Missed, long.MaxValue / 2) + missed.Count;
                break;
            case LiveEvent.Warning warning:
                Trouble(warning.Text);
                break;
        }
    }

    private void TakeRow(LiveRow row, LiveEvent happened)
    {
        switch (happened)
        {
            case LiveEvent.RowOpened opened:
                row.Open(opened);
                break;
            case LiveEvent.JobBegun job:
                row.Begin(job.Number, job.What, job.At);
                break;
            case LiveEvent.JobEnded job:
                End(row, job.Verdict, job.Reason, (job.Seconds, job.Again));
                break;
            case LiveEvent.RowEnded ended:
                Leave(row, ended.Why, ended.NeedsHands);
                break;
            case LiveEvent.Waiting waiting:
                row.Wait(waiting.For);
                break;
            case LiveEvent.PhaseBegun phase:
                row.BeginPhase(phase);
                break;
            case LiveEvent.Progress progress:
                row.GoOn(progress);
                break;
            case LiveEvent.PhaseEnded phase:
                row.EndPhase(phase);
                break;
            case LiveEvent.Warning warning:
                Trouble($"{row.Id}  {warning.Text}");
                break;
        }
    }

    private void TakeLine(RunEvent line, DateTimeOffset at)
    {
        switch (line)
        {
            case RunEvent.Started start:
                Open(start);
                break;
            case RunEvent.WentOn:
                (StopReason, IsEnded, Began, _examined) = (null, false, Now, 0);
                _rows.ForEach(row => row.Pause());
                break;
            case RunEvent.Listed listed when CountsCells && RowOf(NoBoardType) is { } none:
                none.Plan("", Math.Max(0, listed.Cells - _rows.Sum(row => row.Jobs ?? 0)));
                break;
            case RunEvent.Settled settled when CountsCells:
                Settle(settled.Result);
                break;
            case RunEvent.Assigned job when CountsCells:
                RowOf(job.Bench)?.WorkOn(NameOf(job.Image));
                break;
            case RunEvent.Done when CountsCells:
                break; // part of a cell
            case RunEvent.Assigned { Check: true } job:
                RowOf(job.Bench)?.Begin(0, "health check", at);
                break;
            case RunEvent.Assigned { Cycle: 0 } job:
                RowOf(job.Bench)?.Begin(0, "its own image goes back", at);
                break;
            case RunEvent.Assigned job:
                RowOf(job.Bench)?.Begin(job.Step, $"cycle {job.Cycle}", at);
                break;
            case RunEvent.Done done when RowOf(done.Bench) is { } row:
                End(row, done.Digest.Verdict, done.Digest.Reason, (done.Digest.Seconds, done.Attempt > 1));
                break;
            case RunEvent.Left left when RowOf(left.Bench) is { } row:
                Leave(row, left.Why, left.NeedsHands);
                break;
            case RunEvent.Skipped skipped:
                Trouble($"{skipped.Bench}  job {skipped.Step} is left out: {skipped.Why}");
                break;
            case RunEvent.Stopping stopping:
                StopReason ??= stopping.Why;
                Trouble($"no further job begins: {stopping.Why}");
                break;
            case RunEvent.Ended:
                IsEnded = true;
                break;
        }
    }

    private void Open(RunEvent.Started start)
    {
        (Run, Work, UntilUtc) = (start.Run, start.Regress is null ? "soak" : "regress", start.UntilUtc);
        (CountsCells, _images) = (start.Regress is { OnBenches: false }, start.Images);
        foreach (RunBench bench in start.Benches)
        {
            long? jobs = (long?)start.Cycles * Math.Max(1, bench.Images.Length);
            int? planned = jobs is long all ? (int)Math.Min(all, int.MaxValue) : null;
            RowOf(bench.Id)?.Plan(bench.Dut ?? bench.Profile, planned);
        }
    }

    private void End(LiveRow row, Verdict verdict, string reason, (double Seconds, bool Again) job)
    {
        if (verdict != Verdict.Pass)
            Trouble($"{row.Id}  {verdict.ToString().ToUpperInvariant()}: {reason}");
        else if (job.Again)
            Trouble($"{row.Id}  FLAKY: it passed, but not at the first attempt");
        row.End(verdict, reason, job.Seconds, job.Again);
    }

    private void Settle(CellResult cell)
    {
        RowOf(cell.Profile.Length > 0 ? cell.Profile : NoBoardType)?.Settle(cell.Outcome);
        if (cell.Run != Run)
            return; // an earlier run found that
        _examined++;
        if (cell.Outcome.Severity() > 1)
            Trouble($"{cell.File} {cell.Policy}  {cell.Outcome.Word()}: {cell.Reason}");
    }

    private string NameOf(int? image) => image is int at and >= 0 && at < _images.Length
        ? $"{_images[at].Name}  {_images[at].Policy}" : "";

    private void Leave(LiveRow row, string why, bool needsHands)
    {
        if (needsHands)
            Trouble($"{row.Id}  NEEDS HANDS: {why}");
        row.Leave(why, needsHands);
    }

    private LiveRow? RowOf(string id)
    {
        if (_byId.TryGetValue(id, out LiveRow? row))
            return row;
        if (_rows.Count >= RowsMax)
            return null;
        row = new LiveRow(id);
        _byId.Add(id, row);
        _rows.Add(row);
        return row;
    }

    private void Trouble(string text)
    {
        TroubleCount++;
        _troubles.Enqueue(text);
        if (_troubles.Count > TroublesKept)
            _troubles.Dequeue();
    }
}
