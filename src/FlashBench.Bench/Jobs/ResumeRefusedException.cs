namespace FlashBench.Bench.Jobs;

/// <summary>A job cannot go on here and now; nothing was written to a chip, and it can be tried again.</summary>
/// <param name="reason">Why, as a sentence without a full stop.</param>
public sealed class ResumeRefusedException(string reason) : Exception(reason)
{
    /// <summary>True if what is on the bench is not what the job began with: another board or another chip.</summary>
    public bool OtherBoard { get; init; }

    /// <summary>True if the chip was read whole and is not half-written any more, whatever the job's record says.
    /// </summary>
    public bool ChipIsWhole { get; init; }
}
