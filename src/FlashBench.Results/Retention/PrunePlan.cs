using FlashBench.Results.Rows;

namespace FlashBench.Results.Retention;

/// <summary>What a person wants to keep.</summary>
/// <param name="Before">Jobs that began before it may go; null for no limit of age.</param>
/// <param name="KeepPerBoard">The newest so many jobs of each board stay; null for no such number.</param>
public sealed record PruneRule(DateTimeOffset? Before, int? KeepPerBoard);

/// <summary>A job that the rule would let go and that stays.</summary>
/// <param name="Directory">Its directory.</param>
/// <param name="Why">Why it stays.</param>
public sealed record KeptJob(string Directory, string Why);

/// <summary>Which job directories go.</summary>
/// <param name="Remove">Relative to the evidence folder, oldest first.</param>
/// <param name="Kept">What the rule alone would have let go.</param>
public sealed record PrunePlan(IReadOnlyList<JobRow> Remove, IReadOnlyList<KeptJob> Kept)
{
    /// <summary>Makes a plan; nothing is touched.</summary>
    /// <param name="rows">All rows of the evidence folder.</param>
    /// <param name="rule">What to keep.</param>
    /// <param name="marked">What must stay, by directory, job id or run id, with the reason: what this host's state
    /// names as open, as the mark of a half-written board or as a commissioning; runs that can go on.</param>
    /// <remarks>Whatever the rule says: a job without a verdict stays, one that can go on, one that left a chip
    /// half-written, and the newest of each board, since `restore` finds a board's backup by it. A run goes whole or
    /// not at all.</remarks>
    public static PrunePlan Of(
        IReadOnlyList<JobRow> rows, PruneRule rule, IReadOnlyDictionary<string, string> marked)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(marked);
        var stays = new Dictionary<string, string>(StringComparer.Ordinal); // directories that the rule keeps
        var kept = new List<KeptJob>();
        foreach (IGrouping<string?, JobRow> board in rows.GroupBy(row => row.Dut, StringComparer.Ordinal))
        {
            int place = 0;
            foreach (JobRow row in board.OrderByDescending(row => row.Started)
                .ThenByDescending(row => row.Directory, StringComparer.Ordinal))
            {
                bool newest = ++place == 1;
                if (place <= rule.KeepPerBoard || (rule.Before is { } before && !(row.Started < before)))
                    stays.Add(row.Directory, "");
                else if (Protection(row, newest, marked) is { } why)
                    stays.Add(row.Directory, why);
            }
        }

        foreach (string run in rows.Where(row => row.Place is not null && stays.ContainsKey(row.Directory))
            .Select(row => row.Place!.Run).Distinct(StringComparer.Ordinal))
        {
            foreach (JobRow row in rows.Where(row => row.Place?.Run == run))
                stays.TryAdd(row.Directory, "a job of its run stays");
        }

        kept.AddRange(stays.Where(job => job.Value.Length > 0).OrderBy(job => job.Key, StringComparer.Ordinal)
            .Select(job => new KeptJob(job.Key, job.Value)));
        return new PrunePlan(
            [
                .. rows.Where(row => !stays.ContainsKey(row.Directory)).OrderBy(row => row.Started)
                    .ThenBy(row => row.Directory, StringComparer.Ordinal),
            ],
            kept);
    }

    /// <summary>Why a job is marked, by its directory, its id or its run; null if it is not.</summary>
    /// <param name="row">The job.</param>
    /// <param name="marked">As for <see cref="Of"/>.</param>
    public static string? MarkOf(JobRow row, IReadOnlyDictionary<string, string> marked)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(marked);
        return marked.GetValueOrDefault(row.Directory) ?? marked.GetValueOrDefault(row.Job)
            ?? (row.Place is { } place ? marked.GetValueOrDefault(place.Run) : null);
    }

    private static string? Protection(JobRow row, bool newest, IReadOnlyDictionary<string, string> marked)
    {
        if (MarkOf(row, marked) is { } why)
            return why;
        if (row.Dirty)
            return "it left a chip half-written";
        if (row.State != RowState.Decided)
            return "it has no verdict";
        if (!row.IsSettled)
            return "it can go on";
        return newest ? "it is the newest of its board" : null;
    }
}
