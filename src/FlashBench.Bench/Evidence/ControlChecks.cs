namespace FlashBench.Bench.Evidence;

/// <summary>Check N1: whether a negative control ended as it must.</summary>
internal static class ControlChecks
{
    /// <returns>Null for an ordinary job.</returns>
    public static Check? Of(JobFacts facts, Verdict verdict)
    {
        const string id = "N1", title = "negative control";
        if (facts.Start.Control is not { } name)
            return null;
        if (facts.Audit is not { } audit || ControlExpectation.For(name, audit.Generation) is not { } expected)
            return FlashChecks.NotReached(id, title, "a control that is known");
        string seen = expected.Seen(facts, verdict);
        bool told = seen == expected.Text;
        return new Check(id, title, told ? Verdict.Pass : Verdict.Inconclusive, false, seen, expected.Text, told
            ? $"the bench told the control {name} apart"
            : $"the control {name} must end otherwise: this bench, or this model, does not show such a board");
    }
}
