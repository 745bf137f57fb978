using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>How JUnit knows outcomes.</summary>
internal enum JUnitEnd
{
    Passed,
    Skipped,
    Failure,
    Error,
}

/// <summary>One test case.</summary>
/// <param name="Group">"phases", "checks" or "job".</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="End">The same in JUnit's words.</param>
internal sealed record JUnitCase(string Group, string Name, Verdict Outcome, JUnitEnd End)
{
    /// <summary>One line on an end that is not a pass.</summary>
    public string Message { get; init; } = "";

    /// <summary>What was measured.</summary>
    public string Detail { get; init; } = "";

    public long DurationUs { get; init; }

    public static IEnumerable<JUnitCase> Of(JobFacts facts, Judgement judgement)
    {
        IEnumerable<JUnitCase> phases = facts.Phases.Select(phase =>
            new JUnitCase("phases", phase.Name, phase.Verdict, EndOf(phase.Verdict))
            {
                Message = phase.Reason,
                DurationUs = phase.EndUs - phase.StartUs,
            });
        IEnumerable<JUnitCase> checks = judgement.Checks.Select(check =>
            new JUnitCase("checks", $"{check.Id} {check.Title}", check.Outcome, EndOf(check))
            {
                Message = check.Text,
                Detail = $"measured: {check.Measured}; limit: {check.Limit}",
            });
        var verdict = new JUnitCase("job", "verdict", judgement.Verdict, EndOf(judgement.Verdict))
        {
            Message = judgement.Reason,
            Detail = $"level {CertificateText.Name(judgement.Level)}, "
                + $"required {CertificateText.Name(judgement.Required)}",
        };
        return [.. phases, .. checks, verdict];
    }

    private static JUnitEnd EndOf(Check check) => check is { Mandatory: false, Outcome: Verdict.Inconclusive }
        ? JUnitEnd.Skipped
        : EndOf(check.Outcome);

    private static JUnitEnd EndOf(Verdict outcome) => outcome switch
    {
        Verdict.Pass => JUnitEnd.Passed,
        Verdict.Fail => JUnitEnd.Failure,
        _ => JUnitEnd.Error,
    };
}
