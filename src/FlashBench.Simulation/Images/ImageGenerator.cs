namespace FlashBench.Simulation.Images;

/// <summary>Makes whole flash images without a byte of vendor code.</summary>
/// <remarks>
/// The same kind and size give the same bytes on every machine. Structures are true, payloads are noise, manifests
/// are signed with <see cref="TestKey"/>. Written from reference text me-firmware.md 1.1 to 1.6; shares nothing with
/// the parser of this project or with the ME model, so that one's mistake is not hidden by the other's.
/// </remarks>
public static class ImageGenerator
{
    /// <summary>The kinds that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["me8", "me10", "me11"];

    /// <summary>A full flash image: descriptor, GbE, ME and BIOS regions.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>: ME 8 on a 7-series, ME 10 on a 9-series, ME 11.</param>
    /// <param name="sizeBytes">Size of the chip: a power of two from 4 MiB to 16 MiB.</param>
    /// <returns>A new array; nobody else holds it.</returns>
    /// <exception cref="ArgumentException">The kind is not known, or the size is not one of those.</exception>
    public static byte[] Create(string kind, uint sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (sizeBytes is not (0x40_0000 or 0x80_0000 or 0x100_0000))
            throw new ArgumentOutOfRangeException(nameof(sizeBytes), sizeBytes, "4, 8 or 16 MiB");

        return kind switch
        {
            "me8" => Compose(DescriptorFamily.SevenSeries, sizeBytes, 8, MeRegionWriter.WriteMe8),
            "me10" => Compose(DescriptorFamily.NineSeries, sizeBytes, 10, MeRegionWriter.WriteMe10),
            "me11" => Compose(DescriptorFamily.HundredSeries, sizeBytes, 11, MeRegionWriter.WriteMe11),
            _ => throw new ArgumentException($"no such kind of image: {kind}", nameof(kind)),
        };
    }

    private delegate void RegionWriter(Span<byte> region);

    private static byte[] Compose(DescriptorFamily family, uint sizeBytes, byte number, RegionWriter writeMe)
    {
        var layout = new ImageLayout(sizeBytes);
        var image = new byte[sizeBytes];
        DescriptorWriter.Write(image.AsSpan(0, 0x1000), family, layout);
        HostRegionWriter.WriteGbe(Slice(image, layout.Gbe), number);
        writeMe(Slice(image, layout.Me));
        HostRegionWriter.WriteBios(Slice(image, layout.Bios), number);
        return image;
    }

    private static Span<byte> Slice(byte[] image, (uint Start, uint End) range) =>
        image.AsSpan((int)range.Start, (int)(range.End - range.Start));
}
