namespace FlashBench.Hardware.Serprog;

/// <summary>What a serprog client has asked for so far.</summary>
/// <param name="Frames">Chip-select frames.</param>
/// <param name="SentBytes">Bytes to the chip.</param>
/// <param name="ReadBytes">Bytes from the chip.</param>
/// <param name="Failures">Frames that the programmer failed to execute.</param>
public readonly record struct SerprogTraffic(long Frames, long SentBytes, long ReadBytes, long Failures);
