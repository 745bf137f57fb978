namespace FlashBench.Hardware.Native;

/// <summary>A serial port cannot be opened; the parts that use one turn it into an exception of theirs.</summary>
/// <param name="sentence">Names the port and says what to do; without a full stop.</param>
/// <param name="cause">Who must act.</param>
internal sealed class SerialOpenException(string sentence, PartCause cause) : IOException(sentence)
{
    public PartCause Cause { get; } = cause;
}
