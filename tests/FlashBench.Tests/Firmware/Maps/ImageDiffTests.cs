using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Maps;

/// <summary>Differences by structure and by rule.</summary>
public class ImageDiffTests
{
    private static readonly string[] Policies = ["purism", "me-cleaner", "hap-only"];

    [Fact]
    public void Equal_images_have_no_difference()
    {
        TestImage image = TestImage.Gen2Dump();

        var diff = ImageDiff.Of(image.Analyse(), image.Bytes);

        Assert.Equal((DiffVerdict.Equal, 0), (diff.Verdict, diff.Differences.Length));
    }

    [Theory]
    [InlineData(0x44, 1, "FLREG1 (BIOS) bit 0")]
    [InlineData(0x48, 3, "FLREG2 (ME) bits 0, 1")]
    [InlineData(0x48, 0xFF, "FLREG2 (ME)")]
    [InlineData(0x64, 0x10, "FLMSTR2 (ME) bit 4")]
    [InlineData(0x128, 0x20, "PCHSTRP10 bit 5")]
    [InlineData(0x30, 4, "FLCOMP bit 2")]
    [InlineData(0xEFC, 1, "FLUMAP1 bit 0")]
    [InlineData(0xF10, 1, "descriptor, OEM section")]
    [InlineData(0x800, 1, "descriptor")]
    [InlineData(0x1005, 1, "boot vector")]
    [InlineData(0x1014, 1, "partition table count")]
    [InlineData(0x101B, 1, "partition table checksum")]
    [InlineData(0x1030, 1, "table entry FOVD")]
    [InlineData(0x2088, 1, "FTPR manifest, header")]
    [InlineData(0x2190, 1, "FTPR manifest, signature")]
    [InlineData(0x2300, 1, "FTPR manifest")]
    [InlineData(0x2540, 1, "FTPR chunk map")]
    [InlineData(0x3310, 1, "FTPR Huffman chunks of BUP")]
    [InlineData(0x3620, 1, "FTPR Huffman chunks of KERNEL")]
    [InlineData(0x5010, 1, "FTPR HOSTCOMM")]
    [InlineData(0x7010, 1, "NFTP")]
    [InlineData(0x9010, 1, "EFFS")]
    [InlineData(0x7FFFF, 1, "BIOS")]
    public void A_flipped_byte_is_unexplained_and_named_by_its_structure(int offset, byte flip, string structure)
    {
        TestImage image = TestImage.Gen2Dump();
        byte[] second = [.. image.Bytes];
        second[offset] ^= flip;

        var diff = ImageDiff.Of(image.Analyse(), second);

        ImageDifference difference = Assert.Single(diff.Differences);
        Assert.Equal((structure, 1), (difference.Structure, difference.ChangedBytes));
        Assert.Equal(DiffVerdict.Unexplained, diff.Verdict);
    }

    [Theory]
    [InlineData(NeutralizationPolicy.Purism)]
    [InlineData(NeutralizationPolicy.MeCleaner)]
    [InlineData(NeutralizationPolicy.HapOnly)]
    public void A_neutralization_explains_itself(string policy)
    {
        const int hapDword = 0x100; // the hand-made straps have the bit set
        foreach (TestImage image in (TestImage[])[TestImage.Gen2Dump(), TestImage.Gen3Dump().Put(hapDword, 0x44)])
        {
            ImageAnalysis analysis = image.Analyse();
            var plan = NeutralizationPlan.Create(analysis, NeutralizationPolicy.Resolve(policy, analysis));

            var diff = ImageDiff.Of(analysis, plan.Apply(image.Bytes));

            Assert.Equal((DiffVerdict.Explained, policy, 0), (diff.Verdict, diff.Policy, diff.MissingBytes));
            Assert.Equal((plan.ChangedBytes, plan.ChangedBytes), (diff.ChangedBytes, diff.ExplainedBytes));
        }
    }

