using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Export;

/// <summary>How other programs know an end.</summary>
public enum ExportedEnd
{
    /// <summary>A pass.</summary>
    Passed,

    /// <summary>Measured, and outside its limits.</summary>
    Failed,

    /// <summary>Not known.</summary>
    Error,

    /// <summary>Nothing was to be done.</summary>
    Skipped,
}

/// <summary>One test for other programs: a job, or a cell of a regression.</summary>
/// <param name="Suite">Where it belongs.</param>
/// <param name="Class">Kind of test, "profile.policy".</param>
/// <param name="Name">Its name.</param>
/// <param name="End">How it ended.</param>
public sealed record ExportedCase(string Suite, string Class, string Name, ExportedEnd End)
{
    /// <summary>The outcome in FlashBench's own word.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it is no pass; "" for one.</summary>
    public string Reason { get; init; } = "";

    /// <summary>More on that, one line.</summary>
    public string Detail { get; init; } = "";

    /// <summary>What TAP calls it.</summary>
    public required string Description { get; init; }

    /// <summary>Names and values for TAP's block; empty ones are left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Facts { get; init; } = [];

    /// <summary>When it began; null if unknown.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>How long it took, in microseconds.</summary>
    public long DurationUs { get; init; }

    /// <summary>Where it ran; null if unknown.</summary>
    public string? Host { get; init; }

    /// <summary>True if something of it was simulated.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>What makes a pass doubtful; null for nothing.</summary>
    public string? Flaky { get; init; }

    /// <summary>A job.</summary>
    public static ExportedCase Of(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new ExportedCase(
            row.Place is { } place ? $"run {place.Run}" : row.Bench is { } bench ? $"bench {bench}" : "without a bench",
            $"{row.Profile ?? "unknown"}.{row.Policy ?? "unknown"}",
            $"{row.Directory} {row.Dut ?? "-"} {row.MeVersion ?? "-"}", EndOf(row))
        {
            Outcome = row.Outcome,
            Reason = row.IsFlaky ? "PASS, but not at the first attempt" : row.Reason,
            Detail = $"level {row.Level ?? "none"}, required {row.Required ?? "-"}; open checks: "
                + $"{(row.OpenChecks.Length == 0 ? "none" : row.OpenChecks)}; image {row.Image ?? "-"}",
            Description = $"{row.Directory} {row.Dut ?? "-"} {row.MeVersion ?? "-"} {row.Policy ?? "-"}",
            Facts =
            [
                ("outcome", row.Outcome), ("reason", row.Reason), ("checks", row.OpenChecks), ("level", row.Level),
                ("required", row.Required), ("class", row.ErrorClass?.ToString()), ("image", row.Image),
                ("run", row.Place?.Run),
            ],
            Started = row.Started,
            DurationUs = row.DurationUs ?? 0,
            Host = row.Host,
            IsSimulated = row.Simulated == true,
            Flaky = row.IsFlaky ? string.Create(
                CultureInfo.InvariantCulture, $"{row.Directory}: PASS at attempt {row.Place!.Attempt}") : null,
        };
    }

    // A restore tests nothing, so it is skipped; one that failed is not. A flaky PASS is no PASS.
    private static ExportedEnd EndOf(JobRow row) => row switch
    {
        { Kind: JournalData.JobRequest.Restore, State: RowState.Decided, Dirty: false } => ExportedEnd.Skipped,
        { IsFlaky: true } => ExportedEnd.Error,
        { Verdict: Verdict.Pass } => ExportedEnd.Passed,
        { Verdict: Verdict.Fail } => ExportedEnd.Failed,
        _ => ExportedEnd.Error,
    };
}
