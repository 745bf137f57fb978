namespace FlashBench.Firmware;

/// <summary>What a file of firmware bytes is.</summary>
public enum ImageKind
{
    /// <summary>A dump of a whole flash chip: descriptor first, regions behind it.</summary>
    FullDump,

    /// <summary>A flash descriptor alone, without the regions that it describes.</summary>
    DescriptorOnly,

    /// <summary>The content of an ME region alone.</summary>
    MeRegion,
}
