using System.Security.Cryptography;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware;

/// <summary>Real images whose right result is known. Skipped where they are absent.</summary>
public class KnownAnswerTests
{
    // Answers by the option set that the policy equals; see the images' manifest.
    [Theory]
    [InlineData("me-6.0.0.1184-1.5mb-prd-rgn", "default")]
    [InlineData("coreboot-samsung-lumpy-me", "default")]
    [InlineData("coreboot-google-link-me", "default")]
    [InlineData("me-9.0.0.1287-1.5mb-prd-rgn", "default")]
    [InlineData("me-9.1.0.1015-1.5mb-prd-extr", "default")]
    [InlineData("mrchromebox-hsw-box-me", "default")]
    [InlineData("mrchromebox-bdw-box-me", "default")]
    [InlineData("mrchromebox-purism-librem-bdw-me", "default")]
    [InlineData("mrchromebox-intel-byt-me", "default")]
    [InlineData("coreboot-facebook-fbg1701-me", "default")]
    [InlineData("me-6.0.0.1126-ign-ibx-prd-rgn", "default")] // erased whole
    [InlineData("full-x201-me6.0-ignition", "S")]
    [InlineData("full-gen1-me2.5-amt", "py2-default")] // defect 1: Python 3 fails after the first change
    [InlineData("full-libreboot-x200-8mb", "default")] // disabled already
    [InlineData("full-fbg1701-txe2.0", "S")]
    [InlineData("full-lumpy-me7.1", "S")]
    [InlineData("full-t420-me7.1-realbios", "S")]
    [InlineData("full-link-me8.0", "S")]
    [InlineData("full-ga-z77x-ud5h-me8.1-overlap", "S")]
    [InlineData("full-samus-me10.0", "S")]
    [InlineData("full-librem-bdw-me10.0-cleaned", "S")]
    [InlineData("mrchromebox-glados-asuka-me", "w-MFS-EFFS")]
    [InlineData("me-11.6.31.3309-con-h-da-prd-extr", "w-MFS-EFFS")]
    [InlineData("mrchromebox-purism-librem-skl-me", "w-MFS-EFFS")]
    public void The_neutralized_image_is_byte_for_byte_the_known_answer(string id, string optionSet)
    {
        byte[] neutralized = Neutralize(RealImages.Load(id));

        Assert.Equal(RealImages.Answer(id, optionSet), Sha256(neutralized));
    }

    [Fact]
    public void ME_11_is_the_known_answer_and_the_HAP_bit()
    {
        byte[] image = RealImages.Load("full-glados-asuka-me11.0");

        byte[] neutralized = Neutralize(image);

        Assert.Equal("256d739862fe5658c04fe173bcdd6df0519fd7dcd2baae59992104912252015e", Sha256(neutralized));
        neutralized[0x102] = image[0x102];
        Assert.Equal(RealImages.Answer("full-glados-asuka-me11.0", "w-MFS-EFFS"), Sha256(neutralized));
    }

    // Reference 1.4: DLMP overlaps FTPR and MFS in ME 11.8; the known answer loses the head of the kept MFS.
    [Fact]
    public void A_kept_partition_is_not_touched_by_a_removed_one_that_overlaps_it()
    {
        const int mfs = 0xA8000, dlmpEnd = 0xA9000;
        byte[] image = RealImages.Load("mrchromebox-google-fizz-me");

        byte[] neutralized = Neutralize(image);

        Assert.Equal(image[mfs..0x10C000], neutralized[mfs..0x10C000]);
        neutralized.AsSpan(mfs..dlmpEnd).Fill(0xFF);
        Assert.Equal(RealImages.Answer("mrchromebox-google-fizz-me", "w-MFS-EFFS"), Sha256(neutralized));
    }

