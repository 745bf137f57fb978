using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Maps;

/// <summary>A structure as an image states it; others may overlap it.</summary>
/// <param name="Range">Where; inside the image.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">For people.</param>
/// <param name="Region">Name of the flash region that it belongs to; empty outside of all.</param>
internal sealed record MapLayer(FlashRange Range, SegmentKind Kind, string Name, string Region);

/// <summary>Collects the structures of an image, the innermost first: they own the bytes that several claim.</summary>
/// <param name="image">The image.</param>
internal sealed class MapLayers(ImageAnalysis image)
{
    private const string MeName = "ME";

    private readonly FlashRange _whole = new(0, image.Image.Length);
    private readonly List<MapLayer> _layers = [];

    /// <summary>All structures; the last one covers the whole image.</summary>
    public IReadOnlyList<MapLayer> Collect()
    {
        FlashRange own = image.Descriptor is null ? default : DescriptorRange(image.Descriptor);
        Add(own, SegmentKind.Descriptor, "descriptor", "descriptor");
        if (image.Me is { } me)
            AddMe(me);
        AddRegions();
        Add(_whole, SegmentKind.Gap, "outside all regions", "");
        return _layers;
    }

    /// <summary>The descriptor's own region.</summary>
    public static FlashRange DescriptorRange(FlashDescriptor descriptor) =>
        descriptor.Region(DescriptorRegion.Descriptor)?.Range ?? new FlashRange(0, 0x1000); // one page always

    // A region inside another one is the more exact statement, so short ones come first.
    private void AddRegions()
    {
        var regions = image.Descriptor?.Regions ?? [];
        foreach (DescriptorRegion region in regions.OrderBy(r => r.Range.Length))
        {
            bool isRead = region.Number == DescriptorRegion.Me && image.Me is not null;
            if (region.Number != DescriptorRegion.Descriptor && !isRead)
                Add(region.Range, SegmentKind.Region, region.Name, region.Name);
        }
    }

    private void AddMe(MeFirmware me)
    {
        long table = me.Table.Offset;
        if (me.Ifwi is { } ifwi)
            AddTables(ifwi, me.Region);
        else if (table > me.Region.Start)
            AddMe(me.Region, new(me.Region.Start, table), SegmentKind.BootVector, "boot vector");
        AddMe(me.Region, me.Table.Range, SegmentKind.Table, "partition table");
        AddCode(me);
        AddPartitions(me);
        var areas = me.Ifwi?.Areas ?? [];
        foreach (IfwiArea area in areas.OrderBy(a => a.Range.Length))
            AddMe(me.Region, area.Range, SegmentKind.Area, $"{area.Name}, rest");
        AddMe(me.Region, me.Region, SegmentKind.Gap, "between partitions");
    }

    private void AddTables(IfwiLayout ifwi, FlashRange region)
    {
        AddMe(region, new(region.Start, ifwi.Range.Start), SegmentKind.BootVector, "boot vector");
        AddMe(region, ifwi.Range, SegmentKind.Table, "layout table");
        foreach (BootTable table in ifwi.Tables)
        {
            string name = ifwi.Areas.FirstOrDefault(a => a.IsBoot && a.Range.Contains(table.Range))?.Name ?? "boot";
            AddMe(region, table.Range, SegmentKind.Table, table.IsSecondary ? $"{name} table 2" : $"{name} table");
        }
    }

    private void AddCode(MeFirmware me)
    {
        CodePartition code = me.Code;
        foreach (KeptPart part in code.Fixed)
            AddMe(me.Region, part.Range, KindOf(part, code), $"{code.Name} {ShortName(part, code)}");
        foreach (CodeModule module in code.Modules)
        {
            if (code.Chunks is not null && module.Compression == ModuleCompression.Huffman)
                continue; // its chunks lie among those of the others
            foreach (FlashRange range in module.Ranges)
                AddMe(me.Region, range, SegmentKind.Module, $"{code.Name} {module.Name}");
        }

        if (code.Chunks is { } chunks)
            AddMe(me.Region, chunks.Stream, SegmentKind.Chunks, $"{code.Name} Huffman chunks");
    }

    private void AddPartitions(MeFirmware me)
    {
        var table = me.Table.Partitions.Where(p => p.Range is not null)
            .Select(p => (p.Name, Range: p.Range!.Value));
        var boot = me.Ifwi?.Tables.SelectMany(t => t.Partitions)
            .Where(p => p.Type != BootPartition.SecondaryTable).Select(p => (p.Name, p.Range)) ?? [];
        foreach ((string name, FlashRange range) in table.Concat(boot).Distinct().OrderBy(p => p.Range.Length))
        {
            bool isCode = range == me.Code.Range && name == me.Code.Name;
            AddMe(me.Region, range, SegmentKind.Partition, isCode ? $"{name}, rest" : name);
        }
    }

    private static SegmentKind KindOf(KeptPart part, CodePartition code) => part.Range.Start switch
    {
        _ when part.Range == code.Chunks?.Range => SegmentKind.ChunkMap,
        var start when start == code.Manifest.Range.Start => SegmentKind.Manifest,
        var start when start == code.Range.Start => SegmentKind.Directory,
        _ => SegmentKind.Metadata,
    };

    private static string ShortName(KeptPart part, CodePartition code) =>
        KindOf(part, code) == SegmentKind.Manifest ? "manifest" : part.Name;

    private void AddMe(FlashRange region, FlashRange range, SegmentKind kind, string name) =>
        Add(region.Intersect(range), kind, name, MeName);

    private void Add(FlashRange range, SegmentKind kind, string name, string region) =>
        _layers.Add(new(_whole.Intersect(range), kind, name, region));
}
