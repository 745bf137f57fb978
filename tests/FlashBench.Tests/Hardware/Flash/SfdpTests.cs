using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SfdpTests
{
    private static readonly uint[] FourByteTable = [0xFFFF_0E43, 0xFFDC5C21]; // 13h 0Ch 12h, erase types 1 to 3

    [Fact]
    public void A_table_of_16_dwords_is_read_whole()
    {
        Sfdp sfdp = SfdpImage.Of(SfdpImage.Basic16()).Parse();
        SfdpBasicTable basic = sfdp.Basic;

        Assert.Equal((1, 6, 1), (sfdp.Major, sfdp.Minor, sfdp.Parameters.Count));
        Assert.Equal((16, 16u << 20, 256), (basic.LengthDwords, basic.SizeBytes, basic.PageBytes));
        Assert.Equal((SfdpAddressBytes.Three, (byte?)0x20), (basic.AddressBytes, basic.SectorErase));
        Assert.Equal(
            [
                new SfdpEraseType(1, 0x20, 4096, Ms(48), Ms(48 * 8)),
                new SfdpEraseType(2, 0x52, 32768, Ms(128), Ms(128 * 8)),
                new SfdpEraseType(3, 0xD8, 65536, Ms(160), Ms(160 * 8)),
            ],
            basic.Erases);
        Assert.Equal((Us(448), Us(448 * 6)), (basic.PageProgramTypical, basic.PageProgramMax));
        Assert.Equal((Ms(40_000), Ms(320_000)), (basic.ChipEraseTypical, basic.ChipEraseMax));
        Assert.Equal((true, false), (basic.PollsStatusRegister, basic.PollsFlagStatus));
        Assert.Equal(SfdpQuadEnable.Register2Bit1, basic.QuadEnable);
        Assert.Equal((true, true, true), (basic.StatusVolatileAfter50, basic.StatusWritableAfter06, basic.SoftReset));
        Assert.Equal((SfdpFourByteEntry.None, false), (basic.FourByteEntry, basic.ExitsByE9));
        Assert.Null(sfdp.FourByte);
        Assert.Null(sfdp.SectorMap);
        Assert.False(sfdp.HasRegisterMap);
    }

    [Fact]
    public void A_table_of_9_dwords_leaves_out_what_it_is_too_old_for()
    {
        SfdpBasicTable basic = SfdpImage.Of(SfdpImage.Basic9()).Parse().Basic;

        Assert.Equal((9, 16u << 20, 256), (basic.LengthDwords, basic.SizeBytes, basic.PageBytes));
        Assert.Equal(3, basic.Erases.Count);
        Assert.All(basic.Erases, erase => Assert.Null(erase.Typical));
        Assert.Null(basic.PageProgramTypical);
        Assert.Null(basic.ChipEraseMax);
        Assert.Null(basic.QuadEnable);
        Assert.Null(basic.SoftReset);
        Assert.Null(basic.StatusVolatileAfter50);
        Assert.True(basic.PollsStatusRegister);
    }

    [Fact]
    public void A_table_of_20_dwords_is_read_as_far_as_it_is_known()
    {
        SfdpBasicTable basic = SfdpImage.Of([.. SfdpImage.Basic16(), 1, 2, 3, 4]).Parse().Basic;

        Assert.Equal(20, basic.LengthDwords);
        Assert.Equal(SfdpQuadEnable.Register2Bit1, basic.QuadEnable);
    }

    [Theory]
    [InlineData(0x07FFFFFF, 16u << 20)]
    [InlineData(0x00007FFF, 4096)]
    [InlineData(0x80000020, 512u << 20)]  // 2^32 bits
    [InlineData(0x80000022, 1u << 31)]    // 2^34 bits
    public void The_density_is_given_in_two_ways(uint dword2, uint size)
    {
        uint[] basic = SfdpImage.Basic9();
        basic[1] = dword2;
        (basic[7], basic[8]) = (0x0000200C, 0);

        Assert.Equal(size, SfdpImage.Of(basic).Parse().Basic.SizeBytes);
    }

    [Theory]
    [InlineData(2, 0x00000000u, "density")]         // one bit
    [InlineData(2, 0x07FFFFFEu, "density")]         // one bit less than 16 MiB
    [InlineData(2, 0x80000023u, "density")]         // 4 GiB
    [InlineData(2, 0xFFFFFFFFu, "density")]
    [InlineData(1, 0xFFF720E5u, "address bytes")]   // reserved value
    [InlineData(8, 0x520F2020u, "erase type 1")]    // 2^32 bytes
    [InlineData(8, 0x520F20FFu, "erase type 1")]
    [InlineData(9, 0xD8190000u, "erase type 4")]    // 32 MiB on a chip of 16
    [InlineData(11, 0xC926_26D2u, "page of 2^13")]
    [InlineData(11, 0xC926_2602u, "page of 2^0")]
    public void A_value_that_no_chip_has_is_damage(int dword, uint value, string reason)
    {
        uint[] basic = SfdpImage.Basic16();
        basic[dword - 1] = value;

        var damage = Assert.Throws<SfdpFormatException>(() => SfdpImage.Of(basic).Parse());

        Assert.Contains(reason, damage.Message, StringComparison.Ordinal);
        Assert.Equal(16 + 4 * (dword - 1), damage.Offset);
    }

    [Theory]
    [InlineData(1 << 24, SfdpFourByteEntry.Enter)]
    [InlineData(1 << 25, SfdpFourByteEntry.EnterAfterWriteEnable)]
    [InlineData(1 << 26, SfdpFourByteEntry.ExtendedAddressRegister)]
    [InlineData(1 << 27, SfdpFourByteEntry.BankRegister)]
    [InlineData(1 << 29, SfdpFourByteEntry.OwnInstructions)]
    [InlineData(1 << 30, SfdpFourByteEntry.Always)]
    public void The_ways_into_four_byte_addressing_are_read(uint bit, SfdpFourByteEntry entry)
    {
        uint[] basic = SfdpImage.Basic16();
        basic[15] = bit | 1 << 15;

        SfdpBasicTable read = SfdpImage.Of(basic).Parse().Basic;

        Assert.Equal((entry, true, true), (read.FourByteEntry, read.ExitsByE9, read.ExitNeedsWriteEnable));
    }

    [Fact]
    public void The_four_byte_instructions_are_read_per_erase_type()
    {
        SfdpFourByteTable table = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF84, FourByteTable)
            .Parse().FourByte!;

        Assert.Equal((true, true, true), (table.Read, table.FastRead, table.PageProgram));
        Assert.Equal([(1, (byte)0x21), (2, (byte)0x5C), (3, (byte)0xDC)], table.Erases.Select(e => (e.Key, e.Value)));
    }

    [Fact]
    public void A_sector_map_of_two_layouts_names_what_works_everywhere()
    {
        // Two detections, then two maps; the second has a small region in which only types 1 and 3 work.
        uint[] map =
        [
            0x01_00_65_00 | 0x40_0000, 0x800003, 0x02_00_65_00 | 0x40_0000, 0x800004,
            0x00_00_00_02, 0x00FFFF_07, 0x00_01_01_03, 0x0000FF_05, 0x00FEFF_07,
        ];
        Sfdp sfdp = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF81, map).With(0xFF87, [0]).Parse();

        Assert.True(sfdp.HasRegisterMap);
        Assert.Equal((2, 2), (sfdp.SectorMap!.Detections.Count, sfdp.SectorMap.Layouts.Count));
        Assert.Equal(new SfdpDetection(0x65, 0x800003, 3, 0, 1), sfdp.SectorMap.Detections[0]);
        Assert.Equal(
            [new SfdpRegion(0, 65536, 5), new SfdpRegion(65536, (16 << 20) - 65536, 7)],
            sfdp.SectorMap.Layouts[1].Regions);
        Assert.Equal(0b101, sfdp.SectorMap.UniformEraseTypes);
        Assert.False(sfdp.SectorMap.IsUniform);
    }

    [Fact]
    public void A_sector_map_of_one_region_is_uniform()
    {
        Sfdp sfdp = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF81, [3, 0x00FFFF_07]).Parse();

        Assert.True(sfdp.SectorMap!.IsUniform);
    }

    [Theory]
    [InlineData(0x00FFFE_07u, "smaller than the chip")]
    [InlineData(0x010000_07u, "larger than the chip")]
    [InlineData(0xFFFFFF_07u, "larger than the chip")]
    public void A_sector_map_that_is_not_as_large_as_the_chip_is_damage(uint region, string reason)
    {
        SfdpImage image = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF81, [3, region]);

        Assert.Contains(reason, Assert.Throws<SfdpFormatException>(image.Parse).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2u)]              // a map that is not the last, and then nothing
    [InlineData(0x00FF_0003u)]    // 256 regions that are not there
    [InlineData(0u)]              // a detection without its address
    [InlineData(1u)]
    public void A_sector_map_that_ends_too_early_is_damage(uint dword)
    {
        SfdpImage image = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF81, [dword]);

        Assert.Throws<SfdpFormatException>(image.Parse);
    }

    [Fact]
    public void The_latest_understood_revision_of_a_table_counts()
    {
        uint[] older = SfdpImage.Basic9(), unknown = SfdpImage.Basic16();
        older[1] = 0x03FFFFFF;
        unknown[1] = 0;
        Sfdp sfdp = new SfdpImage().With(0xFF00, older, minor: 0).With(0xFF00, SfdpImage.Basic16())
            .With(0xFF00, unknown, major: 2).Parse();

        Assert.Equal(16u << 20, sfdp.Basic.SizeBytes);
    }

    [Theory]
    [InlineData(5, 2, "major revision")]
    [InlineData(6, 31, "parameter headers")]
    [InlineData(6, 255, "parameter headers")]
    [InlineData(11, 0, "0 DWORDs")]
    [InlineData(11, 8, "8 DWORDs")]
    [InlineData(14, 0xFF, "outside")]
    [InlineData(10, 3, "no basic")]
    [InlineData(8, 1, "no basic")]
    [InlineData(15, 0, "no basic")]
    public void A_header_that_is_not_sound_is_damage(int offset, byte value, string reason)
    {
        byte[] space = [.. SfdpImage.Of(SfdpImage.Basic16()).Build(), .. new byte[1024]];
        space[offset] = value;

        Assert.Contains(reason, Assert.Throws<SfdpFormatException>(() => Sfdp.Find(space)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_signature_there_is_no_sfdp()
    {
        byte[] blank = [.. Enumerable.Repeat((byte)0xFF, 256)];

        Assert.Null(Sfdp.Find(blank));
        Assert.Null(Sfdp.Find(new byte[256]));
        Assert.Null(Sfdp.Find([]));
        Assert.Equal(0, Sfdp.Extent(blank));
    }

    [Fact]
    public void Every_truncation_is_none_or_damage_and_the_extent_is_exact()
    {
        byte[] space = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF84, FourByteTable)
            .With(0xFF81, [3, 0x00FFFF_07]).Build();

        Assert.Equal(space.Length, Sfdp.Extent(space));
        for (int length = 0; length < space.Length; length++)
        {
            byte[] cut = space[..length];
            if (length < 4)
                Assert.Null(Sfdp.Find(cut));
            else
                Assert.Throws<SfdpFormatException>(() => Sfdp.Find(cut));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_damage_lets_no_other_exception_out(int seed)
    {
        byte[] space = new SfdpImage().With(0xFF00, SfdpImage.Basic16()).With(0xFF84, FourByteTable)
            .With(0xFF81, [0x02, 0x00FFFF_07, 0x103, 0x00FFFF_07]).Build();
        var random = new Random(seed);
        int refused = 0;

        for (int i = 0; i < 4000; i++)
        {
            byte[] damaged = [.. space];
            for (int k = random.Next(1, 4); k > 0; k--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Exception? error = Record.Exception(() => Resolve(damaged));
            if (error is not null)
            {
                Assert.IsType<SfdpFormatException>(error);
                refused++;
            }
        }

        Assert.InRange(refused, 400, 3900);
    }

    // What was parsed must also be harmless further on.
    private static void Resolve(byte[] space)
    {
        if (Sfdp.Find(space) is not { } sfdp)
            return;
        foreach (uint id in new uint[] { 0xEF4018, 0xEF4019, 0xC22019, 0x123456 })
            Assert.NotNull(SpiNorChips.Identify(id, sfdp, ""));
    }

    private static TimeSpan? Ms(int value) => TimeSpan.FromMilliseconds(value);

    private static TimeSpan? Us(int value) => TimeSpan.FromMicroseconds(value);
}
