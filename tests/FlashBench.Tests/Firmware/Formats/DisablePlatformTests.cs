using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Formats;

public class DisablePlatformTests
{
    private const uint AnyMap = 0xC0FF02DF; // FLUMAP1 with a second table behind the VSCC table

    // FLMAP1 and FLMAP2 of each platform's descriptors, with the offset of its bit.
    public static TheoryData<string, uint, uint, uint> Places => new()
    {
        { "cnp-lp", 0x45100208, 0x00340330, 0x70 },
        { "cnp-h", 0x50100208, 0x00340330, 0x80 },
        { "cmp-v", 0x50100208, 0x00340330, 0x00 },
        { "jsl", 0x2A100208, 0x000301B0, 0x68 },
        { "tgp-lp", 0x46100208, 0x001101A0, 0x7C },
        { "tgp-h", 0x65100208, 0x001101A0, 0x94 },
        { "tgp-h", 0x65100208, 0x001101B0, 0x94 },
        { "ehl", 0x38100208, 0x00030160, 0x84 },
        { "adp-p", 0x46100208, 0x001401B0, 0x7C },
        { "adp-s", 0x73100208, 0x001401B0, 0xDC },
        { "mtl", 0x82100208, 0x000301C0, 0x11C },
    };

    [Theory, MemberData(nameof(Places))]
    public void A_platform_that_the_descriptor_confirms_has_its_bit_where_it_is_known(
        string name, uint flmap1, uint flmap2, uint offset)
    {
        TestImage dump = Descriptor(flmap1, flmap2);

        foreach (bool set in (bool[])[false, true])
        {
            dump.Put(0x100 + (int)offset, set ? 0x00010000u : 0xFFFEFFFF).Put(0x1D0, 0x10081008);
            DisableBit bit = Platform(name).Locate(FlashDescriptor.Find(dump.Bytes)!);
            Assert.Equal((0x100 + offset, offset, 16, "HAP", set),
                (bit.DwordOffset, bit.StrapOffset, bit.Bit, bit.Name, bit.IsSet));
        }
    }

    [Theory, MemberData(nameof(Places))]
    public void A_platform_of_the_newer_series_is_a_candidate_but_pins_nothing(
        string name, uint flmap1, uint flmap2, uint offset)
    {
        TestImage dump = Descriptor(flmap1, flmap2).Put(0x100 + (int)offset, 0x10000).Put(0x1D0, 0x10081008);

        ImageAnalysis image = dump.Cut(0x1000).Analyse();

        Assert.Null(image.DisableBit);
        Assert.Equal(offset, image.DisableCandidates.Single(c => c.Platform.Name == name).Bit!.StrapOffset);
        Assert.True(image.DisableCandidates.Single(c => c.Platform.Name == name).Bit!.IsSet);
    }

    [Theory, MemberData(nameof(Places))]
    public void A_platform_that_was_named_is_pinned(string name, uint flmap1, uint flmap2, uint offset)
    {
        TestImage dump = Descriptor(flmap1, flmap2).Put(0x1D0, 0x10081008).Cut(0x1000);

        var image = ImageAnalysis.Read(dump.Bytes, TestKey.Ring, Platform(name));

        Assert.Equal(offset, image.DisableBit!.StrapOffset);
        Assert.True(image.IsSound);
    }

