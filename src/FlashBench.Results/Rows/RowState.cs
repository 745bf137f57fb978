namespace FlashBench.Results.Rows;

/// <summary>How far a job's journal can be believed.</summary>
public enum RowState
{
    /// <summary>The journal is sound and ends in a decision, which follows from the records before it.</summary>
    Decided,

    /// <summary>The journal is sound and has no decision yet: the job runs, or was interrupted.</summary>
    Unfinished,

    /// <summary>Journal or console are not what a job leaves: no verdict of theirs counts.</summary>
    Damaged,
}
