using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>Reads the module table of ME 6 to 10 and TXE 1 to 2.</summary>
/// <remarks>Source: MEAnalyzer and me-tools; checked against ME 6 to 10 and TXE 1 to 2.</remarks>
internal static class Gen2CodePartition
{
    private const int FirstModule = 0x290;
    private const int ShortHeader = 0x60, LongHeader = 0x80; // ME, TXE
    private const uint ModulesMax = 64; // The largest real table has 21 modules; more is damage.

    private static readonly string[] KeptModules = ["ROMP", "BUP"];

    /// <summary>Reads the modules behind <paramref name="manifest"/>.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="partition">The partition in the image.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <exception cref="ImageFormatException">The module table is not sound.</exception>
    public static (ImmutableArray<CodeModule> Modules, HuffmanChunkMap? Chunks) Read(
        ByteReader region, FlashRange partition, Manifest manifest)
    {
        var context = new Context(partition, manifest, manifest.Range.Start - region.Origin);
        int headerLength = HeaderLength(region, context);
        if (manifest.ModuleCount > ModulesMax ||
            FirstModule + headerLength * (long)manifest.ModuleCount > manifest.Range.Length)
        {
            throw region.Broken(context.Start + 0x20, $"{manifest.ModuleCount} modules do not fit the manifest");
        }

        HuffmanChunkMap? chunks = null;
        var modules = ImmutableArray.CreateBuilder<CodeModule>();
        for (int i = 0; i < manifest.ModuleCount; i++)
            modules.Add(ReadModule(region, context, FirstModule + i * headerLength, ref chunks));
        return (modules.ToImmutable(), chunks);
    }

    private static int HeaderLength(ByteReader region, Context context) =>
        context.Manifest.ModuleCount > 1 && region.Has(context.Start + FirstModule + LongHeader, "$MME"u8) &&
        !region.Has(context.Start + FirstModule + ShortHeader, "$MME"u8)
            ? LongHeader
            : ShortHeader;

    private static CodeModule ReadModule(ByteReader region, Context context, int at, ref HuffmanChunkMap? chunks)
    {
        long header = context.Start + at;
        if (!region.Has(header, "$MME"u8))
            throw region.Broken(header, "a module header ($MME) is missing");

        string name = region.Name(header + 4, 16);
        uint offset = region.UInt32(header + 0x38);
        var compression = (ModuleCompression)Math.Min(
            region.UInt32(header + 0x50) >> 4 & 7, (uint)ModuleCompression.Unknown);
        ImmutableArray<FlashRange> ranges = compression switch
        {
            ModuleCompression.Huffman => ReadChunks(region, context, header, offset, ref chunks),
            ModuleCompression.Unknown =>
                throw region.Broken(header + 0x50, $"module {name} has a compression that does not exist"),
            _ => [FlashRange.At(context.Manifest.Range.Start + offset, StoredLength(region, header, compression))],
        };
        foreach (FlashRange range in ranges)
        {
            if (!context.Partition.Contains(range))
                throw region.Broken(header + 0x38, $"module {name} at {range} lies outside its partition");
        }

        return new CodeModule(name, compression, ranges, KeptModules.Contains(name))
        {
            Hash = compression == ModuleCompression.None // elsewhere it covers what comes out of the decompression
                ? ModuleHash.Reversed(HashAlgorithmName.SHA256, region.Bytes(header + 0x14, 32), ranges[0])
                : null,
        };
    }

    private static uint StoredLength(ByteReader region, long header, ModuleCompression compression)
    {
        uint compressed = region.UInt32(header + 0x40);
        return compressed == 0 && compression == ModuleCompression.None ? region.UInt32(header + 0x3C) : compressed;
    }

    private static ImmutableArray<FlashRange> ReadChunks(
        ByteReader region, Context context, long header, uint offset, ref HuffmanChunkMap? chunks)
    {
        chunks ??= HuffmanChunkMap.Read(region, context.Start + offset);
        if (chunks.Range.Start != context.Manifest.Range.Start + offset)
            throw region.Broken(header + 0x38, "two Huffman modules name different chunk maps");
        return chunks.ChunksOf(region.UInt32(header + 0x34), region.UInt32(header + 0x3C))
            ?? throw region.Broken(header + 0x34, "a Huffman module lies outside the chunk map");
    }

    /// <param name="Partition">The partition in the image.</param>
    /// <param name="Manifest">Its manifest.</param>
    /// <param name="Start">Where the manifest begins in the region.</param>
    private readonly record struct Context(FlashRange Partition, Manifest Manifest, long Start);
}
