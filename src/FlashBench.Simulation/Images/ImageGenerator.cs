namespace FlashBench.Simulation.Images;

/// <summary>Makes whole flash images without a byte of vendor code.</summary>
/// <remarks>
/// The same kind and size give the same bytes on every machine. Structures are true, payloads are noise, manifests
/// are signed with <see cref="TestKey"/>. Written from reference text me-firmware.md 1.1 to 1.6; shares nothing with
/// the parser of this project or with the ME model, so that one's mistake is not hidden by the other's.
/// </remarks>
public static class ImageGenerator
{
    /// <summary>The kinds that <see cref="Create(string, uint)"/> knows.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["me8", "me10", "me11"];

    /// <summary>A full flash image: descriptor, GbE, ME and BIOS regions.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>: ME 8 on a 7-series, ME 10 on a 9-series, ME 11.</param>
    /// <param name="sizeBytes">Size of the chip: a power of two from 4 MiB to 16 MiB.</param>
    /// <returns>A new array; nobody else holds it.</returns>
    /// <exception cref="ArgumentException">The kind is not known, or the size is not one of those.</exception>
    public static byte[] Create(string kind, uint sizeBytes) => Create(kind, sizeBytes, 0);

    /// <summary>As <see cref="Create(string, uint)"/>, for a board into whose ME region a given one fits.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="sizeBytes">Size of the chip: a power of two from 4 MiB to 16 MiB.</param>
    /// <param name="meBytes">What the ME region has room for at least, in bytes.</param>
    /// <exception cref="ArgumentException">The kind is not known, the size is not one of those, or no BIOS region would
    /// be left.</exception>
    public static byte[] Create(string kind, uint sizeBytes, uint meBytes)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (sizeBytes is not (0x40_0000 or 0x80_0000 or 0x100_0000))
            throw new ArgumentOutOfRangeException(nameof(sizeBytes), sizeBytes, "4, 8 or 16 MiB");

        ImageLayout layout = new ImageLayout(sizeBytes).WithRoomFor(meBytes);
        return kind switch
        {
            "me8" => Compose(DescriptorFamily.SevenSeries, layout, 8, MeRegionWriter.WriteMe8),
            "me10" => Compose(DescriptorFamily.NineSeries, layout, 10, MeRegionWriter.WriteMe10),
            "me11" => Compose(DescriptorFamily.HundredSeries, layout, 11, MeRegionWriter.WriteMe11),
            _ => throw new ArgumentException($"no such kind of image: {kind}", nameof(kind)),
        };
    }

    /// <summary>As <see cref="Create(string, uint)"/>, for a chip that no maker would choose, so that a job is short.
    /// </summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="sizeBytes">512 KiB or 1 MiB.</param>
    /// <param name="board">Boards differ in MAC address, host data, the ME's own data and its build number.</param>
    /// <exception cref="ArgumentException">The kind is not known, or the size is not one of those.</exception>
    public static byte[] CreateSmall(string kind, uint sizeBytes, byte board)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (sizeBytes is not (0x8_0000 or 0x10_0000))
            throw new ArgumentOutOfRangeException(nameof(sizeBytes), sizeBytes, "512 KiB or 1 MiB");

        var layout = new ImageLayout(sizeBytes)
        {
            MeEnd = SmallMeRegionWriter.End,
        };
        return kind switch
        {
            "me8" => Compose(
                DescriptorFamily.SevenSeries, layout, board, region => SmallMeRegionWriter.WriteMe8(region, board)),
            "me10" => Compose(
                DescriptorFamily.NineSeries, layout, board, region => SmallMeRegionWriter.WriteMe10(region, board)),
            "me11" => Compose(
                DescriptorFamily.HundredSeries, layout, board, region => SmallMeRegionWriter.WriteMe11(region, board)),
            _ => throw new ArgumentException($"no such kind of image: {kind}", nameof(kind)),
        };
    }

    private delegate void RegionWriter(Span<byte> region);

    private static byte[] Compose(DescriptorFamily family, ImageLayout layout, byte number, RegionWriter writeMe)
    {
        var image = new byte[layout.SizeBytes];
        DescriptorWriter.Write(image.AsSpan(0, 0x1000), family, layout);
        HostRegionWriter.WriteGbe(Slice(image, layout.Gbe), number);
        writeMe(Slice(image, layout.Me));
        HostRegionWriter.WriteBios(Slice(image, layout.Bios), number);
        return image;
    }

    private static Span<byte> Slice(byte[] image, (uint Start, uint End) range) =>
        image.AsSpan((int)range.Start, (int)(range.End - range.Start));
}
