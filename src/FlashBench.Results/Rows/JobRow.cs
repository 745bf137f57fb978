using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using JobEnd = FlashBench.Bench.Verdict;

namespace FlashBench.Results.Rows;

/// <summary>What the results store knows of one job directory. Every value is derived from the journal in it, and can
/// be derived again.</summary>
/// <remarks>Texts come from a journal and are hostile: whoever shows them escapes them. Null means that the job did not
/// get that far, or that no journal says it.</remarks>
public sealed record JobRow
{
    /// <summary>The job directory relative to the evidence folder, "/" between names; no two rows share one.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether the rest can be believed.</summary>
    public required RowState State { get; init; }

    /// <summary>Job id as recorded; the directory's name before the first record.</summary>
    public required string Job { get; init; }

    /// <summary>"certify" or "restore".</summary>
    public string? Kind { get; init; }

    /// <summary>Bench id; a bench has one fixture.</summary>
    public string? Bench { get; init; }

    /// <summary>Host of the bench.</summary>
    public string? Host { get; init; }

    /// <summary>Serial of the board.</summary>
    public string? Dut { get; init; }

    /// <summary>The board's type, for people.</summary>
    public string? Board { get; init; }

    /// <summary>Id of the board's profile.</summary>
    public string? Profile { get; init; }

    /// <summary>"ME", "TXE" and so on: of the image under test, in the board's flash if it was another one.</summary>
    public string? MeFamily { get; init; }

    /// <summary>Generation of that ME.</summary>
    public int? MeGeneration { get; init; }

    /// <summary>Its version.</summary>
    public string? MeVersion { get; init; }

    /// <summary>Its SKU.</summary>
    public string? MeSku { get; init; }

    /// <summary>False if the board did not come as its maker shipped it.</summary>
    public bool? Stock { get; init; }

    /// <summary>SHA-256 of the image under test: that which was given, else the backup.</summary>
    public string? Image { get; init; }

    /// <summary>SHA-256 of the backup; of a job that puts one back, of that one.</summary>
    public string? Backup { get; init; }

    /// <summary>SHA-256 of what the chip was to hold.</summary>
    public string? Written { get; init; }

    /// <summary>Policy of neutralization.</summary>
    public string? Policy { get; init; }

    /// <summary>Name of the negative control; null for none.</summary>
    public string? Control { get; init; }

    /// <summary>The decision; null unless <see cref="State"/> is <see cref="RowState.Decided"/>.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Level reached, "none" to "L3".</summary>
    public string? Level { get; init; }

    /// <summary>Level that a PASS needed.</summary>
    public string? Required { get; init; }

    /// <summary>The decision's reason, or why there is no decision; never empty.</summary>
    public required string Reason { get; init; }

    /// <summary>Who must act.</summary>
    public ErrorClass? ErrorClass { get; init; }

    /// <summary>Ids of the mandatory checks that were reached and did not pass, "B2 C1"; empty for none.</summary>
    public string OpenChecks { get; init; } = "";

    /// <summary>When it began, whole seconds, for display.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the last record before the decision was made, whole seconds, for display.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How long it took on the job's monotonic clock, in microseconds.</summary>
    public long? DurationUs { get; init; }

    /// <summary>The programmer as it described itself.</summary>
    public string? Programmer { get; init; }

    /// <summary>True if any part was simulated.</summary>
    public bool? Simulated { get; init; }

    /// <summary>True if the chip may be half-written.</summary>
    public bool Dirty { get; init; }

    /// <summary>How often it was interrupted and went on.</summary>
    public int Resumes { get; init; }

    /// <summary>Shortest observation of a watched boot, in microseconds.</summary>
    public long? ObservedUs { get; init; }

    /// <summary>Slowest watched boot, from the relay to the operating system, in microseconds.</summary>
    public long? OsUpUs { get; init; }

    /// <summary>Longest silence of all watched boots, in microseconds.</summary>
    public long? LongestGapUs { get; init; }

    /// <summary>Power of all watched boots.</summary>
    public PowerSpan? Power { get; init; }

    /// <summary>Clock difference that is farthest from zero among the watched boots, in parts per million.</summary>
    public double? ClockPpm { get; init; }

    /// <summary>The soak or regression that it belongs to; null for none.</summary>
    public RunPlace? Place { get; init; }

    /// <summary>Version of the program.</summary>
    public string? Software { get; init; }

    /// <summary>Sound records of the journal.</summary>
    public long Records { get; init; }

    /// <summary>Length of the journal.</summary>
    public long JournalBytes { get; init; }

    /// <summary>SHA-256 of the journal's bytes; null if it cannot be read.</summary>
    public string? JournalSha256 { get; init; }

    /// <summary>Hash of the last sound record; null for none.</summary>
    public string? ChainHead { get; init; }

    /// <summary>Judged boots, in order.</summary>
    public IReadOnlyList<BootRow> Boots { get; init; } = [];

    /// <summary>True for a PASS that was not had at the first attempt.</summary>
    public bool IsFlaky => Verdict == JobEnd.Pass && Place is { Attempt: > 1 };

    /// <summary>True if no program adds to this journal any more.</summary>
    public bool IsSettled => State == RowState.Decided && Verdict != JobEnd.Aborted;

    /// <summary>True for a job that belongs into a rate: no negative control, no restore, and not by a policy that asks
    /// for less than a PASS needs.</summary>
    public bool IsCounted => Kind == JournalData.JobRequest.Certify && Control is null
        && !PolicyClaims.AskForLess(Policy);

    /// <summary>"PASS", "FLAKY" and so on; "unfinished" or "damaged" where there is no verdict.</summary>
    public string Outcome => IsFlaky ? "FLAKY" : Verdict?.ToString().ToUpperInvariant()
        ?? (State == RowState.Damaged ? "damaged" : "unfinished");
}
