using FlashBench.Bench.Config;

namespace FlashBench.Bench.Evidence;

/// <summary>One check of me-firmware criteria A1 to E2, as measured.</summary>
/// <param name="Id">"A1" … "E2".</param>
/// <param name="Title">What is checked, in a few words.</param>
/// <param name="Outcome">Pass, Inconclusive or Fail.</param>
/// <param name="Mandatory">True if a PASS at the required level needs it.</param>
/// <param name="Measured">The measured value, with unit.</param>
/// <param name="Limit">The limit it was held against, with unit.</param>
/// <param name="Text">One sentence on the outcome.</param>
public sealed record Check(
    string Id, string Title, Verdict Outcome, bool Mandatory, string Measured, string Limit, string Text)
{
    /// <summary>What <see cref="Measured"/> says of a check that the job did not get to.</summary>
    public const string NotReached = "not reached";

    /// <summary>False if the job ended before this was measured.</summary>
    public bool IsReached => Measured != NotReached;
}

/// <summary>The decision on a job: a pure function of its <see cref="JobFacts"/>.</summary>
/// <param name="Verdict">PASS only if every mandatory check passed and nothing failed.</param>
/// <param name="Level">Highest level whose checks all passed.</param>
/// <param name="Required">The level that a PASS needed.</param>
/// <param name="Reason">One sentence for people.</param>
/// <param name="Class">Who must act.</param>
/// <param name="Checks">All checks in order of their ids.</param>
public sealed record Judgement(
    Verdict Verdict, EvidenceLevel Level, EvidenceLevel Required, string Reason, ErrorClass Class,
    IReadOnlyList<Check> Checks);
