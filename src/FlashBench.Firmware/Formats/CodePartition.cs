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
/// <param name="Name">Name as stored; '?' stands for a byte that is not printable.</param>
/// <param name="Compression">How it is stored.</param>
/// <param name="Ranges">Its bytes in the image as stated, ascending and merged; Huffman modules of generation 2 have
/// many pieces, and a cut region does not hold them all.</param>
/// <param name="IsKept">True when neutralization by removal keeps it.</param>
public sealed record CodeModule(
    string Name, ModuleCompression Compression, ImmutableArray<FlashRange> Ranges, bool IsKept)
{
    /// <summary>The hash that is signed for its stored bytes; null where it covers others (Huffman, LZMA of
    /// generation 2) or there is none.</summary>
    internal ModuleHash? Hash { get; init; }

    /// <summary>Stored length in bytes as signed metadata states it; null where there is none.</summary>
    internal long? SignedLength { get; init; }

    /// <summary>Stored length in bytes.</summary>
    public long StoredLength => Ranges.Sum(r => r.Length);

    /// <summary>True when at least one byte of it, outside <paramref name="shared"/>, is not 0xFF.</summary>
    /// <param name="image">The image that holds the module.</param>
    /// <param name="region">The ME region: what lies past it belongs to others.</param>
    /// <param name="shared">Merged ranges that belong to other, kept modules.</param>
    internal bool IsPresent(ReadOnlySpan<byte> image, FlashRange region, ImmutableArray<FlashRange> shared)
    {
        foreach (FlashRange range in Ranges)
        {
            foreach (FlashRange own in FlashRangeSet.Subtract(region.Intersect(range), shared))
            {
                if (own.Of(image).ContainsAnyExcept((byte)0xFF))
                    return true;
            }
        }

        return false;
    }
}

/// <summary>A code partition: manifest, modules, and the map of its compressed chunks.</summary>
/// <param name="Name">Name in the partition table.</param>
/// <param name="Range">The partition in the image as the table states it.</param>
/// <param name="IsComplete">False when it reaches past the region or the file.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Modules">Its modules in stored order; empty when the module table cannot be read.</param>
/// <param name="Chunks">Generation 2: the Huffman chunk map, or null when absent or unreadable.</param>
/// <param name="Fixed">Directory, manifest and metadata: the parts that are never removed, ascending.</param>
public sealed record CodePartition(
    string Name, FlashRange Range, bool IsComplete, Manifest Manifest, ImmutableArray<CodeModule> Modules,
    HuffmanChunkMap? Chunks, ImmutableArray<KeptPart> Fixed);

/// <summary>A named part of a code partition.</summary>
/// <param name="Name">For people, for example "manifest and module table".</param>
/// <param name="Range">Its bytes in the image as stated.</param>
public sealed record KeptPart(string Name, FlashRange Range);
