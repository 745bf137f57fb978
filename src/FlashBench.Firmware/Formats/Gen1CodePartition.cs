using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>Reads the module table of ME 2 to 5, for display: nothing of generation 1 is removed module by module.
/// </summary>
/// <remarks>Source: an ME 2.5 region, whose 12 modules all have the SHA-1 of their header and stand one after another
/// behind the manifest.</remarks>
internal static class Gen1CodePartition
{
    private const int FirstModule = 0x290, HeaderLength = 0x50;
    private const int NameField = 0x1C, HashField = 0x2C, LengthField = 0x40;
    private const uint ModulesMax = 64; // The largest table seen has 12 modules.

    /// <summary>The modules behind <paramref name="manifest"/>, or none when the table is not of the known form.
    /// </summary>
    /// <param name="region">The ME region.</param>
    /// <param name="partition">The partition in the image.</param>
    /// <param name="manifest">Its manifest.</param>
    public static ImmutableArray<CodeModule> Read(ByteReader region, FlashRange partition, Manifest manifest)
    {
        long table = manifest.Range.Start - region.Origin + FirstModule;
        if (manifest.ModuleCount > ModulesMax ||
            FirstModule + HeaderLength * (long)manifest.ModuleCount > manifest.Range.Length)
        {
            return [];
        }

        var inside = new FlashRange(region.Origin, region.Origin + region.Length).Intersect(partition);
        var modules = ImmutableArray.CreateBuilder<CodeModule>();
        long start = manifest.Range.End;
        for (int i = 0; i < manifest.ModuleCount; i++)
        {
            long header = table + HeaderLength * i;
            var range = FlashRange.At(start, region.UInt32(header + LengthField));
            if (!region.Has(header, "$MME"u8) || !inside.Contains(range))
                return [];
            ReadOnlySpan<byte> hash = region.Bytes(header + HashField, SHA1.HashSizeInBytes);
            modules.Add(new(region.Name(header + NameField, 16), ModuleCompression.None, [range], IsKept: false)
            {
                Hash = ModuleHash.Reversed(HashAlgorithmName.SHA1, hash, range),
            });
            start = range.End;
        }

        return modules.ToImmutable();
    }
}
