using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

public class FlashDescriptorTests
{
    private const int Flcomp = 0x30, Flreg = 0x40, Upper = 0xEFC;

    [Fact]
    public void A_dump_without_the_signature_has_no_descriptor() =>
        Assert.Null(FlashDescriptor.Find(new byte[0x1000]));

    [Fact]
    public void Regions_chips_and_the_disable_bit_of_a_7_series_board_are_read()
    {
        ImageAnalysis image = TestImage.Gen2Dump().Analyse();

        FlashDescriptor descriptor = image.Descriptor!;
        Assert.Equal((PchClass.Series6And7, 1), (descriptor.Pch, descriptor.Version));
        Assert.Equal(0x10, descriptor.SignatureOffset);
        Assert.Equal(0x80000, descriptor.FlashLength);
        Assert.Equal(["descriptor", "BIOS", "ME"], descriptor.Regions.Select(r => r.Name));
        Assert.Equal(new FlashRange(0x1000, 0x11000), descriptor.Region(DescriptorRegion.Me)!.Range);
        Assert.Equal(new DisableBit(0x128, 0x28, 7, "AltMeDisable", false), image.DisableBit);
    }

    [Fact]
    public void A_100_series_board_keeps_HAP_in_its_first_strap()
    {
        TestImage dump = TestImage.Gen3Dump().Put(0x100, 0x00510044);

        ImageAnalysis image = dump.Analyse();

        Assert.Equal((PchClass.Series100And200, 2), (image.Pch, image.Descriptor!.Version));
        Assert.Equal(new DisableBit(0x100, 0x00, 16, "HAP", true), image.DisableBit);
    }