    [Fact]
    public void A_removal_that_stopped_half_way_is_said_to_be_one()
    {
        TestImage image = TestImage.Gen2Dump();
        ImageAnalysis analysis = image.Analyse();
        byte[] second = NeutralizationPlan.Create(analysis).Apply(image.Bytes);
        image.Bytes.AsSpan(0x7000, 0x1000).CopyTo(second.AsSpan(0x7000)); // NFTP is back

        var diff = ImageDiff.Of(analysis, second);

        Assert.Equal((DiffVerdict.Explained, 0x1000), (diff.Verdict, diff.MissingBytes));
    }

    [Fact]
    public void A_wrong_byte_among_removed_ones_is_told_apart()
    {
        TestImage image = TestImage.Gen2Dump();
        ImageAnalysis analysis = image.Analyse();
        byte[] second = NeutralizationPlan.Create(analysis).Apply(image.Bytes);
        second[0x7100] = 0x80; // neither what was there nor blank

        var diff = ImageDiff.Of(analysis, second);

        ImageDifference odd = Assert.Single(diff.Differences, d => d.Rule is null);
        Assert.Equal((FlashRange.At(0x7100, 1), "NFTP", 1L), (odd.Range, odd.Structure, diff.UnexplainedBytes));
    }

    [Fact]
    public void What_one_image_lacks_is_named()
    {
        TestImage image = TestImage.Gen2Dump();
        ImageAnalysis analysis = image.Analyse();

        ImageDifference cut = Assert.Single(ImageDiff.Of(analysis, image.Bytes.AsSpan(0, 0x70000)).Differences);
        ImageDifference more = Assert.Single(ImageDiff.Of(analysis, [.. image.Bytes, 1, 2, 3]).Differences);

        Assert.Equal(("BIOS (cut off)", 0x10000), (cut.Structure, cut.ChangedBytes));
        Assert.Equal(("behind the end of the first image", 3), (more.Structure, more.ChangedBytes));
        Assert.Equal(image.Bytes.Length, ImageDiff.Of(analysis, []).ChangedBytes);
    }

    [Fact]
    public void A_region_that_was_cut_behind_what_it_needs_is_explained()
    {
        TestImage image = TestImage.Gen2Region();
        ImageAnalysis analysis = image.Analyse();
        var options = NeutralizationPolicy.Resolve(NeutralizationPolicy.Purism, analysis) with { Truncate = true };

        var diff = ImageDiff.Of(analysis, NeutralizationPlan.Create(analysis, options).Apply(image.Bytes));

        Assert.Equal(DiffVerdict.Explained, diff.Verdict);
        Assert.Contains(diff.Differences, d => d.Rule!.Id == "cut-region");
    }

    [Fact]
    public void The_number_of_differences_is_bounded_and_the_counts_are_exact()
    {
        TestImage image = TestImage.Gen2Dump();
        byte[] second = [.. image.Bytes];
        for (int i = 0; i < second.Length; i += 100) // farther apart than what is merged
            second[i] ^= 0x55;

        var diff = ImageDiff.Of(image.Analyse(), second);

        Assert.Equal((second.Length + 99) / 100, diff.ChangedBytes);
        Assert.Equal(diff.ChangedBytes, diff.Differences.Sum(d => d.ChangedBytes));
        Assert.InRange(diff.Differences.Length, 30, 400);
    }

    [Fact]
    public void Neutralized_real_images_are_explained_to_the_last_byte()
    {
        int planned = 0;
        foreach (string id in RealImages.Ids)
        {
            byte[] bytes = RealImages.Load(id);
            planned += Policies.Count(policy => IsExplained(bytes, policy));
        }

        Assert.True(planned > 40, $"only {planned} plans were made"); // most of the images allow two or three
    }

    // False when the policy refuses the image: there is nothing to explain then.
    private static bool IsExplained(byte[] bytes, string policy)
    {
        try
        {
            var image = ImageAnalysis.Read(bytes, KeyRing.Intel);
            var plan = NeutralizationPlan.Create(image, NeutralizationPolicy.Resolve(policy, image));
            var diff = ImageDiff.Of(image, plan.Apply(bytes));
            Assert.Equal((plan.ChangedBytes, 0), (diff.ExplainedBytes, diff.UnexplainedBytes));
            Assert.Equal(0, diff.MissingBytes);
            return true;
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            return false;
        }
    }
}
