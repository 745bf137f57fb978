namespace FlashBench.Bench.Programming;

/// <summary>A write, an erase or a read is refused before anything was changed.</summary>
/// <param name="reason">Why, and what would allow it; a sentence without a full stop.</param>
/// <param name="needsConfirmation">True if typing a confirmation would allow it.</param>
public sealed class FlashRefusedException(string reason, bool needsConfirmation = false) : Exception(reason)
{
    /// <summary>True if typing a confirmation would allow it.</summary>
    public bool NeedsConfirmation { get; } = needsConfirmation;
}
