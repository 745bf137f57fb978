using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Maps;

/// <summary>A stretch in which two images differ.</summary>
/// <param name="Range">From the first to the last byte that differs; equal bytes may lie between them.</param>
/// <param name="Structure">What the first image has there, for example "PCHSTRP10 bit 7" or "FTPR KERNEL".</param>
/// <param name="ChangedBytes">Number of bytes in it that differ.</param>
/// <param name="Rule">The rule of the neutralization that makes exactly this change; null when none does.</param>
public sealed record ImageDifference(FlashRange Range, string Structure, long ChangedBytes, ChangeRule? Rule);
