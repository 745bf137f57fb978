namespace FlashBench.Firmware.Neutralization;

/// <summary>The place of the disable bit as a board profile pins it.</summary>
/// <param name="StrapOffset">Offset of the strap dword from FPSBA, in bytes.</param>
/// <param name="Bit">Bit number inside the dword.</param>
public readonly record struct DisableBitPin(uint StrapOffset, int Bit);

/// <summary>Plans the neutralization of an ME image.</summary>
public static class NeutralizationPlan
{
    /// <summary>Name of the default policy.</summary>
    public const string Purism = "purism";

    /// <summary>Plans by the default policy: ME 6 to 10 keep FTPR with ROMP and BUP, and AltMeDisable is set; ME 11
    /// keeps FTPR with rbe, kernel, syslib and bup, and MFS, and HAP is set. A bare region has no bit to set.</summary>
    /// <param name="image">The original image.</param>
    /// <param name="pin">Place of the disable bit by the board profile; null when no profile is at hand.</param>
    /// <exception cref="PlanRefusedException">The image is damaged or not supported, or the pin disagrees.</exception>
    public static ImagePlan Create(ImageAnalysis image, DisableBitPin? pin = null) =>
        throw new NotImplementedException();
}
