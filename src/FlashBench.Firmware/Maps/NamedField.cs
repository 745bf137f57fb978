namespace FlashBench.Firmware.Maps;

/// <summary>A field with the name that differences in it go by.</summary>
/// <param name="Range">Where, from the start of the image.</param>
/// <param name="Name">For people, for example "FLREG2 (ME)".</param>
internal sealed record NamedField(FlashRange Range, string Name)
{
    /// <summary>True for a dword whose single bits mean something.</summary>
    public bool IsWord { get; init; }

    /// <summary>Kind of the segment that the field is; null for a part of one.</summary>
    public SegmentKind? Kind { get; init; }
}