    [Theory]
    [InlineData("cnp-h", 0x45100208, 0x00340330, "69 straps")] // an LP board
    [InlineData("cmp-v", 0x45100208, 0x00340330, "69 straps")]
    [InlineData("cnp-lp", 0x50100208, 0x00340330, "80 straps")] // an H board
    [InlineData("tgp-h", 0x46100208, 0x001101A0, "70 straps")] // its +0x94 has bit 16 set for another reason
    [InlineData("tgp-lp", 0x65100208, 0x001101A0, "101 straps")]
    [InlineData("tgp-lp", 0x46100208, 0x001401B0, "600/700-series")] // the same strap, but another hub
    [InlineData("adp-p", 0x73100208, 0x001401B0, "115 straps")]
    [InlineData("adp-s", 0x73100208, 0x001401B0, "+0xD0 is not 0x10081008")]
    [InlineData("adp-s-a0", 0x73100208, 0x001401B0, "pre-production")]
    [InlineData("mtl", 0x82100208, 0x000301E0, "unknown PCH")] // a CSSO that no rule lists
    [InlineData("icl-lp", 0x45100208, 0x00340330, "disagree")]
    [InlineData("cnp-h", 0x20100208, 0x00340330, "strap 32")] // one strap too few
    [InlineData("ptl", 0x82100208, 0x00030180, "not known")]
    public void A_platform_that_the_descriptor_does_not_confirm_is_refused(
        string name, uint flmap1, uint flmap2, string reason)
    {
        TestImage dump = Descriptor(flmap1, flmap2).Put(0x194, 0x10000);
        FlashDescriptor descriptor = FlashDescriptor.Find(dump.Bytes)!;

        PlanRefusedException refusal = Assert.Throws<PlanRefusedException>(() => Platform(name).Locate(descriptor));
        var image = ImageAnalysis.Read(dump.Cut(0x1000).Bytes, TestKey.Ring, Platform(name));

        Assert.Contains(reason, refusal.Reason, StringComparison.Ordinal);
        Assert.Null(image.DisableBit);
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains(reason));
    }

    [Theory]
    [InlineData(0x13100206u, "apl")]
    [InlineData(0x17100206u, "glk")]
    public void Apollo_Lake_and_Gemini_Lake_are_refused(uint flmap1, string name)
    {
        FlashDescriptor descriptor = FlashDescriptor.Find(Descriptor(flmap1, 0, 0x2DF).Bytes)!;

        Assert.Equal(name, Assert.Single(DisablePlatform.CandidatesFor(descriptor)).Name);
        Assert.Throws<PlanRefusedException>(() => Platform(name).Locate(descriptor));
    }

    [Theory]
    [InlineData("cnp-lp", 12, 0, true)]
    [InlineData("cnp-lp", 14, 1, true)]
    [InlineData("cnp-lp", 14, 5, false)]
    [InlineData("cnp-lp", 13, 0, false)]
    [InlineData("cmp-v", 14, 5, true)]
    [InlineData("icl-lp", 13, 0, true)]
    [InlineData("jsl", 13, 50, true)]
    [InlineData("jsl", 13, 0, false)]
    [InlineData("ehl", 15, 40, true)]
    [InlineData("tgp-lp", 15, 40, false)]
    [InlineData("adp-p", 16, 1, true)]
    public void A_platform_runs_certain_versions_only(string name, int major, int minor, bool runs) =>
        Assert.Equal(runs, Platform(name).MeLines.Any(line => line.Holds(new MeVersion(major, minor, 0, 0))));

    [Fact]
    public void Firmware_that_does_not_run_on_the_platform_unpins_it()
    {
        FlashDescriptor descriptor = FlashDescriptor.Find(Descriptor(0x45100208, 0x00340330).Bytes)!;

        Assert.Null(Platform("cnp-lp").WhyNot(descriptor, new MeVersion(12, 0, 45, 1509)));
        Assert.Contains("ME 16.0.0.1", Platform("cnp-lp").WhyNot(descriptor, new MeVersion(16, 0, 0, 1)));
    }

    [Fact]
    public void Lewisburg_needs_its_name()
    {
        TestImage dump = Descriptor(0x8B100608, 0x00310330, 0x2DF);

        Assert.Null(dump.Cut(0x1000).Analyse().DisableBit);
        Assert.Equal(0xD4u, Platform("lbg").Locate(FlashDescriptor.Find(dump.Bytes)!).StrapOffset);
    }

    [Theory]
    [InlineData(0x0B100206u, 11)]
    [InlineData(0x0E100206u, 14)]
    public void The_bit_of_Bay_Trail_is_pinned_with_a_note_that_one_project_names_it(uint flmap1, int straps)
    {
        ImageAnalysis image = Descriptor(flmap1, 0x00210020, 0x2DF).Cut(0x1000).Analyse();

        Assert.Equal(straps, image.Descriptor!.Straps.Length);
        Assert.Equal((0x28u, 7, StrapEvidence.OneSource),
            (image.DisableBit!.StrapOffset, image.DisableBit.Bit, image.DisableBit.Evidence));
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Note && f.Text.Contains("only one project"));
    }

    [Theory]
    [InlineData(0x11100206u, 0x00210120u, 0x2DFu)] // 6/7-series with 17 straps
    [InlineData(0x43100208u, 0x00310330u, 0x2DFu)] // 100-series with 67
    [InlineData(0x47100208u, 0x001101A0u, AnyMap)] // 500-series with 71
    public void A_number_of_straps_that_the_class_never_has_is_a_warning_and_unpins_the_bit(
        uint flmap1, uint flmap2, uint flumap1)
    {
        ImageAnalysis image = Descriptor(flmap1, flmap2, flumap1).Cut(0x1000).Analyse();

        Assert.Null(image.DisableBit);
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Warning && f.Text.Contains("straps"));
    }

    [Fact]
    public void Names_are_unique_and_found()
    {
        Assert.Equal(DisablePlatform.All.Length, DisablePlatform.All.Select(p => p.Name).Distinct().Count());
        Assert.All(DisablePlatform.All, p => Assert.Same(p, DisablePlatform.Find(p.Name)));
        Assert.Null(DisablePlatform.Find("cnp"));
    }

    private static DisablePlatform Platform(string name) => DisablePlatform.Find(name)!;

    private static TestImage Descriptor(uint flmap1, uint flmap2, uint flumap1 = AnyMap)
    {
        TestImage dump = TestImage.Gen3Dump().Put(0x18, flmap1).Put(0x1C, flmap2).Put(0xEFC, flumap1);
        dump.Bytes.AsSpan(0x100, 4 * (int)(flmap1 >> 24)).Clear();
        return dump;
    }
}
