namespace FlashBench.Firmware.Maps;

/// <summary>What kind of structure a segment of an image is.</summary>
public enum SegmentKind
{
    /// <summary>Bytes that no structure claims.</summary>
    Gap,

    /// <summary>The flash descriptor.</summary>
    Descriptor,

    /// <summary>A flash region whose inside is not looked at: BIOS, GbE, PDR, EC ...; the ME region too when it cannot
    /// be read.</summary>
    Region,

    /// <summary>The boot vector before the ME's partition table.</summary>
    BootVector,

    /// <summary>The ME's partition table, or the layout table or a boot table of ME 12 and later.</summary>
    Table,

    /// <summary>A part of the region that the layout table of ME 12 and later names.</summary>
    Area,

    /// <summary>A partition of the ME region; of the code partition, what is none of its parts.</summary>
    Partition,

    /// <summary>The directory of a code partition (generation 3).</summary>
    Directory,

    /// <summary>The signed manifest of the code partition, with the module table in generation 2.</summary>
    Manifest,

    /// <summary>Metadata of one module (generation 3).</summary>
    Metadata,

    /// <summary>A module of the code partition.</summary>
    Module,

    /// <summary>The table of Huffman chunks (generation 2).</summary>
    ChunkMap,

    /// <summary>The Huffman chunks of all modules (generation 2).</summary>
    Chunks,
}

/// <summary>What a plan does to a segment.</summary>
public enum SegmentState
{
    /// <summary>The plan does not speak of it, or there is no plan.</summary>
    Untouched,

    /// <summary>Holds nothing but 0xFF.</summary>
    Blank,

    /// <summary>The plan promises that it stays as it is.</summary>
    Kept,

    /// <summary>The plan takes out all its content.</summary>
    Removed,

    /// <summary>The plan takes out a part of its content.</summary>
    PartlyRemoved,

    /// <summary>The plan writes new content into it.</summary>
    Changed,
}

/// <summary>One stretch of an image that belongs to one structure.</summary>
/// <param name="Range">Where, from the start of the image.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">For people, for example "FTPR BUP"; a structure that others interrupt has several segments of
/// its name.</param>
/// <param name="Region">Name of the flash region that it lies in; empty outside of all.</param>
/// <param name="Content">Number of bytes that are not 0xFF.</param>
/// <param name="Removed">How many of them the plan erases, or cuts off.</param>
/// <param name="State">What the plan does to it.</param>
public sealed record ImageSegment(
    FlashRange Range, SegmentKind Kind, string Name, string Region, long Content, long Removed, SegmentState State);
