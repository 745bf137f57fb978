using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware;

/// <summary>The strap bit that halts the ME, as the descriptor's own content or a named platform locates it.</summary>
/// <param name="DwordOffset">Offset of the strap dword from the start of the image, in bytes.</param>
/// <param name="StrapOffset">Offset of the same dword from FPSBA, in bytes.</param>
/// <param name="Bit">Bit number inside the dword, 0 to 31.</param>
/// <param name="Name">"AltMeDisable" (5- to 9-series PCH) or "HAP" (100- and 200-series).</param>
/// <param name="IsSet">True when the bit is set in the analysed image.</param>
/// <remarks>Source: coreboot ifdtool and published strap definitions; checked against shipped Purism and Heads
/// descriptors. <see cref="DisablePlatform"/> says where other PCHs keep the bit.</remarks>
public sealed record DisableBit(long DwordOffset, uint StrapOffset, int Bit, string Name, bool IsSet)
{
    /// <summary>How well the place is known.</summary>
    public StrapEvidence Evidence { get; init; } = StrapEvidence.Shipped;

    /// <summary>The four bytes of the strap dword.</summary>
    public FlashRange Range => FlashRange.At(DwordOffset, sizeof(uint));

    /// <summary>The bit as a mask over the dword.</summary>
    public uint Mask => 1u << Bit;
}
