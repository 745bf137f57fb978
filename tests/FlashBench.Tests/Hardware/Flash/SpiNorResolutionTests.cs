using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorResolutionTests
{
    private const uint Reserved = 0xFFFFFFFF;

    [Fact]
    public void Without_sfdp_only_what_every_variant_has_is_used()
    {
        SpiNorChip chip = SpiNorChips.Identify(0xC22018, sfdp: null, "")!;

        Assert.Equal([(byte)0x20, (byte)0xD8], chip.Erases.Select(erase => erase.Opcode)); // the 12805D has no 52h
        Assert.Equal(SpiNorRegisterLayout.One, chip.Registers); // and no configuration register
        Assert.Null(chip.ProtectionScheme);
        Assert.Equal("MX25L128xx (12805D, 12845E, 12833F/12850F or 12835F/12845G/12873F)", chip.Title);
        Assert.Equal(4, chip.Variants.Count);
    }

    [Theory]
    [InlineData(0, "FV", SpiNorAddressing.FourByteModeAfterWriteEnable)]
    [InlineData(4, "FV", SpiNorAddressing.FourByteModeAfterWriteEnable)]
    [InlineData(5, "JV", SpiNorAddressing.FourByteOpcodes)]
    [InlineData(6, "JV", SpiNorAddressing.FourByteOpcodes)]
    public void W25q256_fv_and_jv_are_told_apart_by_the_minor_revision(
        byte minor, string variant, SpiNorAddressing addressing)
    {
        SpiNorChip chip = SpiNorChips.Identify(0xEF4019, Image(32, minor).Parse(), "")!;

        Assert.Equal($"W25Q256 (FV or JV: {variant} by SFDP)", chip.Title);
        Assert.Equal(("W25Q256", addressing), (chip.Name, chip.Addressing));
        Assert.Equal([$"W25Q256{variant}"], chip.Variants);
        Assert.True(chip.HasExtendedAddressRegister);
        Assert.All(chip.Erases, erase =>
            Assert.True(addressing != SpiNorAddressing.FourByteOpcodes || erase.FourByteOpcode is 0x21 or 0xDC));
    }

    [Fact]
    public void W25q256_without_sfdp_uses_the_mode_that_both_know()
    {
        SpiNorChip chip = SpiNorChips.Find(0xEF4019)!;

        Assert.Equal("W25Q256 (FV or JV)", chip.Title);
        Assert.Equal(SpiNorAddressing.FourByteModeAfterWriteEnable, chip.Addressing);
        Assert.Equal([(byte)0x20, (byte)0xD8], chip.Erases.Select(erase => erase.Opcode));
    }

    [Theory]
    [InlineData(false, "MX25L256xx (25635E or 25635F/25645G: 25635E by SFDP)", SpiNorAddressing.FourByteMode)]
    [InlineData(true, "MX25L256xx (25635E or 25635F/25645G: 25635F/25645G by SFDP)",
        SpiNorAddressing.FourByteOpcodes)]
    public void Mx25l25635_e_and_f_are_told_apart_by_dword_5_bit_4(bool bit, string title, SpiNorAddressing addressing)
    {
        uint[] basic = Resized(SfdpImage.Basic9(), 32);
        basic[4] = bit ? Reserved : Reserved & ~(1u << 4);

        SpiNorChip chip = SpiNorChips.Identify(0xC22019, SfdpImage.Of(basic).Parse(), "")!;

        Assert.Equal((title, addressing), (chip.Title, chip.Addressing));
    }

    [Theory]
    [InlineData("1044", "MT25QL256", SpiNorAddressing.FourByteOpcodes)]
    [InlineData("1000", "N25Q256", SpiNorAddressing.FourByteModeAfterWriteEnable)]
    public void Micron_generations_are_told_apart_by_the_long_id(
        string longId, string part, SpiNorAddressing addressing)
    {
        SpiNorChip chip = SpiNorChips.Identify(0x20BA19, sfdp: null, longId + "00FFFF")!;

        Assert.Equal($"N25Q/MT25QL256 (MT25QL256 or N25Q256: {part} by the long id)", chip.Title);
        Assert.Equal(addressing, chip.Addressing);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("4D0180", 65536)]
    [InlineData("4D0080", 262144)]
    [InlineData("0301FF", 65536)]
    [InlineData("9999FF", 0)]
    public void A_spansion_part_is_erased_only_by_a_block_size_that_is_sure(string longId, int blockBytes)
    {
        SpiNorChip chip = SpiNorChips.Identify(0x012018, sfdp: null, longId)!;

        Assert.Equal(blockBytes == 0, chip.IsReadOnly);
        Assert.Equal(blockBytes, chip.Erases.Sum(erase => (int)erase.SizeBytes));
    }

    [Fact]
    public void The_chips_own_erases_page_and_typical_times_count_and_the_longer_maximum()
    {
        SpiNorChip chip = SpiNorChips.Identify(0xEF4018, SfdpImage.Of(SfdpImage.Basic16()).Parse(), "")!;

        Assert.Equal(
            [
                new EraseCommand(0x20, 4096, Ms(48), Ms(400)),      // SFDP 48 x 8 = 384
                new EraseCommand(0x52, 32768, Ms(128), Ms(1600)),   // SFDP 1024
                new EraseCommand(0xD8, 65536, Ms(160), Ms(2000)),   // SFDP 1280
            ],
            chip.Erases);
        Assert.Equal((Ms(0.448), Ms(3)), (chip.PageProgramTypical, chip.PageProgramMax));
        Assert.True(chip.HasSfdp);
    }

    [Fact]
    public void An_unknown_chip_with_sfdp_is_usable_at_a_voltage_that_is_not_known()
    {
        SpiNorChip chip = SpiNorChips.Identify(0x123456, SfdpImage.Of(SfdpImage.Basic16()).Parse(), "")!;

        Assert.Equal(("unknown chip 123456", 16u << 20, 256), (chip.Name, chip.SizeBytes, chip.PageBytes));
        Assert.Equal((3, false), (chip.Erases.Count, chip.IsReadOnly));
        Assert.Equal((false, false), (chip.IsSupplyKnown, chip.IsInTable));
        Assert.Equal((SpiNorRegisterLayout.One, null), (chip.Registers, chip.ProtectionScheme));
        Assert.Equal(SpiNorUniqueIdKind.None, chip.UniqueIdKind);
        Assert.NotEmpty(chip.Notes);
        Assert.Null(SpiNorChips.Identify(0x123456, sfdp: null, ""));
    }

    [Fact]
    public void An_unknown_chip_without_sfdp_can_be_read_only_by_a_size()
    {
        SpiNorChip chip = SpiNorChip.ReadOnly(0x123456, 8 << 20);

        Assert.Equal((true, 8u << 20, false), (chip.IsReadOnly, chip.SizeBytes, chip.IsSupplyKnown));
        Assert.Equal(SpiNorAddressing.FourByteMode, SpiNorChip.ReadOnly(1, 32 << 20).Addressing);
        Assert.Throws<ArgumentOutOfRangeException>(() => SpiNorChip.ReadOnly(1, 0));
    }

    [Fact]
    public void A_size_that_table_and_sfdp_do_not_agree_on_makes_the_chip_read_only()
    {
        SpiNorChip chip = SpiNorChips.Identify(0xEF4017, SfdpImage.Of(SfdpImage.Basic16()).Parse(), "")!;

        Assert.True(chip.IsReadOnly);
        Assert.Equal(8u << 20, chip.SizeBytes);
        Assert.Contains(chip.Notes, note => note.Contains("16777216", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0xC7)]  // chip erase as a 4 KiB erase would empty the chip
    [InlineData(0x02)]
    [InlineData(0x99)]
    [InlineData(0xD8)]  // the table knows it with another size
    public void An_erase_type_that_cannot_be_is_not_used(byte opcode)
    {
        uint[] basic = SfdpImage.Basic16();
        (basic[7], basic[8]) = (0x520F000C | (uint)opcode << 8, 0);

        SpiNorChip chip = SpiNorChips.Identify(0xEF4018, SfdpImage.Of(basic).Parse(), "")!;

        Assert.Equal([(byte)0x52], chip.Erases.Select(erase => erase.Opcode));
    }

    [Theory]
    [InlineData(0xD80F520CDC10200CuL, 0)]          // D8h for 32 KiB, 52h for 4 KiB, DCh for 64 KiB, 20h for 4 KiB
    [InlineData(0xFFDCC7C7uL, 1)]
    public void An_unknown_chip_is_erased_only_by_instructions_of_their_usual_size(ulong values, int table)
    {
        uint[] basic = Resized(SfdpImage.Basic16(), 64), four = [0xFFFF_0E43, 0xFFDC5C21];
        if (table == 0)
            (basic[7], basic[8]) = ((uint)(values & 0xFFFFFFFF), (uint)(values >> 32));
        else
            four[1] = (uint)values;
        Sfdp sfdp = new SfdpImage().With(0xFF00, basic).With(0xFF84, four).Parse();

        SpiNorChip chip = SpiNorChips.Identify(0x123456, sfdp, "")!;

        Assert.All(chip.Erases, erase => Assert.Contains(
            (erase.Opcode, erase.SizeBytes), new (byte, uint)[] { (0x20, 4096), (0xD8, 65536), (0xDC, 65536) }));
        Assert.All(chip.Erases, erase => Assert.True(erase.FourByteOpcode is null or 0x21 or 0xDC));
        Assert.NotEmpty(chip.Erases);
    }

    [Fact]
    public void Erase_types_that_do_not_work_everywhere_are_left_out()
    {
        Sfdp sfdp = new SfdpImage().With(0xFF00, SfdpImage.Basic16())
            .With(0xFF81, [0x00010003, 0x0000FF_05, 0x00FEFF_07]).Parse();

        Assert.Equal(
            [(byte)0x20, (byte)0xD8], SpiNorChips.Identify(0xEF4018, sfdp, "")!.Erases.Select(erase => erase.Opcode));
    }

    [Theory]
    [InlineData(1 << 24, SpiNorAddressing.FourByteMode)]
    [InlineData(1 << 25, SpiNorAddressing.FourByteModeAfterWriteEnable)]
    [InlineData(3 << 24, SpiNorAddressing.FourByteMode)]
    [InlineData(1 << 26, SpiNorAddressing.ExtendedAddressRegister)]
    [InlineData(1 << 27, SpiNorAddressing.BankRegister)]
    [InlineData(1 << 30, SpiNorAddressing.AlwaysFourBytes)]
    [InlineData(0, SpiNorAddressing.FourByteMode)]
    public void An_unknown_large_chip_is_addressed_as_its_sfdp_says(uint entry, SpiNorAddressing addressing)
    {
        uint[] basic = Resized(SfdpImage.Basic16(), 64);
        basic[15] = entry;

        Assert.Equal(addressing, SpiNorChips.Identify(0x123456, SfdpImage.Of(basic).Parse(), "")!.Addressing);
    }

    [Fact]
    public void Instructions_of_its_own_are_preferred_and_erases_without_one_left_out()
    {
        Sfdp sfdp = new SfdpImage().With(0xFF00, Resized(SfdpImage.Basic16(), 64))
            .With(0xFF84, [0xFFFF_0A43, 0xFFDCFF21]).Parse();

        SpiNorChip chip = SpiNorChips.Identify(0x123456, sfdp, "")!;

        Assert.Equal(SpiNorAddressing.FourByteOpcodes, chip.Addressing);
        Assert.Equal([(byte?)0x21, (byte?)0xDC], chip.Erases.Select(erase => erase.FourByteOpcode));
    }

    private static SfdpImage Image(int mebibytes, byte minor) =>
        new SfdpImage { Minor = minor }.With(0xFF00, Resized(SfdpImage.Basic16(), mebibytes), minor);

    private static uint[] Resized(uint[] basic, int mebibytes)
    {
        basic[1] = ((uint)mebibytes << 23) - 1;
        return basic;
    }

    private static TimeSpan Ms(double value) => TimeSpan.FromMilliseconds(value);
}
