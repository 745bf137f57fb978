namespace FlashBench.Firmware.Neutralization;

/// <summary>Plans for negative controls: images that a working bench must not certify.</summary>
public static class ControlImages
{
    /// <summary>Flips one bit of the code partition's signature and clears the disable bit.</summary>
    /// <param name="image">A sound stock image.</param>
    /// <exception cref="PlanRefusedException">The image is damaged or has no checked signature.</exception>
    public static ImagePlan DamagedManifest(ImageAnalysis image) => throw new NotImplementedException();
}
