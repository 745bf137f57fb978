using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>What a module's metadata file says about it (extension 0x0A).</summary>
/// <param name="Compression">How it is stored.</param>
/// <param name="StoredLength">Its stored length in bytes.</param>
/// <param name="Hash">The stated hash, byte-reversed: SHA-256, or SHA-384 from ME 15 on.</param>
/// <remarks>Source: MEAnalyzer and unME11; checked on ME 11.8 (SHA-256) and ME 16.1 (SHA-384). The hash covers the
/// stored bytes unless they are Huffman coded.</remarks>
internal sealed record ModuleAttributes(ModuleCompression Compression, uint StoredLength, byte[] Hash)
{
    private const uint Tag = 0x0A;
    private const int HashField = 0x18;

    /// <summary>The attributes of <paramref name="module"/>, or null when there are none.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="files">The directory.</param>
    /// <param name="module">One of its files.</param>
    public static ModuleAttributes? Find(
        ByteReader region, ImmutableArray<DirectoryFile> files, DirectoryFile module)
    {
        if (files.FirstOrDefault(f => f.Name == module.Name + ".met") is not { } metadata)
            return null;

        long start = metadata.Range.Start - region.Origin;
        long end = Math.Min(start + Math.Min(metadata.Length, metadata.Range.Length), region.Length);
        if (Gen3CodePartition.FindExtension(region, start, end, Tag) is not { } found ||
            found.End - found.Start < HashField)
        {
            return null;
        }

        var compression = (ModuleCompression)Math.Min(
            region.Byte(found.Start + 8), (uint)ModuleCompression.Unknown);
        return new ModuleAttributes(compression, region.UInt32(found.Start + 0x10),
            region.Bytes(found.Start + HashField, found.End - found.Start - HashField).ToArray());
    }

    /// <summary>The hash of <paramref name="module"/>'s stored bytes; null when it does not cover those or has no
    /// known form.</summary>
    /// <param name="module">The module that this is about.</param>
    public ModuleHash? HashOf(DirectoryFile module)
    {
        HashAlgorithmName? algorithm = Hash.Length switch
        {
            SHA256.HashSizeInBytes => HashAlgorithmName.SHA256,
            SHA384.HashSizeInBytes => HashAlgorithmName.SHA384,
            _ => null,
        };
        // A length past the next file cannot be right; its bytes then do not have the hash.
        var range = FlashRange.At(module.Range.Start, Math.Min(StoredLength, module.Range.Length));
        return algorithm is { } known && Compression is ModuleCompression.None or ModuleCompression.Lzma
            ? ModuleHash.Reversed(known, Hash, range)
            : null;
    }
}
