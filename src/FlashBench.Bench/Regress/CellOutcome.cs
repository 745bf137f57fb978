namespace FlashBench.Bench.Regress;

/// <summary>What came out of one cell of a regression, from the best to the worst.</summary>
public enum CellOutcome
{
    /// <summary>The whole job passed, at the first attempt, in every round.</summary>
    Pass,

    /// <summary>The policy asks for less than a PASS needs, and the whole job showed all that it claims.</summary>
    Holds,

    /// <summary>The static checks passed, and nothing was run.</summary>
    Static,

    /// <summary>The same content stands under another name, where it is examined.</summary>
    Duplicate,

    /// <summary>The image does not allow what is asked, and nothing was run.</summary>
    Refused,

    /// <summary>The file holds no image.</summary>
    NoImage,

    /// <summary>Some rounds passed or held and others did not, or not at the first attempt.</summary>
    Flaky,

    /// <summary>The job's evidence suffices for nothing.</summary>
    Inconclusive,

    /// <summary>The file cannot be read.</summary>
    Unreadable,

    /// <summary>Measured, and outside its limits; or the neutralized image is not what the policy claims.</summary>
    Fail,

    /// <summary>The job was stopped.</summary>
    Aborted,

    /// <summary>The bench broke, or something else kept the cell from being examined.</summary>
    Error,
}

/// <summary>What outcomes mean to each other.</summary>
public static class CellOutcomes
{
    /// <summary>0 for what a lab wants; 1 for what says nothing against the program, but is no PASS; 2 for what is not
    /// known; 3 for a failure; 4 for a fault of the bench.</summary>
    public static int Severity(this CellOutcome outcome) => outcome switch
    {
        CellOutcome.Pass or CellOutcome.Holds => 0,
        CellOutcome.Static or CellOutcome.Duplicate or CellOutcome.Refused or CellOutcome.NoImage => 1,
        CellOutcome.Flaky or CellOutcome.Inconclusive or CellOutcome.Unreadable => 2,
        CellOutcome.Fail or CellOutcome.Aborted => 3,
        _ => 4,
    };


    /// <summary>The word in tables: at most ten characters, capitals where a job or an image was judged.</summary>
    public static string Word(this CellOutcome outcome) => outcome switch
    {
        CellOutcome.Static => "static",
        CellOutcome.Duplicate => "duplicate",
        CellOutcome.NoImage => "NO IMAGE",
        CellOutcome.Inconclusive => "INCONCL.",
        _ => outcome.ToString().ToUpperInvariant(),
    };
}
