namespace FlashBench.Hardware;

/// <summary>The bench could not do what was asked; nothing is known about the board under test.</summary>
public abstract class BenchException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why; anything but <see cref="PartCause.Failed"/> means that the part was not used.</summary>
    public PartCause Cause { get; init; }
}

/// <summary>Why a part of the bench could not do what was asked; tells who must act.</summary>
public enum PartCause
{
    /// <summary>It failed while it was used: cable, device, protocol.</summary>
    Failed,

    /// <summary>It is not there, or what drives it is not installed.</summary>
    Unavailable,

    /// <summary>Several devices match; one has to be named.</summary>
    Ambiguous,

    /// <summary>Another program or a kernel driver holds it.</summary>
    Busy,

    /// <summary>This user may not open it.</summary>
    Permission,
}

/// <summary>A programmer or its USB link failed; the state of an operation under way on the chip is unknown.</summary>
public sealed class ProgrammerException(string message, Exception? inner = null) : BenchException(message, inner);

/// <summary>A flash chip did not answer as its datasheet says.</summary>
/// <param name="chip">Chip name, for the log.</param>
/// <param name="address">Byte address the operation was aimed at.</param>
/// <param name="reason">What happened, as a sentence without a full stop.</param>
public sealed class FlashChipException(string chip, uint address, string reason)
    : BenchException($"{chip} at 0x{address:X6}: {reason}")
{
    /// <summary>Byte address the operation was aimed at.</summary>
    public uint Address { get; } = address;
}

/// <summary>A flash chip holds something else than what was written.</summary>
/// <param name="chip">Chip name, for the log.</param>
/// <param name="address">First byte address that differs.</param>
/// <param name="written">What it should hold.</param>
/// <param name="read">What it holds.</param>
public sealed class FlashVerifyException(string chip, uint address, byte written, byte read)
    : BenchException($"{chip} at 0x{address:X6}: 0x{written:X2} was written and 0x{read:X2} reads back")
{
    /// <summary>First byte address that differs.</summary>
    public uint Address { get; } = address;
}

/// <summary>A relay or a power sensor failed, or the two contradict each other.</summary>
public sealed class PowerException(string message, Exception? inner = null) : BenchException(message, inner)
{
    /// <summary>True if the part itself is gone (unplugged): only opening it again can help.</summary>
    public bool IsPartGone { get; init; }
}

/// <summary>The console port failed, or cannot be opened.</summary>
public sealed class ConsoleException(string message, Exception? inner = null) : BenchException(message, inner);