    [Theory]
    [MemberData(nameof(AllIds))]
    public void A_second_run_changes_nothing_whatever_the_policy(string id)
    {
        byte[] image = RealImages.Load(id);
        foreach (string policy in NeutralizationPolicy.Names)
        {
            if (TryNeutralize(image, policy) is not { } once)
                continue;
            bool isErased = once.Length < 0x1000000 && !once.AsSpan().ContainsAnyExcept((byte)0xFF);
            Assert.Equal(once, isErased ? once : TryNeutralize(once, policy));
        }
    }

    [Theory]
    [MemberData(nameof(AllIds))]
    public void Hap_only_changes_exactly_one_bit_of_the_whole_image_or_none(string id)
    {
        byte[] image = RealImages.Load(id);
        if (TryNeutralize(image, NeutralizationPolicy.HapOnly) is not { } changed)
            return;

        int bits = 0;
        for (int i = 0; i < image.Length; i++)
            bits += System.Numerics.BitOperations.PopCount((uint)(image[i] ^ changed[i]));
        ImageAnalysis before = ImageAnalysis.Read(image, KeyRing.Intel);
        bool generation1 = before.Pch is PchClass.Ich8 or PchClass.Ich9 or PchClass.Ich10;
        int expected = before.DisableBit is { IsSet: false } ? 1 : generation1 && before.Me is not null ? 2 : 0;
        Assert.Equal(expected, bits); // generation 1 has one bit in each of its two straps
    }

    [Theory]
    [InlineData("full-librem-bdw-me10.0-cleaned")]
    [InlineData("full-librem-skl-me11.0-cleaned")]
    [InlineData("mrchromebox-purism-librem-bdw-me")]
    [InlineData("mrchromebox-purism-librem-skl-me")]
    [InlineData("full-x230-heads-cleaned")] // relocated and cut; defect 10: me_cleaner fails on it
    [InlineData("linuxboot-blobs-xx30-me")] // the same region alone; defect 4: me_cleaner empties its table
    public void An_image_that_is_neutralized_already_has_an_empty_plan(string id)
    {
        byte[] image = RealImages.Load(id);
        var analysis = ImageAnalysis.Read(image, KeyRing.Intel);

        ImagePlan plan = NeutralizationPlan.Create(analysis);

        Assert.True(analysis.Me!.AlreadyNeutralized);
        Assert.True(plan.IsEmpty);
        Assert.Equal(image, plan.Apply(image));
    }

    [Theory]
    [InlineData("me-2.5.0.1094-amt-prd-rgn", "generation 1")] // defect 2: nothing done, but success reported
    [InlineData("coreboot-intel-emeraldlake2-me", "debug-signed")]
    [InlineData("tianocore-mefirmware-ignitionfirmware-meregion", "server firmware")]
    [InlineData("me-12.0.0.1058-con-lp-b-prd-extr", "HAP only")] // defect 9: removes what the start needs
    [InlineData("bad-ftpr-cut", "lies outside")] // defect 5
    [InlineData("bad-ftpr-sig-bitflip", "signature")] // defect 7: writes first
    [InlineData("bad-fpt-count-1000", "1000 entries")]
    [InlineData("bad-module-comp3", "compression")]
    [InlineData("bad-no-llut", "LLUT")]
    [InlineData("bad-full-cut-1.5m", "0x180000 bytes")] // defect 5
    [InlineData("bad-dasharo-protectli-vault-adl-p-me", "HAP only")]
    [InlineData("fuzz-fiano-36b09c92f6", "3 flash chips")]
    [InlineData("ifd-starlabsltd-starbook-mtl-flashdescriptor", "descriptor alone")]
    public void An_image_that_is_damaged_or_not_supported_is_refused_in_one_sentence(string id, string reason)
    {
        byte[] image = RealImages.Load(id);

        string message = Refusal(image);

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("me-6.0.0.1184-1.5mb-prd-rgn", "Intel ME 6", "6.0.0.1184", false)]
    [InlineData("full-lumpy-me7.1", "Intel ME 7/8", "7.1.40.1161", false)]
    [InlineData("full-link-me8.0", "Intel ME 7/8", "8.0.20.1513", false)]
    [InlineData("me-9.0.0.1287-1.5mb-prd-rgn", "Intel ME 9.0/9.1", "9.0.0.1287", false)]
    [InlineData("mrchromebox-hsw-box-me", "Intel ME 9.5/10", "9.5.13.1706", false)]
    [InlineData("full-samus-me10.0", "Intel ME 9.5/10", "10.0.38.1000", false)]
    [InlineData("full-glados-asuka-me11.0", "Intel ME 11", "11.0.10.1002", false)]
    [InlineData("linuxboot-blobs-xx30-me", "Intel ME 7/8", "8.1.72.3002", true)]
    public void Version_key_and_edition_are_read(string id, string key, string version, bool amt)
    {
        MeFirmware me = ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel).Me!;

