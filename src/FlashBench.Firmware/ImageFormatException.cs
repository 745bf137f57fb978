namespace FlashBench.Firmware;

/// <summary>A structure that announces itself in the image is broken, or the image is none that is known here.
/// </summary>
/// <param name="offset">Byte offset from the start of the image where reading failed.</param>
/// <param name="reason">What was found and what was expected, as a sentence without a full stop.</param>
/// <remarks>The only exception that leaves the parsers of this assembly for damaged input.</remarks>
public sealed class ImageFormatException(long offset, string reason)
    : Exception($"At 0x{offset:X6}: {reason}")
{
    /// <summary>Byte offset from the start of the image where reading failed.</summary>
    public long Offset { get; } = offset;

    /// <summary>What was found and what was expected; the message without the offset.</summary>
    public string Reason { get; } = reason;
}
