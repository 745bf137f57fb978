using FlashBench.Bench.Config;
using FlashBench.Bench.Regress;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using FlashBench.Simulation.Images;
using TestKey = FlashBench.Simulation.Images.TestKey;

namespace FlashBench.Tests.Regress;

public sealed class StaticCheckTests
{
    private static readonly KeyRing Keys = KeyRing.Intel.With("test", TestKey.FingerprintSha256);
    private static readonly byte[] Me8 = ImageGenerator.Create("me8", 0x80_0000);

    public static TheoryData<string, string, string> Sound => new()
    {
        { "me8", "virtual-me8", "AltMeDisable" },
        { "me10", "virtual-me10", "AltMeDisable" },
        { "me11", "virtual-me11", "HAP" },
    };

    [Theory]
    [MemberData(nameof(Sound))]
    public void A_sound_image_passes_every_stage_of_every_policy_and_the_bit_is_what_the_policy_claims(
        string kind, string profile, string bit)
    {
        var image = ImageAnalysis.Read(ImageGenerator.Create(kind, 0x80_0000), Keys);
        foreach (string policy in NeutralizationPolicy.Names)
        {
            StaticResult result = StaticCheck.Of(image, new StaticOrder(policy, Keys)
            {
                Profile = DutProfiles.Load(profile),
            });

            Assert.True(result.IsSound, result.Stages[^1].Text);
            Assert.Equal(
                ["audit", "plan", "neutralize", "re-inspect"], result.Stages.Select(stage => stage.Stage));
            Assert.Equal(policy == NeutralizationPolicy.None, result.ChangedBytes == 0);
            bool set = policy is NeutralizationPolicy.Purism or NeutralizationPolicy.HapOnly;
            Assert.Contains($"{bit} {(set ? "set" : "clear")}", result.Stages[^1].Text, StringComparison.Ordinal);
            Assert.Contains("signature valid", result.Stages[^1].Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_damaged_signature_is_refused_in_the_audit()
    {
        byte[] damaged = [.. Me8];
        var manifest = ImageAnalysis.Read(Me8, Keys).Me!.Code.Range;
        damaged[(int)manifest.Start + 0x90] ^= 1; // inside the signed part or the signature

        StaticResult result = StaticCheck.Of(
            ImageAnalysis.Read(damaged, Keys), new StaticOrder(NeutralizationPolicy.Purism, Keys));

        Assert.False(result.IsSound);
        Assert.Equal(("audit", StageEnd.Refused), (result.Stages[^1].Stage, result.Stages[^1].End));
        Assert.Null(result.ResultSha256);
    }

    [Fact]
    public void A_board_type_that_keeps_its_bit_elsewhere_is_refused_in_the_plan()
    {
        StaticResult result = StaticCheck.Of(
            ImageAnalysis.Read(Me8, Keys), new StaticOrder(NeutralizationPolicy.Purism, Keys)
            {
                Profile = DutProfiles.Load("virtual-me11"),
            });

        Assert.Equal(("plan", StageEnd.Refused), (result.Stages[^1].Stage, result.Stages[^1].End));
        Assert.Contains("pins the disable bit", result.Stages[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_alone_has_no_bit_to_set()
    {
        var dump = ImageAnalysis.Read(Me8, Keys);
        var region = ImageAnalysis.Read(
            Me8.AsMemory((int)dump.Me!.Region.Start, (int)dump.Me.Region.Length), Keys);

        StaticResult removal = StaticCheck.Of(region, new StaticOrder(NeutralizationPolicy.Purism, Keys));
        StaticResult bit = StaticCheck.Of(region, new StaticOrder(NeutralizationPolicy.HapOnly, Keys));

        Assert.True(removal.IsSound, removal.Stages[^1].Text);
        Assert.Equal(("plan", StageEnd.Refused), (bit.Stages[^1].Stage, bit.Stages[^1].End));
    }

    [Theory]
    [InlineData(0x9_3000u)]
    [InlineData(0x20_0000u)]
    [InlineData(0x1F_F000u)]
    [InlineData(0x50_0000u)]
    public void A_virtual_board_can_have_room_for_a_larger_region_and_is_as_sound(uint meBytes)
    {
        var image = ImageAnalysis.Read(ImageGenerator.Create("me8", 0x80_0000, meBytes), Keys);

        Assert.True(image.IsSound);
        Assert.True(image.Me!.Region.Length >= meBytes);
    }

    [Fact]
    public void No_virtual_board_has_a_region_that_leaves_no_BIOS() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageGenerator.Create("me8", 0x80_0000, 0x78_0000));
}
