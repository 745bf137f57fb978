namespace FlashBench.Simulation.Images;

/// <summary>Where the regions of a generated image lie; each range is [Start, End).</summary>
internal sealed record ImageLayout(uint SizeBytes)
{
    /// <summary>Gigabit Ethernet region: two banks of 4 KiB behind the descriptor.</summary>
    public (uint Start, uint End) Gbe { get; } = (0x1000, 0x3000);

    /// <summary>Where the ME region ends; usually at 2 MiB.</summary>
    public uint MeEnd { get; init; } = 0x20_0000;

    /// <summary>ME region.</summary>
    public (uint Start, uint End) Me => (0x3000, MeEnd);

    /// <summary>BIOS region: the rest, as the reset vector wants it at the very end.</summary>
    public (uint Start, uint End) Bios => (MeEnd, SizeBytes);

    /// <summary>The layout, or one whose ME region is large enough.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 MiB would be left for the BIOS.</exception>
    public ImageLayout WithRoomFor(uint meBytes)
    {
        const uint step = 0x1_0000, biosMin = 0x10_0000;
        if (meBytes <= MeEnd - Me.Start)
            return this;
        ulong end = ((ulong)Me.Start + meBytes + step - 1) / step * step;
        return end + biosMin <= SizeBytes ? this with { MeEnd = (uint)end }
            : throw new ArgumentOutOfRangeException(nameof(meBytes), meBytes, "no BIOS region would be left");
    }
}

/// <summary>One family of chipsets, as far as its flash descriptor differs.</summary>
/// <param name="Map">FLMAP0 to FLMAP3.</param>
/// <param name="Masters">FLMSTR1 to FLMSTR3, locked.</param>
/// <param name="UnusedRegion">FLREG of a region that is not there.</param>
/// <param name="DensityBits">Width of a density field in FLCOMP.</param>
/// <param name="Straps">PCH straps that are not zero, by index.</param>
internal sealed record DescriptorFamily(
    uint[] Map, uint[] Masters, uint UnusedRegion, int DensityBits, IReadOnlyDictionary<int, uint> Straps)
{
    /// <summary>7-series: 13-bit regions, 3-bit densities, 0x12 straps.</summary>
    public static DescriptorFamily SevenSeries { get; } = new(
        [0x0304_0003, 0x1210_0206, 0x0021_0120, 0x0000_0025], [0x0A0B_0000, 0x0C0D_0000, 0x0808_0118], 0x1FFF, 3,
        new Dictionary<int, uint>
        {
            [0] = 0x0820_D602,
            [1] = 0x0000_010F,
            [2] = 0x0056_0000,
            [4] = 0x00C8_E000,
            [9] = 0x3000_0580,
            [10] = 0x0041_0044,
            [11] = 0x9900_0097,
            [15] = 0x0000_C33E,
            [17] = 0x0000_0002,
        });

    /// <summary>9-series: 15-bit regions, 4-bit densities, 0x15 straps.</summary>
    public static DescriptorFamily NineSeries { get; } = new(
        [0x0304_0003, 0x1510_0206, 0x0021_0120, 0xFFFF_FFFF], [0x0A0B_0000, 0x0C0D_0000, 0x0808_0118], 0x7FFF, 4,
        new Dictionary<int, uint>
        {
            [0] = 0x0030_D420,
            [1] = 0x0400_01CF,
            [4] = 0x00C8_E000,
            [9] = 0x3054_4480,
            [10] = 0x00C0_0004,
            [14] = 0x192A_3C01,
            [15] = 0x0018_C33E,
            [17] = 0x0000_0002,
            [19] = 0xC000_0004,
        });

    /// <summary>100-series: descriptor version 2, 0x42 straps.</summary>
    public static DescriptorFamily HundredSeries { get; } = new(
        [0x0004_0003, 0x4210_0208, 0x0031_0330, 0xFFFF_FFFF], [0x00A0_0B00, 0x00C0_0D00, 0x0080_0800], 0x7FFF, 4,
        new Dictionary<int, uint>
        {
            [0] = 0x0050_0000,
            [1] = 0x0000_0100,
            [5] = 0x0001_0000,
            [10] = 0x0003_0000,
            [15] = 0x0001_0000,
            [17] = 0x0000_0070,
            [18] = 0x0000_0203,
            [19] = 0x0000_0064,
        });
}

