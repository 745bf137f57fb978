using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

public class NeutralizationCheckTests
{
    private static readonly ImageAnalysis Original = Blanked().Analyse();
    private static readonly byte[] Written = NeutralizationPlan.Create(Original).Apply(Original.Image.Span);

    [Fact]
    public void The_planned_image_measures_as_neutralized()
    {
        var check = Measure(Written);

        Assert.Empty(check.Problems);
        Assert.True(check.IsNeutralized);
        Assert.Equal(["FTPR"], check.Partitions);
        Assert.Equal(["ROMP", "BUP"], check.Modules);
        Assert.Equal((0x00410044u, 0x004100C4u), (check.StrapBefore, check.StrapAfter));
        Assert.Equal((true, true), (check.DisableBitSet, check.OnlyDisableBitDiffers));
        Assert.Equal((SignatureStatus.Valid, 67_000L), (check.Signature, check.ProgrammedBytesMax));
        Assert.InRange(check.ProgrammedBytes, 1, check.OriginalProgrammedBytes - 1);
    }

    [Fact]
    public void The_original_itself_does_not()
    {
        var check = Measure(Original.Image.ToArray());

        Assert.Contains("AltMeDisable is not set", check.Problems);
        Assert.Contains(check.Problems, p => p.EndsWith("remove partition NFTP", StringComparison.Ordinal));
        Assert.Contains("KERNEL", check.Modules);
        Assert.All(check.Kept, kept => Assert.True(kept.IsEqual));
    }

    [Fact]
    public void One_flipped_bit_in_any_kept_range_is_found()
    {
        foreach (KeptRange kept in NeutralizationPlan.Create(Original).Kept)
        {
            byte[] actual = [.. Written];
            actual[(int)(kept.Range.Start + kept.Range.End) / 2] ^= 0x04;

            var check = Measure(actual);

            Assert.Contains(check.Kept, k => k.Name == kept.Name && !k.IsEqual);
            Assert.False(check.IsNeutralized);
        }
    }

    [Theory]
    [InlineData(0x00410044u, false, true)] // cleared again
    [InlineData(0x004100C5u, true, false)] // another bit with it
    [InlineData(0xFFFFFFFFu, true, false)]
    public void Exactly_the_disable_bit_must_differ(uint strap, bool isSet, bool only)
    {
        byte[] actual = [.. Written];
        BitConverter.GetBytes(strap).CopyTo(actual, 0x128);

        var check = Measure(actual);

        Assert.Equal((isSet, only), (check.DisableBitSet, check.OnlyDisableBitDiffers));
        Assert.False(check.IsNeutralized);
    }

    [Fact]
    public void No_bit_differs_when_it_was_set_already()
    {
        ImageAnalysis original = Blanked().Put(0x128, 0x004100C4).Analyse();

        var check = NeutralizationCheck.Measure(
            original, NeutralizationPlan.Create(original).Apply(original.Image.Span), TestKey.Ring);

        Assert.Equal((true, true, true), (check.DisableBitSet, check.OnlyDisableBitDiffers, check.IsNeutralized));
    }

    [Theory]
    [InlineData(TestImage.Nftp + 0x10, "remove partition NFTP")]
    [InlineData(TestImage.Ftpr + 0x3000, "remove module HOSTCOMM from FTPR")]
    [InlineData(0x2700, "remove module KERNEL from FTPR")]
    [InlineData(0x2FFF + 0x100, "remove unused chunks from FTPR")]
    public void One_byte_that_came_back_is_found_though_no_table_names_it(int at, string rule)
    {
        byte[] actual = [.. Written];
        actual[TestImage.RegionStart + at] = 0x00;

        Assert.Contains(Measure(actual).Problems, p => p.EndsWith(rule, StringComparison.Ordinal));
    }

    [Theory] // ME 6 may keep 40,000 bytes; the stray content lies where no partition does
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void More_content_than_the_version_may_keep_is_a_problem(bool stray, bool expected)
    {
        TestImage dump = stray ? TestImage.Gen2Dump() : Blanked();
        dump.Put(0x18, 0x10100206).Put(0x1C, 0); // a 5-series descriptor
        dump.Put(dump.Manifest + 0x24, 6).Put(dump.Manifest + 0x290 + 4 * 0x60 + 8, 0x00001C70).Sign();
        ImageAnalysis original = dump.Analyse();
        byte[] written = NeutralizationPlan.Create(original).Apply(dump.Bytes);

        var check = NeutralizationCheck.Measure(original, written, TestKey.Ring);

        Assert.Equal(40_000, check.ProgrammedBytesMax);
        Assert.Equal(expected, check.IsNeutralized);
    }

