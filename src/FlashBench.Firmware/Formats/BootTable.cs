using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>A partition that a boot table names.</summary>
/// <param name="Type">Number of its type.</param>
/// <param name="Name">Name of the type, for example "FTPR"; "type 99" where none is known.</param>
/// <param name="EntryOffset">Where its entry stands in the image.</param>
/// <param name="Range">Its bytes in the image as stated, not clipped to the region.</param>
public sealed record BootPartition(uint Type, string Name, long EntryOffset, FlashRange Range)
{
    /// <summary>Type of a secondary table.</summary>
    public const uint SecondaryTable = 5;

    private static readonly string?[] Names =
    [
        "SMIP", "RBEP", "FTPR", "UCOD", "IBBP", "S-BPDT", "OBBP", "NFTP", "ISHC", "DLMP", "UEBP", "UTOK", "UFSP",
        "UFSG", "PMCP", "IUNP", "NVMC", "UEP", "WCOD", "LOCL", "OEMP", "FITC", "PAVP", "IOMP", "NPHY", "TBTP", "PLTS",
        null, null, null, null, "DPHY", "PCHC",
    ];

    /// <summary>Name of the partitions of <paramref name="type"/>.</summary>
    internal static string NameOf(uint type) =>
        type < Names.Length && Names[type] is { } name ? name : FormattableString.Invariant($"type {type}");
}

/// <summary>A boot partition descriptor table (BPDT): the partitions of one boot partition.</summary>
/// <param name="Range">Header and entries in the image.</param>
/// <param name="Version">1 for IFWI 1.6 and 2.0, 2 for IFWI 1.7.</param>
/// <param name="IsRecovery">True for the copy that a failed start falls back on.</param>
/// <param name="IsSecondary">True for a table that another one names (S-BPDT).</param>
/// <param name="ChecksumValid">True when the CRC is right; null for version 1, whose check covers the partitions'
/// bytes too, in a way that no image at hand confirms.</param>
/// <param name="Partitions">The partitions that hold bytes, in stored order.</param>
/// <remarks>Source: MEAnalyzer (me-firmware 1.7); checked against an ADL-P image.</remarks>
public sealed record BootTable(
    FlashRange Range, int Version, bool IsRecovery, bool IsSecondary, bool? ChecksumValid,
    ImmutableArray<BootPartition> Partitions)
{
    private const int HeaderLength = 0x18, EntryLength = 0xC, SignatureLength = 4, CrcField = 8;
    private const uint Boot = 0x000055AA, Recovery = 0x00AA55AA;
    private const int PartitionsMax = 64; // Header and entries have one page; real tables have up to 13.

    /// <summary>Reads the table at <paramref name="offset"/> and the secondary one that it names.</summary>
    /// <param name="region">The ME region.</param>
    /// <param name="offset">Where the table begins in the region.</param>
    /// <param name="tables">Receives them.</param>
    /// <exception cref="ImageFormatException">There is no table, or it is not sound.</exception>
    internal static void Read(ByteReader region, long offset, ImmutableArray<BootTable>.Builder tables)
    {
        BootTable table = ReadOne(region, offset, offset, isSecondary: false);
        tables.Add(table);
        bool nested = false;
        foreach (BootPartition partition in table.Partitions)
        {
            if (partition.Type != BootPartition.SecondaryTable)
                continue;
            long at = partition.Range.Start - region.Origin;
            if (nested || at == offset)
                throw region.Broken(at, "a boot table has one secondary table, apart from itself");
            nested = true;
            // Offsets in it count from the first table.
            tables.Add(ReadOne(region, at, offset, isSecondary: true));
        }
    }

    private static BootTable ReadOne(ByteReader region, long offset, long origin, bool isSecondary)
    {
        uint signature = region.UInt32(offset);
        if (signature is not (Boot or Recovery))
            throw region.Broken(offset, "a boot partition begins with a table (BPDT), but the signature is missing");

        int count = region.UInt16(offset + 4), version = region.Byte(offset + 6);
        if (count is 0 or > PartitionsMax || version is not (1 or 2))
            throw region.Broken(offset + 4, $"a boot table of version {version} with {count} entries is not known");

        int length = HeaderLength + EntryLength * count;
        ReadOnlySpan<byte> bytes = region.Bytes(offset, length);
        var partitions = ImmutableArray.CreateBuilder<BootPartition>(count);
        for (int i = 0; i < count; i++)
        {
            long entry = offset + HeaderLength + EntryLength * i;
            uint type = region.UInt32(entry), start = region.UInt32(entry + 4), size = region.UInt32(entry + 8);
            if (start is 0 or uint.MaxValue || size is 0 or uint.MaxValue)
                continue;
            if (type == BootPartition.SecondaryTable && isSecondary)
                throw region.Broken(entry, "a secondary boot table names another one");
            partitions.Add(new(type, BootPartition.NameOf(type), region.Origin + entry,
                FlashRange.At(region.Origin + origin + start, size)));
        }

        bool isCrcRight = region.UInt32(offset + CrcField) ==
            Crc32.Of(bytes[SignatureLength..], CrcField - SignatureLength);
        return new BootTable(FlashRange.At(region.Origin + offset, length), version, signature == Recovery, isSecondary,
            version == 2 ? isCrcRight : null, partitions.ToImmutable());
    }
}
