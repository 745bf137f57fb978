using System.Buffers.Binary;

namespace FlashBench.Firmware.Formats;

/// <summary>Reads the edition of an ME firmware out of its code partition.</summary>
/// <remarks>Source: MEAnalyzer; values checked on ME 6 to 11.</remarks>
internal static class SkuReader
{
    private const uint ClientSystemInfo = 0x0C;
    private const uint Ignition = 0;

    private static readonly MeSku IgnitionSku = new("Ignition, no ME features", false);

    /// <summary>The edition by the `$SKU` block behind the modules (generation 2).</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="manifest">The manifest.</param>
    public static MeSku ReadBlock(ByteReader region, Manifest manifest)
    {
        ReadOnlySpan<byte> bytes = region.Bytes(manifest.Range.Start - region.Origin, manifest.Range.Length);
        int at = bytes.LastIndexOf("$SKU"u8); // module names cannot hold it; the block follows the last module
        if (at < 0 || at + 0x10 > bytes.Length)
            return MeSku.Unknown;

        ReadOnlySpan<byte> attributes = bytes.Slice(at + 8, 8);
        return manifest.Version.Major == 6 ? SixthMajor(attributes) : LaterMajor(manifest.Version.Major, attributes);
    }

    /// <summary>The edition by the client system info extension of the manifest (generation 3).</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="manifest">The manifest.</param>
    public static MeSku ReadExtension(ByteReader region, Manifest manifest)
    {
        long start = manifest.Range.Start - region.Origin, end = manifest.Range.End - region.Origin;
        if (Gen3CodePartition.FindExtension(region, start + manifest.HeaderLength, end, ClientSystemInfo)
            is not { } info || info.End - info.Start < 0x30)
        {
            return MeSku.Unknown;
        }

        uint attributes = region.UInt32(info.Start + 0x28);
        bool amt = (region.UInt32(info.Start + 8) >> 2 & 1) != 0;
        string? edition = (attributes >> 4 & 7) switch
        {
            0 => "corporate",
            1 => "consumer",
            2 => "slim",
            3 => "server",
            5 => "Chrome",
            _ => null,
        };
        return edition is null ? MeSku.Unknown : new($"{edition}{(amt ? ", with AMT" : ", without AMT")}", amt);
    }

    /// <summary>True for ME 6 "Ignition": a stub that only starts the board, in its own layout.</summary>
    public static bool IsIgnition(MeFirmware me) => me.Version.Major == 6 && me.Sku == IgnitionSku;

    private static MeSku SixthMajor(ReadOnlySpan<byte> attributes) =>
        BinaryPrimitives.ReadUInt32BigEndian(attributes) switch
        {
            Ignition => IgnitionSku,
            0x701C0000 => new("consumer, 1.5 MB", false),
            0x77DCEE00 or 0x77FCEE00 => new("corporate mobile, 5 MB", true),
            0x77DC6E00 or 0x77FC6E00 => new("corporate desktop, 5 MB", true),
            _ => MeSku.Unknown,
        };

    // Byte 4: bits 6:4 type (ME 9 and 10), bits 3:0 size in half megabytes. Byte 3 bit 7: slim (ME 7).
    private static MeSku LaterMajor(int major, ReadOnlySpan<byte> attributes)
    {
        int halves = attributes[4] & 0xF, type = attributes[4] >> 4 & 7;
        string? edition = major switch
        {
            7 when attributes[3] >> 7 != 0 => "slim",
            7 or 8 => halves switch { 3 => "consumer", 10 => "corporate", _ => null },
            9 or 10 => type switch { 0 => "corporate", 1 => "consumer", 2 => "slim", _ => null },
            _ => null,
        };
        return edition is null
            ? MeSku.Unknown
            : new(FormattableString.Invariant($"{edition}, {halves / 2.0:0.0} MB"), edition == "corporate");
    }
}
