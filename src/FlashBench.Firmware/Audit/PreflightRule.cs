namespace FlashBench.Firmware.Audit;

/// <summary>What a triggered rule does.</summary>
public enum RuleSeverity
{
    /// <summary>The work is not done.</summary>
    Refuse,

    /// <summary>The work can be done; the technician must know.</summary>
    Warn,
}

/// <summary>What was found about a rule.</summary>
public enum RuleState
{
    /// <summary>Something shows that the hazard exists.</summary>
    Triggered,

    /// <summary>Something shows that it does not exist.</summary>
    Clear,

    /// <summary>Nothing shows either; never taken for clear.</summary>
    Unknown,

    /// <summary>Only a bench or a board profile can tell, so an audit of a file does not.</summary>
    NotExamined,
}

/// <summary>One rule of the pre-flight list.</summary>
/// <param name="Id">Stable id for records, for example "verified-boot".</param>
/// <param name="Severity">What it does when triggered.</param>
/// <param name="State">What was found.</param>
/// <param name="Reason">One sentence without a full stop.</param>
/// <param name="Evidence">What that rests on, for example "manifest"; empty when nothing was there.</param>
public sealed record PreflightRule(
    string Id, RuleSeverity Severity, RuleState State, string Reason, string Evidence);

/// <summary>The answer to one rule.</summary>
internal readonly record struct RuleAnswer(RuleState State, string Reason, string Evidence)
{
    public static RuleAnswer Triggered(string reason, string evidence) => new(RuleState.Triggered, reason, evidence);

    public static RuleAnswer Clear(string reason, string evidence) => new(RuleState.Clear, reason, evidence);

    public static RuleAnswer Unknown(string reason, string evidence = "") => new(RuleState.Unknown, reason, evidence);

    public static RuleAnswer NotExamined(string reason) => new(RuleState.NotExamined, reason, "");

    public PreflightRule As(string id, RuleSeverity severity) => new(id, severity, State, Reason, Evidence);
}
