using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Regress;

/// <summary>Decides on a cell, by its static checks and what the last attempt of every round came to.</summary>
public static class CellJudge
{
    /// <summary>The stage of a cell that was run.</summary>
    public const string Run = "run";

    /// <summary>A cell of which nothing is run.</summary>
    /// <param name="cell">Names the cell.</param>
    /// <param name="checks">What the static checks found.</param>
    /// <param name="why">Why nothing is run, for a cell that passed them.</param>
    public static CellResult OfStatic(CellResult cell, StaticResult checks, string why)
    {
        ArgumentNullException.ThrowIfNull(cell);
        CellResult checkedCell = With(cell, checks);
        if (checks.IsSound)
        {
            return checkedCell with
            {
                Outcome = CellOutcome.Static,
                Stage = checks.Stages[^1].Stage,
                Reason = $"static only: {why}",
            };
        }

        StageResult last = checks.Stages[^1];
        return checkedCell with
        {
            Outcome = last.End == StageEnd.Refused ? CellOutcome.Refused : CellOutcome.Fail,
            Stage = last.Stage,
            Reason = last.Text,
        };
    }

    /// <summary>A cell that was run.</summary>
    /// <param name="cell">Names the cell.</param>
    /// <param name="checks">What the static checks found; sound.</param>
    /// <param name="rounds">Every round: the attempts at it, in their order, at least one.</param>
    public static CellResult OfRun(
        CellResult cell, StaticResult checks, IReadOnlyList<IReadOnlyList<JobDigest>> rounds)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(rounds);
        List<JobDigest> ends = [.. rounds.Select(attempts => attempts[^1])];
        var outcomes = ends.Select(end => OutcomeOf(end)).ToList();
        bool repeated = rounds.Any(attempts =>
            IsGood(OutcomeOf(attempts[^1])) && !attempts.All(attempt => IsGood(OutcomeOf(attempt))));
        bool differ = outcomes.Distinct().Count() > 1;
        int worst = outcomes.IndexOf(outcomes.Max());
        bool flaky = repeated || (differ && outcomes.Exists(IsGood)); // what never passed is no more than its worst
        return With(cell, checks) with
        {
            Outcome = flaky ? CellOutcome.Flaky : outcomes[worst],
            Stage = Run,
            Reason = differ
                ? $"{Count(outcomes)}; round {worst + 1}: {ends[worst].Reason}"
                : repeated ? $"{outcomes[0].Word()} only when it was repeated"
                : outcomes[0] == CellOutcome.Pass ? "" : ends[0].Reason,
            Level = ends[worst].Level,
            OpenChecks = ends[worst].OpenChecks,
            Jobs = [.. rounds.SelectMany(attempts => attempts).Select(attempt => attempt.Directory)],
            Seconds = Math.Round(rounds.SelectMany(attempts => attempts).Sum(attempt => attempt.Seconds), 3),
            Dirty = ends.Exists(end => end.Dirty),
        };
    }

    /// <summary>A cell of which not all rounds could be run: an ERROR, whatever the others came to.</summary>
    /// <param name="cell">Names the cell.</param>
    /// <param name="checks">What the static checks found; sound.</param>
    /// <param name="rounds">The rounds that were run, as for <see cref="OfRun"/>; at least one.</param>
    /// <param name="planned">How many there were to be.</param>
    /// <param name="why">Why the others were not, a sentence without a full stop.</param>
    public static CellResult OfPart(
        CellResult cell, StaticResult checks, IReadOnlyList<IReadOnlyList<JobDigest>> rounds, int planned, string why)
    {
        CellResult part = OfRun(cell, checks, rounds);
        string end = part.Reason.Length > 0 ? $"{part.Outcome.Word()}: {part.Reason}" : part.Outcome.Word();
        return part with
        {
            Outcome = CellOutcome.Error,
            Reason = $"only {rounds.Count} of {planned} rounds were run: {why}; {end}",
        };
    }

    /// <summary>What one job came to.</summary>
    public static CellOutcome OutcomeOf(JobDigest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return digest.Verdict switch
        {
            Verdict.Pass => CellOutcome.Pass,
            Verdict.Fail or Verdict.Inconclusive when digest.HoldsClaims => CellOutcome.Holds,
            Verdict.Inconclusive => CellOutcome.Inconclusive,
            Verdict.Fail => CellOutcome.Fail,
            Verdict.Aborted => CellOutcome.Aborted,
            _ => CellOutcome.Error,
        };
    }

    private static bool IsGood(CellOutcome outcome) => outcome is CellOutcome.Pass or CellOutcome.Holds;

    private static CellResult With(CellResult cell, StaticResult checks) => cell with
    {
        Stages = checks.Stages,
        Result = checks.ResultSha256 ?? "",
        ChangedBytes = checks.ChangedBytes,
    };

    private static string Count(List<CellOutcome> outcomes) => string.Join(", ", outcomes.GroupBy(outcome => outcome)
        .OrderBy(group => group.Key).Select(group => $"{group.Count()} of {outcomes.Count} {group.Key.Word()}"));
}
