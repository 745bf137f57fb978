namespace FlashBench.Firmware.Neutralization;

/// <summary>An image was understood, but no plan is made for it: it is damaged, or not supported.</summary>
/// <param name="reason">One clear sentence without a full stop.</param>
/// <param name="offset">Byte offset from the start of the image that the reason speaks of; null when it speaks of
/// the image as a whole.</param>
public sealed class PlanRefusedException(string reason, long? offset = null)
    : Exception(offset is { } at ? $"At 0x{at:X6}: {reason}" : reason)
{
    /// <summary>The reason without the offset.</summary>
    public string Reason { get; } = reason;

    /// <summary>Byte offset from the start of the image, or null.</summary>
    public long? Offset { get; } = offset;
}