    [Fact]
    public void A_damaged_signature_is_a_problem()
    {
        byte[] actual = [.. Written];
        actual[TestImage.RegionStart + TestImage.Ftpr + 0x200] ^= 1;

        var check = Measure(actual);

        Assert.Equal(SignatureStatus.Invalid, check.Signature);
        Assert.False(check.IsNeutralized);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x20)]
    [InlineData(0x1100)]
    [InlineData(TestImage.FlashLength - 1)]
    public void Any_read_back_is_measured_and_a_short_one_never_passes(int length) =>
        Assert.False(Measure(Written[..length]).IsNeutralized);

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_blank_chip_never_passes(byte fill)
    {
        byte[] actual = new byte[Written.Length];
        actual.AsSpan().Fill(fill);

        Assert.False(Measure(actual).IsNeutralized);
    }

    [Fact]
    public void The_kept_file_system_of_ME_11_does_not_count_as_content()
    {
        TestImage dump = TestImage.Gen3Dump();
        ImageAnalysis original = dump.Analyse();
        byte[] written = NeutralizationPlan.Create(original).Apply(dump.Bytes);

        var check = NeutralizationCheck.Measure(original, written, TestKey.Ring);
        written.AsSpan(TestImage.RegionStart + TestImage.Mfs, 0x2000).Fill(0xFF);
        var emptied = NeutralizationCheck.Measure(original, written, TestKey.Ring);

        Assert.Empty(check.Problems);
        Assert.Equal(check.ProgrammedBytes, emptied.ProgrammedBytes);
        Assert.Contains(emptied.Kept, k => k.Name == "MFS" && !k.IsEqual);
    }

    [Fact]
    public void A_bare_region_has_no_strap_to_measure()
    {
        ImageAnalysis original = TestImage.Gen2Region().Analyse();

        var check = NeutralizationCheck.Measure(
            original, NeutralizationPlan.Create(original).Apply(original.Image.Span), TestKey.Ring);

        Assert.Equal((null, null, null), (check.StrapBefore, check.DisableBitSet, check.OnlyDisableBitDiffers));
        Assert.True(check.IsNeutralized);
    }

    [Theory]
    [InlineData(0x00000000u)]
    [InlineData(0xFFFF0000u)]
    public void Access_rights_that_do_not_read_back_are_found(uint rights)
    {
        const int flmstr2 = 0x64;
        var options = new NeutralizationOptions
        {
            Policy = NeutralizationPolicy.MeCleaner,
            SetDisableBit = true,
            LimitAccess = true,
        };
        byte[] actual = NeutralizationPlan.Create(Original, options).Apply(Original.Image.Span);

        Assert.Empty(NeutralizationCheck.Measure(Original, options, actual, TestKey.Ring).Problems);
        BitConverter.GetBytes(rights).CopyTo(actual, flmstr2);
        Assert.Contains(NeutralizationCheck.Measure(Original, options, actual, TestKey.Ring).Problems,
            p => p.Contains("FLMSTR2", StringComparison.Ordinal));
    }

    [Theory] // the two straps, and FLREG2
    [InlineData(0x100)]
    [InlineData(0x200)]
    [InlineData(0x048)]
    public void A_word_of_generation_1_that_does_not_read_back_is_found(int word)
    {
        byte[] dump = RealImages.Load("full-gen1-me2.5-amt");
        ImageAnalysis original = ImageAnalysis.Read(dump, KeyRing.Intel);
        byte[] actual = NeutralizationPlan.Create(original).Apply(dump);

        Assert.Empty(NeutralizationCheck.Measure(original, actual, KeyRing.Intel).Problems);
        dump.AsSpan(word, 4).CopyTo(actual.AsSpan(word));
        Assert.False(NeutralizationCheck.Measure(original, actual, KeyRing.Intel).IsNeutralized);
    }

    // Defect 8 of me_cleaner: it drops a partition from the table and leaves its code.
    [Theory]
    [InlineData(0x12, false)]
    [InlineData(0xFF, true)]
    public void A_region_with_more_than_removal_leaves_is_not_neutralized(byte fill, bool isNeutralized)
    {
        ImageAnalysis original = TestImage.Gen2Region().Analyse();
        byte[] rest = new byte[0x10000];
        rest.AsSpan().Fill(fill);
        byte[] region = [.. NeutralizationPlan.Create(original).Apply(original.Image.Span), .. rest];

        ImageAnalysis image = ImageAnalysis.Read(region, TestKey.Ring);

        Assert.Equal(isNeutralized, image.Me!.AlreadyNeutralized);
        Assert.Equal(!isNeutralized, image.Findings.Any(
            f => f.Severity == FindingSeverity.Warning && f.Text.Contains("remain", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_the_default_policy_leaves_of_a_real_region_is_neutralized(string id)
    {
        ImageAnalysis? original = Stock(RealImages.Load(id));
        if (original is null)
            return;

        byte[] clean = NeutralizationPlan.Create(original).Apply(original.Image.Span);

        Assert.True(ImageAnalysis.Read(clean, KeyRing.Intel).Me!.AlreadyNeutralized);
    }

    public static TheoryData<string> Ids => [.. RealImages.Ids];

    private static ImageAnalysis? Stock(byte[] bytes)
    {
        try
        {
            ImageAnalysis image = ImageAnalysis.Read(bytes, KeyRing.Intel);
            return image is { IsSound: true, Me.IsRemovable: true } ? image : null;
        }
        catch (ImageFormatException)
        {
            return null; // one of the damaged images
        }
    }

    private static NeutralizationCheck Measure(byte[] actual) =>
        NeutralizationCheck.Measure(Original, actual, TestKey.Ring);

    // Real regions are blank where no partition lies.
    private static TestImage Blanked()
    {
        TestImage dump = TestImage.Gen2Dump();
        dump.Bytes.AsSpan(TestImage.RegionStart + 0x9000, 0x7000).Fill(0xFF);
        dump.Bytes.AsSpan(TestImage.RegionStart + 0x5000, 0x1000).Fill(0xFF);
        return dump;
    }
}