/// <summary>Writes the flash descriptor of a generated image.</summary>
/// <remarks>
/// Modelled: signature, maps, component, regions, masters, PCH and MCH straps, VSCC table, OEM section
/// (me-firmware.md 1.1). Not modelled: soft-strap meanings beyond the ME's disable bit, two-chip boards, ICC data.
/// </remarks>
internal static class DescriptorWriter
{
    /// <summary>Fills the first 4 KiB of an image.</summary>
    public static void Write(Span<byte> descriptor, DescriptorFamily family, ImageLayout layout)
    {
        descriptor.Fill(0xFF);
        descriptor.Put32(0x10, 0x0FF0_A55A);
        for (int i = 0; i < family.Map.Length; i++)
            descriptor.Put32(0x14 + 4 * i, family.Map[i]);

        WriteComponent(descriptor, family, layout.SizeBytes);
        WriteRegions(descriptor[0x40..], family, layout);
        WriteMasters(descriptor, family);
        WriteStraps(descriptor, family);
        WriteUpperMap(descriptor, layout.SizeBytes);
        descriptor.PutText(0xF00, "FlashBench generated image, no vendor code inside");
    }

    private static void WriteComponent(Span<byte> descriptor, DescriptorFamily family, uint sizeBytes)
    {
        uint density = (uint)(System.Numerics.BitOperations.Log2(sizeBytes) - 19); // 0 = 512 KiB
        uint absent = (1u << family.DensityBits) - 1;
        descriptor.Put32(0x30, 0x4930_0000 | absent << family.DensityBits | density);
        descriptor.Put32(0x34, 0); // no invalid instructions
        descriptor.Put32(0x38, 0);
    }

    private static void WriteRegions(Span<byte> registers, DescriptorFamily family, ImageLayout layout)
    {
        int registerCount = family.Masters[0] == 0x00A0_0B00 ? 10 : 5;
        for (int i = 0; i < registerCount; i++)
            registers.Put32(4 * i, family.UnusedRegion);
        registers.Put32(0, 0); // descriptor: one 4 KiB block at 0
        registers.Put32(4, Region(layout.Bios));
        registers.Put32(8, Region(layout.Me));
        registers.Put32(12, Region(layout.Gbe));
    }

    private static uint Region((uint Start, uint End) range) => (range.End - 1) >> 12 << 16 | range.Start >> 12;

    private static void WriteMasters(Span<byte> descriptor, DescriptorFamily family)
    {
        int start = (int)(family.Map[1] & 0xFF) << 4;
        for (int i = 0; i < family.Masters.Length; i++)
            descriptor.Put32(start + 4 * i, family.Masters[i]);
    }

    private static void WriteStraps(Span<byte> descriptor, DescriptorFamily family)
    {
        int start = (int)(family.Map[1] >> 16 & 0xFF) << 4;
        int count = (int)(family.Map[1] >> 24);
        for (int i = 0; i < count; i++)
            descriptor.Put32(start + 4 * i, family.Straps.GetValueOrDefault(i));
        descriptor.Put32((int)(family.Map[2] & 0xFF) << 4, 0); // MCH strap 0
    }

    private static void WriteUpperMap(Span<byte> descriptor, uint sizeBytes)
    {
        descriptor.Put32(0xDF0, sizeBytes > 0x80_0000 ? 0x0018_40EFu : 0x0017_40EFu); // JEDEC id, first byte lowest
        descriptor.Put32(0xDF4, 0x2005_2005); // 4 KiB erase by 20h, write enable by 06h
        descriptor.Put32(0xEFC, 0x0000_02DF); // table at 0xDF0, 2 dwords
    }
}
