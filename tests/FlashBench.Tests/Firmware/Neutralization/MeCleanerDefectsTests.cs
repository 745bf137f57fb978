using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

/// <summary>What me_cleaner does wrong (reference 2.2), by number, and what is done here instead. Defects 3, 9 and 14
/// are in NeutralizationPlanTests and HapOnlyTests, 7 in NeutralizeCommandTests: nothing is written before all checks.
/// </summary>
public class MeCleanerDefectsTests
{
    private static readonly NeutralizationOptions Plain = new() { Policy = NeutralizationPolicy.MeCleaner };

    [Fact] // 1: a full dump of generation 1 fails half-way
    public void Defect_1_generation_1_is_disabled_by_straps_and_its_region_erased_and_dropped()
    {
        byte[] dump = RealImages.Load("full-gen1-me2.5-amt");
        ImageAnalysis before = ImageAnalysis.Read(dump, KeyRing.Intel);
        FlashRange region = before.Me!.Region;

        byte[] changed = NeutralizationPlan.Create(before).Apply(dump);

        var after = ImageAnalysis.Read(changed, KeyRing.Intel);
        Assert.Null(after.Descriptor!.Region(DescriptorRegion.Me));
        Assert.Equal((1u, 1), (after.Descriptor.Straps[0] & 1, changed[after.Descriptor.Bases.ProcessorStraps] & 1));
        Assert.False(region.Of(changed).ContainsAnyExcept((byte)0xFF));
        Assert.True(NeutralizationPlan.Create(after).IsEmpty);
        Assert.Empty(NeutralizationCheck.Measure(before, changed, KeyRing.Intel).Problems);
    }

    [Fact] // 2: a bare region of generation 1 is left as it is, and reported as done
    public void Defect_2_a_bare_region_of_generation_1_is_refused() =>
        AssertRefused(
            ImageAnalysis.Read(RealImages.Load("me-2.5.0.1094-amt-prd-rgn"), KeyRing.Intel), Plain,
            "give the full dump");

    [Fact] // 4, 5: ends are compared with the wrong limit, or not at all
    public void Defects_4_and_5_a_dump_that_is_cut_inside_the_code_partition_is_refused()
    {
        TestImage dump = TestImage.Gen2Dump();

        AssertRefused(dump.Cut(TestImage.RegionStart + 0x3000).Analyse(), Plain, "bytes, but the flash it describes");
        AssertRefused(TestImage.Gen2Region().Cut(0x3000).Analyse(), Plain, "ends past the ME region");
    }

    [Fact] // 4: relative ends pass an absolute limit in a full dump
    public void Defect_4_a_partition_that_ends_past_the_region_takes_nothing_of_its_neighbour()
    {
        TestImage dump = TestImage.Gen2Dump();
        int entry = dump.Region + 0x30 + 0x20 * 4; // NFTP
        dump.Put(entry + 0xC, 0xB000).FixTable(); // ends 0x1000 past the region

        byte[] changed = NeutralizationPlan.Create(dump.Analyse(), Plain).Apply(dump.Bytes);

        int end = TestImage.RegionStart + TestImage.RegionLength;
        Assert.Equal(dump.Bytes[end..], changed[end..]);
        Assert.False(changed.AsSpan(end - 0x1000, 0x1000).ContainsAnyExcept((byte)0xFF)); // 8: its own part goes
    }

    [Fact] // 6: only the manifest is checked
    public void Defect_6_a_changed_module_does_not_read_back_as_neutralized()
    {
        TestImage region = TestImage.Gen2Region();
        ImageAnalysis original = region.Analyse();
        byte[] changed = NeutralizationPlan.Create(original).Apply(region.Bytes);
        changed[0x2380] ^= 1; // inside BUP

        Assert.Contains(NeutralizationCheck.Measure(original, changed, TestKey.Ring).Problems,
            p => p.Contains("BUP", StringComparison.Ordinal));
    }

    [Fact] // 8: the entry goes, the code stays
    public void Defect_8_a_cut_neutralized_region_keeps_its_table()
    {
        byte[] region = RealImages.Load("linuxboot-blobs-xx30-me");
        ImageAnalysis image = ImageAnalysis.Read(region, KeyRing.Intel);

        Assert.True(NeutralizationPlan.Create(image, Plain).IsEmpty);
        Assert.True(NeutralizationPlan.Create(image, Plain with { Relocate = true, Truncate = true }).IsEmpty); // 10
    }

    [Fact] // 10: a second run with -r -t fails
    public void Defect_10_moving_twice_is_moving_once()
    {
        byte[] region = RealImages.Load("coreboot-google-link-me");
        NeutralizationOptions options = Plain with { Relocate = true, Truncate = true };
        byte[] once = NeutralizationPlan.Create(ImageAnalysis.Read(region, KeyRing.Intel), options).Apply(region);

        Assert.True(NeutralizationPlan.Create(ImageAnalysis.Read(once, KeyRing.Intel), options).IsEmpty);
    }

    [Fact] // 11: an image that is disabled already, and an erased region, leave variables undefined
    public void Defect_11_a_disabled_image_takes_any_option()
    {
        ImageAnalysis image = ImageAnalysis.Read(RealImages.Load("full-libreboot-x200-8mb"), KeyRing.Intel);

        ImagePlan plan = NeutralizationPlan.Create(image, Plain with { SetDisableBit = true, Truncate = true });

        Assert.True(plan.IsEmpty);
        Assert.Null(ExtractedRegion.Me(image, plan, image.Image.Span));
    }

    [Fact] // 12: chunks without a module that needs them
    public void Defect_12_a_code_partition_without_a_kept_module_is_refused()
    {
        TestImage region = TestImage.Gen2Region();
        region.Bytes[region.Manifest + 0x290 + 4] = (byte)'X';
        region.Bytes[region.Manifest + 0x2F0 + 4] = (byte)'X';

        AssertRefused(region.Sign().Analyse(), Plain, "no module that must stay");
    }

    [Fact] // 13: names that only begin like those of kept modules
    public void Defect_13_a_module_that_begins_like_a_kept_one_is_removed()
    {
        TestImage region = TestImage.Gen3Region();
        int entry = region.Region + TestImage.Ftpr + 0x10 + 0x18 * 7; // pm
        "bupx"u8.CopyTo(region.Bytes.AsSpan(entry));
        region.FixDirectory();

        byte[] changed = NeutralizationPlan.Create(region.Analyse(), Plain).Apply(region.Bytes);

        Assert.False(changed.AsSpan(0x3800, 0x100).ContainsAnyExcept((byte)0xFF));
    }

    private static void AssertRefused(ImageAnalysis image, NeutralizationOptions options, string sentence) =>
        Assert.Contains(sentence,
            Assert.Throws<PlanRefusedException>(() => NeutralizationPlan.Create(image, options)).Message,
            StringComparison.Ordinal);
}
