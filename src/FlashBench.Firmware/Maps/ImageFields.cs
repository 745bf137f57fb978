using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Maps;

/// <summary>An image as a row of fields: the map's segments, with those cut up whose inside is known.</summary>
internal static class ImageFields
{
    private const int GbeBank = 0x1000, GbeAddressLength = 6, GbeChecksum = 0x7E;

    /// <summary>The fields of a map, ascending; together they cover every byte exactly once.</summary>
    public static ImmutableArray<NamedField> Of(ImageMap map)
    {
        var fields = new List<NamedField>();
        ReadOnlySpan<byte> image = map.Image.Image.Span;
        if (map.Image.Descriptor is { } descriptor)
        {
            FlashRange own = MapLayers.DescriptorRange(descriptor);
            fields.AddRange(DescriptorFields.Of(image, descriptor).Where(f => own.Contains(f.Range)));
            if (descriptor.Region(DescriptorRegion.Gbe) is { } gbe)
                fields.AddRange(GbeFields(map, gbe.Range));
        }

        if (map.Image.Me is { } me)
            fields.AddRange(TableFields(me.Table).Concat(ManifestFields(me.Code)));
        fields.AddRange(map.Segments.Select(s => new NamedField(s.Range, s.Name) { Kind = s.Kind }));
        var whole = new FlashRange(0, image.Length);
        return [.. RangeLayers.Flatten(fields, field => whole.Intersect(field.Range))
            .Select(piece => piece.Item with { Range = piece.Part })];
    }

    private static IEnumerable<NamedField> TableFields(PartitionTable table)
    {
        long tag = table.Offset;
        yield return new(FlashRange.At(tag + PartitionTable.CountField, 4), "partition table count");
        yield return table.HeaderVersion == PartitionTable.CrcVersion
            ? new(FlashRange.At(tag + PartitionTable.FlagsField, 4), "partition table CRC")
            : new(FlashRange.At(tag + PartitionTable.ChecksumField, 1), "partition table checksum");
        if (table.HeaderVersion != PartitionTable.CrcVersion)
            yield return new(FlashRange.At(tag + PartitionTable.FlagsField, 4), "partition table flags");
        yield return new(FlashRange.At(tag, PartitionTable.HeaderLength), "partition table header");
        foreach (Partition partition in table.Partitions)
        {
            yield return new(
                FlashRange.At(partition.EntryOffset, PartitionTable.EntryLength), $"table entry {partition.Name}");
        }
    }

    private static IEnumerable<NamedField> ManifestFields(CodePartition code)
    {
        Manifest manifest = code.Manifest;
        yield return new(manifest.SignatureRange, $"{code.Name} manifest, signature");
        yield return new(
            FlashRange.At(manifest.Range.Start, manifest.HeaderLength), $"{code.Name} manifest, header");
    }

    // Source: Intel 82579 data sheet, NVM map: words 0 to 2 and 0x3F of either bank.
    private static IEnumerable<NamedField> GbeFields(ImageMap map, FlashRange region)
    {
        for (int bank = 0; bank < 2 && (bank + 1) * GbeBank <= region.Length; bank++)
        {
            long start = region.Start + bank * GbeBank;
            if (start >= map.Image.Image.Length || map.At(start).Region != "GbE")
                continue; // its bytes are another structure's
            yield return new(FlashRange.At(start, GbeAddressLength), $"GbE bank {bank}, MAC address");
            yield return new(FlashRange.At(start + GbeChecksum, 2), $"GbE bank {bank}, checksum");
            yield return new(FlashRange.At(start, GbeBank), $"GbE bank {bank}");
        }
    }
}
