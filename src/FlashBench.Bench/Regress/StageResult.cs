namespace FlashBench.Bench.Regress;

/// <summary>How one stage of a cell ended.</summary>
public enum StageEnd
{
    /// <summary>Done, and sound.</summary>
    Passed,

    /// <summary>The image does not allow it.</summary>
    Refused,

    /// <summary>The result is not what it must be.</summary>
    Failed,
}

/// <summary>One stage of a cell: "read", "audit", "plan", "neutralize", "re-inspect" or "run".</summary>
/// <param name="Stage">Its name.</param>
/// <param name="End">How it ended.</param>
/// <param name="Text">What was found, a sentence without a full stop.</param>
public sealed record StageResult(string Stage, StageEnd End, string Text);

/// <summary>What the static checks of a cell found.</summary>
/// <param name="Stages">The stages that were begun; none follows one that did not pass.</param>
public sealed record StaticResult(StageResult[] Stages)
{
    /// <summary>SHA-256 of the neutralized content, lower-case hex; null if there is none.</summary>
    public string? ResultSha256 { get; init; }

    /// <summary>Bytes whose value the neutralization changes.</summary>
    public long ChangedBytes { get; init; }

    /// <summary>True if every stage passed.</summary>
    public bool IsSound => Stages is [.., { End: StageEnd.Passed }];
}
