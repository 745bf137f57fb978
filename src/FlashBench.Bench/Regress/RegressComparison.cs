namespace FlashBench.Bench.Regress;

/// <summary>What became of a cell since the run that is compared with.</summary>
public enum CellChangeKind
{
    /// <summary>It was no failure, and is one now.</summary>
    NewFailure,

    /// <summary>Otherwise for the worse.</summary>
    Worse,

    /// <summary>It was a failure, and passes or holds now.</summary>
    Fixed,

    /// <summary>Otherwise for the better.</summary>
    Better,

    /// <summary>Neither better nor worse, and yet not the same.</summary>
    Changed,

    /// <summary>There was no such cell.</summary>
    New,

    /// <summary>There is no such cell any more.</summary>
    Gone,
}

/// <summary>One thing that differs: "image", "ME", "stage plan", "result", "run" ...</summary>
/// <param name="What">What.</param>
/// <param name="Before">As it was.</param>
/// <param name="After">As it is.</param>
public sealed record CellDifference(string What, string Before, string After);

/// <summary>A cell that is not as it was.</summary>
/// <param name="Kind">How so.</param>
/// <param name="Before">As it was; null for a new one.</param>
/// <param name="After">As it is; null for one that is gone.</param>
/// <param name="Differences">What differs, the cause before its effects; empty for new and gone ones.</param>
public sealed record CellChange(
    CellChangeKind Kind, CellResult? Before, CellResult? After, IReadOnlyList<CellDifference> Differences)
{
    /// <summary>The cell as it is, or was.</summary>
    public CellResult Cell => After ?? Before!;

    /// <summary>True if a run with a baseline fails for it.</summary>
    public bool IsWorse => Kind is CellChangeKind.NewFailure or CellChangeKind.Worse or CellChangeKind.Gone;
}

/// <summary>Two runs over the same matrix, cell by cell.</summary>
/// <param name="With">The run, or the baseline, that is compared with.</param>
/// <param name="Changes">Every cell that is not as it was, in the order of the cells; those that are gone last.</param>
public sealed record RegressComparison(string With, IReadOnlyList<CellChange> Changes)
{
    private const int FailureMin = 2;

    /// <summary>True if another build of the program made the other run, perhaps with other board profiles; false where
    /// that is not known.</summary>
    public bool IsOtherBuild { get; init; }

    /// <summary>True if nothing differs.</summary>
    public bool IsSame => Changes.Count == 0;

    /// <summary>Compares a run with the one before; null without one.</summary>
    /// <remarks>What this run did not ask for is not gone.</remarks>
    public static RegressComparison? Of(RegressTable? before, RegressTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (before is null)
            return null;
        string matrix = before.Order.IsSameMatrix(table.Order) ? "" : ", over another matrix";
        return Of(before.Start.Run + matrix, before.Cells.Where(table.Order.AskedFor), table.Cells) with
        {
            IsOtherBuild = before.Order.Build != table.Order.Build,
        };
    }

    /// <summary>How many changes are of a kind.</summary>
    public int Count(CellChangeKind kind) => Changes.Count(change => change.Kind == kind);

    /// <summary>Compares.</summary>
    /// <param name="with">Name of what is compared with.</param>
    /// <param name="before">Its cells; of two in one place the last one counts.</param>
    /// <param name="after">The cells now; places are unique.</param>
    public static RegressComparison Of(
        string with, IEnumerable<CellResult> before, IReadOnlyList<CellResult> after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var old = new Dictionary<(string, string, string, string), CellResult>();
        foreach (CellResult cell in before)
            old[cell.Place] = cell;
        var changes = new List<CellChange>();
        foreach (CellResult cell in after)
        {
            if (!old.Remove(cell.Place, out CellResult? was))
                changes.Add(new CellChange(CellChangeKind.New, null, cell, []));
            else if (Between(was, cell) is { Count: > 0 } differences)
                changes.Add(new CellChange(KindOf(was, cell), was, cell, differences));
        }

        changes.AddRange(before.Where(cell => old.GetValueOrDefault(cell.Place) == cell)
            .Select(cell => new CellChange(CellChangeKind.Gone, cell, null, [])));
        return new RegressComparison(with, changes);
    }

    private static CellChangeKind KindOf(CellResult before, CellResult after)
    {
        (int was, int now) = (before.Outcome.Severity(), after.Outcome.Severity());
        return (now - was) switch
        {
            > 0 => was < FailureMin && now >= FailureMin ? CellChangeKind.NewFailure : CellChangeKind.Worse,
            < 0 when now == 0 => was >= FailureMin ? CellChangeKind.Fixed : CellChangeKind.Better,
            < 0 when now < FailureMin => CellChangeKind.Changed, // what is not examined any more is not mended
            < 0 => CellChangeKind.Better,
            _ => Order(before, after) switch
            {
                > 0 => CellChangeKind.Worse,
                < 0 => CellChangeKind.Better,
                _ => CellChangeKind.Changed,
            },
        };
    }

    // Above 0 if the later one of two ends that weigh the same is the worse one all the same.
    private static int Order(CellResult before, CellResult after)
    {
        int order = after.Outcome.CompareTo(before.Outcome);
        if (order == 0)
            order = after.Dirty.CompareTo(before.Dirty);
        bool haveLevels = order == 0 && after.Outcome.Severity() == 0 && before.IsRun && after.IsRun;
        return haveLevels ? string.CompareOrdinal(before.Level, after.Level) : order; // "L3" shows more than "L2"
    }

    // Times, runs and names of jobs differ always, and mean nothing here.
    private static List<CellDifference> Between(CellResult before, CellResult after)
    {
        var differences = new List<CellDifference>();
        void Compare(string what, string was, string now)
        {
            if (was != now)
                differences.Add(new CellDifference(what, Shown(was), Shown(now)));
        }

        Compare("image", before.Image, after.Image);
        Compare("ME", before.Me, after.Me);
        // A stage that only one of them got to is a consequence of the stage before it, and so is what came of it.
        foreach ((StageResult was, StageResult now) in before.Stages.Zip(after.Stages))
            Compare($"stage {now.Stage}", TextOf(was), TextOf(now));
        bool both = before.Stages.Length == after.Stages.Length;
        if (both)
            Compare("result", before.Result, after.Result);
        Compare(
            "end", $"{before.Outcome.Word()} at {before.Stage}", $"{after.Outcome.Word()} at {after.Stage}");
        Compare("chip", ChipOf(before), ChipOf(after));
        if (both && before.IsRun == after.IsRun)
        {
            Compare("level", before.Level, after.Level);
            Compare("checks", before.OpenChecks, after.OpenChecks);
        }

        if (after.Stages is not [.., var last] || last.Text != after.Reason)
            Compare("reason", before.Reason, after.Reason);
        return differences;
    }

    private static string Shown(string text) => text.Length == 0 ? "nothing" : text;

    private static string ChipOf(CellResult cell) => cell.Dirty ? "half-written" : "whole";

    private static string TextOf(StageResult stage) => $"{stage.End.ToString().ToLowerInvariant()}: {stage.Text}";
}
