using System.Numerics;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

/// <summary>ME 12 and later: the bit and nothing else, and only where the platform is named and confirmed.</summary>
public class HapOnlyTests
{
    private const int Strap = TestIfwi.Strap;

    public static TheoryData<string> Policies => [NeutralizationPolicy.Purism, NeutralizationPolicy.HapOnly];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_named_platform_gets_exactly_one_bit_in_the_whole_image(string policy)
    {
        byte[] image = Dump();
        ImageAnalysis analysis = Read(image, "adp-p");

        byte[] changed = Plan(analysis, policy).Apply(image);

        Assert.Equal(1, DifferentBits(image, changed));
        Assert.Equal(0x00010000u, BitConverter.ToUInt32(changed, Strap) ^ BitConverter.ToUInt32(image, Strap));
        Assert.True(Plan(Read(changed, "adp-p"), policy).IsEmpty);
        var options = NeutralizationPolicy.Resolve(policy, analysis);
        var check = NeutralizationCheck.Measure(analysis, options, changed, TestIfwi.Ring);
        Assert.Empty(check.Problems);
        Assert.True(check.DisableBitSet);
        Assert.Null(check.ProgrammedBytesMax); // nothing is removed, so nothing is counted
    }

    [Fact]
    public void A_read_back_whose_region_changed_does_not_pass()
    {
        byte[] image = Dump();
        ImageAnalysis analysis = Read(image, "adp-p");
        byte[] changed = Plan(analysis, NeutralizationPolicy.HapOnly).Apply(image);
        changed[TestImage.RegionStart + TestIfwi.Nftp + 0x10] ^= 1;

        var check = NeutralizationCheck.Measure(
            analysis, NeutralizationPolicy.Resolve(NeutralizationPolicy.HapOnly, analysis), changed, TestIfwi.Ring);

        Assert.Contains(check.Problems, p => p.Contains("ME region", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_platform_the_fitting_ones_are_named() =>
        AssertRefused(Read(Dump(), null), NeutralizationPolicy.HapOnly, "must be named (fitting: adp-p");

    [Theory]
    [InlineData("cnp-lp", "not confirmed")]
    [InlineData("tgp-lp", "not confirmed")]
    [InlineData("adp-s", "not confirmed")]
    [InlineData("apl", "not confirmed")]
    public void A_platform_that_the_content_does_not_confirm_is_refused(string platform, string sentence) =>
        AssertRefused(Read(Dump(), platform), NeutralizationPolicy.HapOnly, sentence);

    [Fact]
    public void Removal_is_refused_with_a_platform_too() => // defect 9
        AssertRefused(Read(Dump(), "adp-p"), NeutralizationPolicy.MeCleaner, "allows HAP only");

    [Fact]
    public void Other_access_rights_are_refused() // defect 14: the first form of the word in a descriptor of the second
    {
        ImageAnalysis image = Read(Dump(), "adp-p");
        var options = NeutralizationPolicy.Resolve(NeutralizationPolicy.HapOnly, image) with { LimitAccess = true };

        Assert.Contains("allows HAP only",
            Assert.Throws<PlanRefusedException>(() => NeutralizationPlan.Create(image, options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_firmware_that_hashes_the_descriptor_is_refused()
    {
        byte[] region = TestIfwi.New().Put(TestIfwi.Manifest + TestIfwi.ManifestHeader, 0x17).Fix().Bytes;

        AssertRefused(Read(Dump(region), "adp-p"), NeutralizationPolicy.HapOnly, "hash of the flash descriptor");
        AssertRefused(Read(Dump(region), "adp-p"), NeutralizationPolicy.Purism, "hash of the flash descriptor");
    }

    [Fact] // the bit of a 100-series hub is pinned without a name
    public void Firmware_that_does_not_run_on_the_hub_is_refused()
    {
        byte[] image = TestImage.Gen3Dump().Bytes;
        TestIfwi.New().Bytes.CopyTo(image, TestImage.RegionStart);

        AssertRefused(Read(image, null), NeutralizationPolicy.HapOnly, "does not go with ME 16");
    }

    [Fact]
    public void A_bare_region_has_nothing_that_could_be_set()
    {
        ImageAnalysis region = TestIfwi.New().Analyse();

        AssertRefused(region, NeutralizationPolicy.Purism, "allows HAP only");
        AssertRefused(region, NeutralizationPolicy.HapOnly, "in the flash descriptor");
    }

    // A released region and the descriptor that the same board's vendor ships with HAP set.
    [Fact]
    public void A_released_ADP_P_board_becomes_what_its_vendor_ships()
    {
        byte[] shipped = RealImages.Load("ifd-dasharo-protectli-vault-adl-p-descriptor");
        byte[] region = RealImages.Load("bad-dasharo-protectli-vault-adl-p-me");
        FlashDescriptor descriptor = FlashDescriptor.Find(shipped)!;
        byte[] image = new byte[descriptor.FlashLength];
        image.AsSpan().Fill(0xFF);
        shipped.CopyTo(image, 0);
        region.CopyTo(image, descriptor.Region(DescriptorRegion.Me)!.Range.Start);
        byte[] vendors = [.. image];
        image[Strap + 2] &= 0xFE;

        ImageAnalysis analysis = ImageAnalysis.Read(image, KeyRing.Intel, DisablePlatform.Find("adp-p"));
        byte[] changed = Plan(analysis, NeutralizationPolicy.Purism).Apply(image);

        Assert.Equal(vendors, changed);
        Assert.Equal(1, DifferentBits(image, changed));
    }

    private static byte[] Dump(byte[]? region = null) => TestIfwi.Dump(region).Bytes;

    private static ImageAnalysis Read(byte[] image, string? platform) =>
        ImageAnalysis.Read(image, TestIfwi.Ring, platform is null ? null : DisablePlatform.Find(platform));

    private static ImagePlan Plan(ImageAnalysis image, string policy) =>
        NeutralizationPlan.Create(image, NeutralizationPolicy.Resolve(policy, image));

    private static void AssertRefused(ImageAnalysis image, string policy, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<PlanRefusedException>(() => Plan(image, policy)).Message,
            StringComparison.Ordinal);

    private static int DifferentBits(byte[] first, byte[] second)
    {
        Assert.Equal(first.Length, second.Length);
        int bits = 0;
        for (int i = 0; i < first.Length; i++)
            bits += BitOperations.PopCount((uint)(first[i] ^ second[i]));
        return bits;
    }
}
