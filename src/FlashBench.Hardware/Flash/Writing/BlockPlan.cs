namespace FlashBench.Hardware.Flash.Writing;

/// <summary>One erase of a plan.</summary>
/// <param name="Command">One of the chip's erases.</param>
/// <param name="Address">First byte of the unit; a multiple of its size.</param>
public readonly record struct EraseStep(EraseCommand Command, uint Address);

/// <summary>One page program of a plan.</summary>
/// <param name="Address">First byte to program.</param>
/// <param name="Data">1 byte up to a page; crosses no page boundary; neither starts nor ends with 0xFF.</param>
public readonly record struct PageStep(uint Address, ReadOnlyMemory<byte> Data);

/// <summary>How one block gets its new content: all erases, then all pages.</summary>
/// <param name="Address">First byte of the block.</param>
/// <param name="Length">Length of the block in bytes.</param>
/// <param name="Erases">In ascending order; never a sector that the job must not touch.</param>
/// <param name="Pages">In ascending order.</param>
/// <param name="Cost">Expected time of erases and pages, by the typical times of the chip.</param>
public sealed record BlockPlan(
    uint Address, int Length, IReadOnlyList<EraseStep> Erases, IReadOnlyList<PageStep> Pages, TimeSpan Cost)
{
    /// <summary>True if the block holds its target already.</summary>
    public bool IsEmpty => Erases.Count == 0 && Pages.Count == 0;
}