    [Theory] // FLMAP1, FLMAP2 and FLUMAP1
    [InlineData(0x02000206, 0x00000020, 0x2DF, PchClass.Ich8)]
    [InlineData(0x02000206, 0x00000120, 0x2DF, PchClass.Ich9)]
    [InlineData(0x0A000206, 0x00000120, 0x2DF, PchClass.Ich10)]
    [InlineData(0x10000206, 0x00000020, 0x2DF, PchClass.IbexPeak)]
    [InlineData(0x13000206, 0x00000000, 0x2DF, PchClass.ApolloLake)]
    [InlineData(0x17000206, 0x00000000, 0x2DF, PchClass.GeminiLake)]
    [InlineData(0x17000206, 0x00000020, 0x2DF, PchClass.Unknown)]
    [InlineData(0x0B000206, 0x00210020, 0x2DF, PchClass.BayTrail)]
    [InlineData(0x12000206, 0x00210120, 0x2DF, PchClass.Series6And7)]
    [InlineData(0x15000206, 0x00210120, 0x2DF, PchClass.Series8And9)]
    [InlineData(0x42000208, 0x00310330, 0x2DF, PchClass.Series100And200)]
    [InlineData(0x8B000608, 0x00310330, 0x2DF, PchClass.Lewisburg)]
    [InlineData(0x45000208, 0x00340330, 0xC0FF02DF, PchClass.Series300And400)]
    [InlineData(0x46000208, 0x001101A0, 0xC0FF02DF, PchClass.Series500)]
    [InlineData(0x46000208, 0x00110170, 0xC0FF02DF, PchClass.Series600And700)]
    [InlineData(0x46000208, 0x001401B0, 0xC0FF02DF, PchClass.Series600And700)]
    [InlineData(0x38000208, 0x00030160, 0xC0FF02DF, PchClass.ElkhartLake)]
    [InlineData(0x2A000208, 0x000301B0, 0xC0FF02DF, PchClass.JasperLake)]
    [InlineData(0x82000208, 0x000301C0, 0xC0FF02DF, PchClass.MeteorLake)]
    [InlineData(0x82000208, 0x00030180, 0xC0FF02DF, PchClass.PantherLake)]
    [InlineData(0x82000208, 0x000301E0, 0xC0FF02DF, PchClass.Unknown)]
    public void The_PCH_class_follows_from_the_descriptor_map(uint flmap1, uint flmap2, uint flumap1, PchClass expected)
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x18, flmap1 | 0x100000).Put(0x1C, flmap2).Put(Upper, flumap1);

        Assert.Equal(expected, FlashDescriptor.Find(dump.Bytes)!.Pch);
    }

    [Fact]
    public void Only_classes_up_to_the_200_series_pin_the_disable_bit()
    {
        TestImage dump = TestImage.Gen3Dump().Put(0x1C, 0x00340330).Put(Upper, 0xC0FF02DF);

        Assert.Null(dump.Analyse().DisableBit);
    }

    [Fact]
    public void A_strap_index_past_the_stated_straps_is_an_error()
    {
        ImageAnalysis image = TestImage.Gen2Dump().Put(0x18, 0x0A100206).Put(0x1C, 0x210120).Analyse();

        Assert.Null(image.DisableBit);
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains("strap"));
    }

    [Theory] // 3 bits through the 7-series: the absent second chip may hold anything
    [InlineData(0x49300024u, false, new long[] { 0x800000 })]
    [InlineData(0x4990001Cu, true, new long[] { 0x800000, 0x400000 })]
    public void Component_densities_have_three_bits_up_to_the_7_series(uint flcomp, bool two, long[] expected)
    {
        TestImage dump = TestImage.Gen2Dump().Put(Flcomp, flcomp).Put(0x14, two ? 0x2040103u : 0x2040003u);

        Assert.Equal(expected, FlashDescriptor.Find(dump.Bytes)!.Components);
    }

    [Fact]
    public void Component_densities_have_four_bits_from_the_8_series_on()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x18, 0x15100206).Put(Flcomp, 0x64900044).Put(0x14, 0x2040103);

        Assert.Equal([0x800000, 0x800000], FlashDescriptor.Find(dump.Bytes)!.Components);
    }

    [Fact]
    public void The_first_chip_of_two_is_a_dump_when_the_ME_lies_inside()
    {
        ImageAnalysis image = TestImage.Gen2Dump().Put(0x14, 0x2040103).Analyse();

        Assert.True(image.IsSound);
        Assert.Contains(image.Findings, f => f.Text.StartsWith("chip 1 of 2", StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_chip_of_two_is_no_dump_when_the_ME_reaches_into_the_second()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x14, 0x2040103).Put(Flreg + 8, 0x00900001);

        Assert.False(dump.Analyse().IsSound);
    }

    [Theory]
    [InlineData(0x20000)]
    [InlineData(0x7FFFF)]
    public void A_file_of_any_other_length_is_an_error(int length) =>
        Assert.Contains(TestImage.Gen2Dump().Cut(length).Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Offset == length);

    [Theory] // FLMAP0 and FLMAP1: a word written into one section would change another
    [InlineData(0x02040003u, 0x12000206u)] // straps over the signature, map and regions
    [InlineData(0x02040003u, 0x12010206u)] // straps over the map
    [InlineData(0x02040003u, 0x12040206u)] // straps over the regions
    [InlineData(0x02040003u, 0x12100200u)] // access rights before the map
    [InlineData(0x02040003u, 0x12100201u)] // access rights over the map
    [InlineData(0x02040003u, 0x12100204u)] // access rights over the regions
    [InlineData(0x02040003u, 0x12100210u)] // access rights over the straps
    [InlineData(0x02010003u, 0x12100206u)] // regions over the map
    [InlineData(0x02040010u, 0x12100206u)] // chip sizes over the straps
    public void Sections_of_a_descriptor_do_not_overlap(uint flmap0, uint flmap1)
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x14, flmap0).Put(0x18, flmap1);

        Assert.Contains(dump.Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.Contains("overlap at", StringComparison.Ordinal));
        Assert.False(dump.Cut(0x1000).Analyse().IsSound); // alone too
    }

    [Theory]
    [InlineData(0x007F0000u)] // over the whole flash
    [InlineData(0x00100000u)] // more than any descriptor has
    public void A_dump_whose_own_region_is_too_long_is_not_a_descriptor_alone(uint flreg0)
    {
        ImageAnalysis image = TestImage.Gen2Dump().Put(Flreg, flreg0).Analyse();

        Assert.Equal(ImageKind.FullDump, image.Kind);
        Assert.Contains(image.Findings, f =>
            f.Severity == FindingSeverity.Error && f.Text.Contains("own region", StringComparison.Ordinal));
    }

    [Fact]
    public void A_BIOS_region_over_everything_is_only_a_warning()
    {
        ImageAnalysis image = TestImage.Gen2Dump().Put(Flreg + 4, 0x007F0000).Analyse();

        Assert.True(image.IsSound);
        Assert.Equal(2, image.Findings.Count(f => f.Severity == FindingSeverity.Warning));
    }

    [Theory]
    [InlineData(Flreg + 8, 0x00100000u)] // ME over the descriptor
    [InlineData(Flreg + 12, 0x00020002u)] // GbE inside the ME
    public void An_ME_region_over_unique_data_is_an_error(int register, uint value) =>
        Assert.Contains(TestImage.Gen2Dump().Put(register, value).Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.Contains("overlap"));

    [Fact]
    public void A_region_past_the_flash_is_an_error() =>
        Assert.Contains(TestImage.Gen2Dump().Put(Flreg + 4, 0x00800011).Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.Contains("past the"));

    [Fact]
    public void A_descriptor_region_that_does_not_begin_at_zero_is_an_error() =>
        Assert.False(TestImage.Gen2Dump().Put(Flreg, 0x00000000).Put(Flreg, 0x00200020).Analyse().IsSound);

    [Fact]
    public void A_reversed_region_is_unused() =>
        Assert.Null(FlashDescriptor.Find(TestImage.Gen2Dump().Put(Flreg + 8, 0x00010010).Bytes)!.Region(2));

    [Fact]
    public void Access_words_have_their_second_form_from_the_100_series_on()
    {
        FlashDescriptor first = FlashDescriptor.Find(TestImage.Gen2Dump().Put(0x60, 0x0A0B0000).Bytes)!;
        FlashDescriptor second = FlashDescriptor.Find(TestImage.Gen3Dump().Put(0x80, 0x00A00B00).Bytes)!;

        Assert.Equal(new MasterAccess("host", 0x0B, 0x0A), first.Masters[0]);
        Assert.Equal(new MasterAccess("host", 0x0B, 0x0A), second.Masters[0]);
    }

    [Theory]
    [InlineData(0x42000208u, "host ME GbE EC")]
    [InlineData(0x8B000608u, "host ME GbE EC IE")] // six masters: a server
    public void A_server_has_a_sixth_master(uint flmap1, string names)
    {
        TestImage dump = TestImage.Gen3Dump().Put(0x18, flmap1).Put(0x94, 0x12345678);

        FlashDescriptor descriptor = FlashDescriptor.Find(dump.Bytes)!;

        Assert.Equal(names, string.Join(' ', descriptor.Masters.Select(m => m.Name)));
        if (names.EndsWith("IE", StringComparison.Ordinal))
            Assert.Equal(new MasterAccess("IE", 0x8456, 0x7123), descriptor.Masters[^1]);
    }

    [Fact]
    public void Both_chips_joined_are_one_flash()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x14, 0x2040103).Put(Flreg + 4, 0x008F0081);
        ImageAnalysis image = ImageAnalysis.Read((byte[])[.. dump.Bytes, .. new byte[0x80000]], TestKey.Ring);

        Assert.True(image.IsSound, string.Join('\n', image.Findings));
        Assert.Equal([0x80000L, 0x80000L], image.Descriptor!.Components);
        Assert.Equal(new FlashRange(0x81000, 0x90000), image.Descriptor.Region(DescriptorRegion.Bios)!.Range);
        Assert.DoesNotContain(image.Findings, f => f.Text.Contains("chip 1"));
    }

    [Fact]
    public void An_ME_on_the_second_chip_is_read_from_both_joined()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x14, 0x2040103).Put(Flreg + 8, 0x00900081);
        byte[] joined = [.. dump.Bytes, .. new byte[0x80000]];
        dump.Bytes.AsSpan(0x1000, 0x10000).CopyTo(joined.AsSpan(0x81000));

        MeFirmware me = ImageAnalysis.Read(joined, TestKey.Ring).Me!;

        Assert.Equal(("8.0.20.1513", 0x82000L), (me.Version.ToString(), me.Code.Range.Start));
    }

    [Fact]
    public void A_descriptor_may_have_16_KiB()
    {
        TestImage dump = TestImage.Gen3Dump().Put(0x40, 0x00030000).Put(0x48, 0x00130004).Cut(0x4000);

        Assert.Equal((ImageKind.DescriptorOnly, 0x4000L),
            (dump.Analyse().Kind, dump.Analyse().Descriptor!.Region(DescriptorRegion.Descriptor)!.Range.End));
    }

    [Fact]
    public void An_unknown_PCH_is_read_in_the_newest_form_and_pins_nothing()
    {
        ImageAnalysis image = TestImage.Gen3Dump().Put(0x1C, 0x000303FC).Put(Upper, 0xC0FF02DF).Analyse();

        Assert.Equal((PchClass.Unknown, 2, null), (image.Pch!.Value, image.Descriptor!.Version, image.DisableBit));
        Assert.Empty(image.DisableCandidates);
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Warning && f.Text.Contains("no rule"));
    }

    [Fact]
    public void Three_chips_do_not_exist() =>
        Assert.Throws<ImageFormatException>(() => TestImage.Gen2Dump().Put(0x14, 0x2040203).Analyse());

    [Fact]
    public void A_descriptor_alone_is_recognised()
    {
        ImageAnalysis image = TestImage.Gen2Dump().Cut(0x1000).Analyse();

        Assert.Equal((ImageKind.DescriptorOnly, null), (image.Kind, image.Me));
        Assert.NotNull(image.DisableBit);
    }

    [Fact]
    public void An_ICH_descriptor_begins_at_offset_zero()
    {
        TestImage dump = TestImage.Gen2Dump();
        dump.Bytes.AsSpan(0, 0x20).Clear();
        dump.Put(0, 0x0FF0A55A).Put(4, 0x2040003).Put(8, 0x02100206).Put(0xC, 0x120);

        ImageAnalysis image = dump.Analyse();

        Assert.Equal((0L, PchClass.Ich9), (image.Descriptor!.SignatureOffset, image.Pch!.Value));
    }
}
