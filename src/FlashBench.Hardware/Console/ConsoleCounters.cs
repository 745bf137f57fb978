namespace FlashBench.Hardware.Console;

/// <summary>Receive errors since the port was opened.</summary>
/// <param name="Overruns">Bytes that the receiver had no room for; they are lost.</param>
/// <param name="FramingErrors">Bytes without a stop bit; they arrived damaged.</param>
/// <param name="ParityErrors">Bytes with a wrong parity bit; they arrived damaged.</param>
public readonly record struct ConsoleCounters(long Overruns, long FramingErrors, long ParityErrors)
{
    /// <summary>Breaks on the line.</summary>
    public long Breaks { get; init; }

    /// <summary>Bytes that the kernel's buffer had no room for; they are lost.</summary>
    public long BufferOverruns { get; init; }

    /// <summary>Bytes that are lost.</summary>
    public long LostBytes => Overruns + BufferOverruns;

    /// <summary>Errors of this and of an earlier time together.</summary>
    public ConsoleCounters Plus(ConsoleCounters other) => new(
        Overruns + other.Overruns, FramingErrors + other.FramingErrors, ParityErrors + other.ParityErrors)
    {
        Breaks = Breaks + other.Breaks,
        BufferOverruns = BufferOverruns + other.BufferOverruns,
    };

    /// <summary>Errors since an earlier count; a count that went back began anew.</summary>
    public ConsoleCounters Since(ConsoleCounters earlier) => new(
        Grown(Overruns, earlier.Overruns), Grown(FramingErrors, earlier.FramingErrors),
        Grown(ParityErrors, earlier.ParityErrors))
    {
        Breaks = Grown(Breaks, earlier.Breaks),
        BufferOverruns = Grown(BufferOverruns, earlier.BufferOverruns),
    };

    private static long Grown(long now, long before) => now >= before ? now - before : now;
}
