namespace FlashBench.Bench.Evidence;

/// <summary>A fact of the board that is reported and not judged.</summary>
/// <param name="Key">Name in the statement.</param>
/// <param name="Name">Name for people.</param>
/// <param name="Text">What is known; "unknown" where nobody knows, "contradictory" where lines differ.</param>
internal sealed record ReportedFact(string Key, string Name, string Text)
{
    public const string Unknown = "unknown", Contradictory = "contradictory";
}
