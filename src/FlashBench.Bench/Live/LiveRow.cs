using FlashBench.Bench.Regress;

namespace FlashBench.Bench.Live;

/// <summary>What a row does.</summary>
public enum RowState
{
    /// <summary>No job of it has begun.</summary>
    Idle,

    /// <summary>A job runs.</summary>
    Running,

    /// <summary>A job runs and waits for what benches share.</summary>
    Waiting,

    /// <summary>Between two jobs.</summary>
    Between,

    /// <summary>It does no further job.</summary>
    Ended,

    /// <summary>It does no further job, and a person must look after it.</summary>
    NeedsHands,
}

/// <summary>How one row of a run stands, by the events so far. All texts are foreign.</summary>
/// <param name="id">Name of the row.</param>
public sealed class LiveRow(string id)
{
    private const double SecondsMax = 1e9;

    private readonly int[] _counts = new int[Enum.GetValues<Verdict>().Length];
    private double _secondsEnded;
    private int _timed, _step;
    private bool _counted;
    private Verdict? _before; // of the attempt before this one

    /// <summary>Name of the row.</summary>
    public string Id => id;

    /// <summary>Serial or profile of its board; empty if unknown.</summary>
    public string Label { get; private set; } = "";

    /// <summary>Health of its bench in lower case; empty if unknown.</summary>
    public string Health { get; private set; } = "";

    /// <summary>What it does.</summary>
    public RowState State { get; private set; }

    /// <summary>Planned jobs; null if that is open.</summary>
    public int? Jobs { get; private set; }

    /// <summary>Number of the job, from 1; 0 for one that is not counted, and before the first.</summary>
    public int Job { get; private set; }

    /// <summary>What the job is, or what the row waits for, or why it ended.</summary>
    public string Words { get; private set; } = "";

    /// <summary>The phase; null outside of one.</summary>
    public LiveEvent.PhaseBegun? Phase { get; private set; }

    /// <summary>How far the phase is; null before the first value.</summary>
    public LiveEvent.Progress? Progress { get; private set; }

    /// <summary>Last line of the console; null if there is none.</summary>
    public string? Console { get; private set; }

    /// <summary>When the job began; null before the first.</summary>
    public DateTimeOffset? JobBegan { get; private set; }

    /// <summary>Passes that were not the first attempt; none of them counts as PASS.</summary>
    public int Flaky { get; private set; }

    /// <summary>Jobs that ended.</summary>
    public int Ended => _counts.Sum() + Flaky;

    /// <summary>Jobs that ended with a verdict.</summary>
    public int Count(Verdict verdict) => _counts[(int)verdict];

    /// <summary>Cells of a regression on virtual boards, which are counted instead of jobs.</summary>
    public CellCounts Cells { get; } = new();

    /// <summary>True once its planned jobs have ended.</summary>
    public bool IsDone => State is RowState.Ended || (State == RowState.Between && _step >= Jobs);

    /// <summary>True if something other than PASS happened.</summary>
    public bool HasTrouble => Ended > Count(Verdict.Pass);

    /// <summary>Bench time that one job takes, measured or by estimate; null if unknown.</summary>
    public double? JobSeconds => _timed > 0 ? _secondsEnded / _timed : Estimate;

    private double? Estimate { get; set; }

    /// <summary>Bench time until its planned jobs are done; null if unknown.</summary>
    /// <param name="now">The present.</param>
    public TimeSpan? Remaining(DateTimeOffset now)
    {
        if (State is RowState.Ended or RowState.NeedsHands)
            return TimeSpan.Zero;
        if (Jobs is not int jobs || JobSeconds is not double each)
            return null;
        bool runs = _counted && (State is RowState.Running or RowState.Waiting);
        double begun = runs && JobBegan is { } began ? Math.Clamp((now - began).TotalSeconds, 0, each) : 0;
        int left = Math.Max(0, jobs - _step) + (runs ? 1 : 0);
        return TimeSpan.FromSeconds(Math.Clamp(left * each - begun, 0, SecondsMax));
    }

    internal void Open(LiveEvent.RowOpened row)
    {
        (Label, Health) = (row.Label, row.Health);
        Jobs = row.Jobs ?? Jobs;
        Estimate = row.JobSeconds;
    }

    internal void Plan(string label, int? jobs) => (Label, Jobs) = (label, jobs);

    internal void Begin(int number, string what, DateTimeOffset at)
    {
        (State, Job, Words, JobBegan, _counted) = (RowState.Running, number, what, at, number > 0);
        (Phase, Progress, Console) = (null, null, null);
        _step = Math.Max(_step, number);
    }

    internal void End(Verdict verdict, string reason, double seconds, bool again)
    {
        (State, Words) = (RowState.Between, reason);
        (Phase, Progress, Console) = (null, null, null);
        if (!_counted)
            return;
        if (again && _before is { } broken && _counts[(int)broken] > 0)
            _counts[(int)broken]--; // it was repeated: the repetition counts
        _before = verdict;
        if (again && verdict == Verdict.Pass)
            Flaky++;
        else
            _counts[(int)verdict]++;
        (_secondsEnded, _timed) = (_secondsEnded + seconds, _timed + 1);
    }

    // Cells are worked on side by side: the one that began last is shown.
    internal void WorkOn(string cell) => (State, Words) = (RowState.Running, cell);

    internal void Settle(CellOutcome outcome)
    {
        Cells.Add(outcome);
        Job = _step = Cells.Settled;
        if (_step >= Jobs)
            (State, Words) = (RowState.Between, "");
    }

    internal void Leave(string why, bool needsHands)
    {
        (State, Words) = (needsHands ? RowState.NeedsHands : RowState.Ended, why);
        (Phase, Progress, Console) = (null, null, null);
    }

    internal void Wait(string what)
    {
        if (State is RowState.Running or RowState.Waiting)
            (State, Words, Phase, Progress) = (RowState.Waiting, what, null, null);
    }

    internal void BeginPhase(LiveEvent.PhaseBegun phase)
    {
        (Phase, Progress) = (phase, null);
        if (State is RowState.Waiting or RowState.Idle or RowState.Between)
            State = RowState.Running;
    }

    internal void EndPhase(LiveEvent.PhaseEnded phase)
    {
        if (Phase?.Name == phase.Name)
            (Progress, Console) = (null, null);
    }

    internal void GoOn(LiveEvent.Progress progress)
    {
        if (Phase is null || Phase.Name != progress.Phase)
            return;
        Progress = progress;
        Console = progress.Console ?? Console;
    }

    // Nobody plays it any more; it may go on later.
    internal void Pause()
    {
        if (State is RowState.Running or RowState.Waiting or RowState.Between)
            (State, Words, Phase, Progress, Console) = (RowState.Idle, "", null, null, null);
    }
}