        Assert.Equal(SignatureStatus.Valid, me.Code.Manifest.Signature);
        Assert.Equal(key, me.Code.Manifest.Key!.Name);
        Assert.Equal(version, me.Version.ToString());
        Assert.Equal(amt, me.Sku.AmtCapable);
    }

    [Theory]
    [InlineData("full-gen1-me2.5-amt", PchClass.Ich9)]
    [InlineData("full-x201-me6.0-ignition", PchClass.IbexPeak)]
    [InlineData("full-link-me8.0", PchClass.Series6And7)]
    [InlineData("full-samus-me10.0", PchClass.Series8And9)]
    [InlineData("full-fbg1701-txe2.0", PchClass.BayTrail)]
    [InlineData("full-glados-asuka-me11.0", PchClass.Series100And200)]
    [InlineData("ifd-mrchromebox-librem-cnl-librem-14-flashdescriptor", PchClass.Series300And400)]
    [InlineData("ifd-starlabsltd-starbook-tgl-flashdescriptor", PchClass.Series500)]
    [InlineData("ifd-dasharo-novacustom-nv4x-adl-descriptor", PchClass.Series600And700)]
    [InlineData("ifd-starlabsltd-starbook-mtl-flashdescriptor", PchClass.Unknown)] // a CSSO that no rule lists
    public void The_PCH_is_told_by_the_descriptor(string id, PchClass expected) =>
        Assert.Equal(expected, ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel).Pch);

    [Theory]
    [InlineData("full-link-me8.0")]
    [InlineData("full-samus-me10.0")]
    [InlineData("full-glados-asuka-me11.0")]
    [InlineData("full-x230-heads-cleaned")]
    public void A_read_back_of_the_planned_image_measures_as_neutralized(string id)
    {
        byte[] image = RealImages.Load(id);
        var original = ImageAnalysis.Read(image, KeyRing.Intel);

        var check = NeutralizationCheck.Measure(original, Neutralize(image), KeyRing.Intel);

        Assert.Empty(check.Problems);
        Assert.True(check.DisableBitSet);
        Assert.Empty(check.Modules.Except(["ROMP", "BUP", "rbe", "kernel", "syslib", "bup"]));
    }

    [Theory]
    [MemberData(nameof(AllIds))]
    public void A_cut_image_is_either_analysed_or_refused(string id)
    {
        byte[] image = RealImages.Load(id);
        var random = new Random(id.Length);

        for (int i = 0; i < 4; i++)
            Fuzzing.Survives(image[..random.Next(image.Length)], KeyRing.Intel);
    }

    public static TheoryData<string> AllIds => [.. RealImages.Ids];

    private static byte[] Neutralize(byte[] image) =>
        NeutralizationPlan.Create(ImageAnalysis.Read(image, KeyRing.Intel)).Apply(image);

    private static byte[]? TryNeutralize(byte[] image, string policy)
    {
        try
        {
            var analysis = ImageAnalysis.Read(image, KeyRing.Intel);
            return NeutralizationPlan.Create(analysis, NeutralizationPolicy.Resolve(policy, analysis)).Apply(image);
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            return null;
        }
    }

    private static string Refusal(byte[] image)
    {
        try
        {
            NeutralizationPlan.Create(ImageAnalysis.Read(image, KeyRing.Intel));
            return "";
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            return refusal.Message;
        }
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
