namespace FlashBench.Hardware.Flash;

/// <summary>A chip's SFDP carries its signature but is not sound: none of it is believed.</summary>
/// <param name="offset">Byte offset in the SFDP space at which it went wrong.</param>
/// <param name="reason">What is wrong, as a sentence without a full stop.</param>
public sealed class SfdpFormatException(int offset, string reason) : Exception($"SFDP at 0x{offset:X}: {reason}")
{
    /// <summary>Byte offset in the SFDP space at which it went wrong.</summary>
    public int Offset { get; } = offset;
}
