using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>How a module is stored.</summary>
public enum ModuleCompression
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>Intel's Huffman coding, in chunks.</summary>
    Huffman = 1,

    /// <summary>LZMA.</summary>
    Lzma = 2,

    /// <summary>A number that no firmware uses: damage.</summary>
    Unknown = 3,
}

/// <summary>One module of a code partition.</summary>
/// <param name="Name">Name as stored.</param>
/// <param name="Compression">How it is stored.</param>
/// <param name="Length">Uncompressed length in bytes, 0 when not stated.</param>
/// <param name="Ranges">Its bytes in the image, ascending, as far as the region reaches; Huffman modules of
/// generation 2 have many pieces.</param>
/// <param name="IsPresent">True when at least one of those bytes is not 0xFF.</param>
/// <param name="IsKept">True when neutralization by removal keeps it.</param>
public sealed record CodeModule(
    string Name, ModuleCompression Compression, long Length, ImmutableArray<FlashRange> Ranges, bool IsPresent,
    bool IsKept);

/// <summary>A code partition: manifest, modules, and the map of its compressed chunks.</summary>
/// <param name="Range">The partition in the image by the table, clipped to the region.</param>
/// <param name="IsComplete">False when the table says that it reaches past the region or the file.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Modules">Its modules in stored order.</param>
/// <param name="Chunks">Generation 2: the Huffman chunk map, or null when absent or unreadable.</param>
/// <param name="MetadataRanges">Generation 3: directory and metadata files, which are always kept.</param>
public sealed record CodePartition(
    FlashRange Range, bool IsComplete, Manifest Manifest, ImmutableArray<CodeModule> Modules, HuffmanChunkMap? Chunks,
    ImmutableArray<FlashRange> MetadataRanges);

/// <summary>The LLUT of a generation-2 code partition: where each page of the Huffman stream is stored.</summary>
/// <param name="Range">Header and table in the image.</param>
/// <param name="BaseAddress">Virtual address of the first page.</param>
/// <param name="PageLength">Uncompressed bytes for one chunk.</param>
/// <param name="Stream">The compressed stream in the image by the header, not clipped.</param>
/// <param name="Chunks">One range per page; null for a page that is not stored.</param>
public sealed record HuffmanChunkMap(
    FlashRange Range, long BaseAddress, int PageLength, FlashRange Stream, ImmutableArray<FlashRange?> Chunks);
