using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Audit;

public class AmtScoreTests
{
    private const int Yes = (int)Presence.Present, No = (int)Presence.Absent, Open = (int)Presence.Unknown;

    [Theory]
    [InlineData(Yes, Yes, Yes, Yes)]
    [InlineData(Yes, Yes, Open, Open)]
    [InlineData(Open, Yes, Yes, Open)]
    [InlineData(Yes, Open, Yes, Open)]
    [InlineData(Open, Open, Open, Open)]
    [InlineData(No, Yes, Yes, No)]
    [InlineData(Yes, No, Yes, No)]
    [InlineData(Yes, Yes, No, No)]
    [InlineData(Open, Open, No, No)]
    [InlineData(No, No, No, No)]
    public void Three_of_three_are_capable_and_one_absent_suffices(
        int processor, int network, int firmware, int expected)
    {
        var score = new AmtScore(Part(processor), Part(network), Part(firmware));

        Assert.Equal((Presence)expected, score.Verdict);
    }

    [Theory]
    [InlineData("", Presence.Unknown)]
    [InlineData(HostTexts.Core, Presence.Unknown)]
    [InlineData(HostTexts.Flags, Presence.Unknown)] // needed, but not enough
    [InlineData("flags\t\t: fpu vme de\n", Presence.Unknown)] // firmware hides flags
    [InlineData(HostTexts.Vpro, Presence.Present)]
    [InlineData(HostTexts.NoVpro, Presence.Absent)]
    [InlineData(HostTexts.Celeron, Presence.Absent)]
    [InlineData(HostTexts.Pentium, Presence.Absent)]
    [InlineData(HostTexts.Celeron + HostTexts.Vpro, Presence.Unknown)]
    [InlineData(HostTexts.Vpro + HostTexts.NoVpro, Presence.Unknown)]
    [InlineData(HostTexts.Celeron + HostTexts.Core, Presence.Unknown)]
    [InlineData("vPro: YES\n", Presence.Unknown)]
    public void The_processor_is_judged_by_the_host_text_alone(string text, Presence expected) =>
        Assert.Equal(expected, Score(TestImage.Gen2Dump(), text).Processor.Presence);

    [Theory]
    [InlineData("", Presence.Unknown)]
    [InlineData(HostTexts.LmNic, Presence.Present)]
    [InlineData(HostTexts.Wifi, Presence.Present)]
    [InlineData(HostTexts.Realtek + HostTexts.Qm77, Presence.Unknown)] // what a list lacks may still exist
    [InlineData(HostTexts.Nic, Presence.Present)]
    [InlineData(HostTexts.NoNic, Presence.Absent)]
    [InlineData(HostTexts.NoNic + HostTexts.Wifi, Presence.Unknown)]
    public void The_network_controller_is_absent_only_when_somebody_says_so(string text, Presence expected) =>
        Assert.Equal(expected, Score(TestImage.Gen2Dump(), text).Network.Presence);

    [Fact]
    public void A_GbE_region_means_that_a_wired_controller_is_designed_in()
    {
        TestImage image = TestImage.Gen2Dump().Put(0x40 + 12, 0x00120011);

        Assert.Equal(Presence.Present, Score(image, "").Network.Presence);
        Assert.Equal(Presence.Unknown, Score(image, HostTexts.NoNic).Network.Presence);
    }

    [Theory]
    [InlineData(0x13, Presence.Absent)] // consumer
    [InlineData(0x0A, Presence.Present)] // 5 MB corporate
    [InlineData(0x0F, Presence.Unknown)]
    public void Generation_2_tells_its_edition_in_the_SKU_block(byte type, Presence expected)
    {
        TestImage image = TestImage.Gen2Region();
        image.Bytes[image.Manifest + 0x290 + 4 * 0x60 + 8 + 4] = type;

        Assert.Equal(expected, Score(image.Sign(), "").Firmware.Presence);
    }

    [Theory]
    [InlineData(0u, 1u << 4, null, Presence.Absent)]
    [InlineData(1u << 2, 0u, null, Presence.Present)]
    [InlineData(1u << 2, 0u, 0x30u, Presence.Present)]
    [InlineData(0u, 1u << 4, 0x20u, Presence.Absent)]
    [InlineData(1u << 2, 0u, 0x20u, Presence.Unknown)] // image and register differ
    [InlineData(0u, 1u << 4, 0x30u, Presence.Unknown)]
    [InlineData(0u, 7u << 4, 0x30u, Presence.Present)]
    [InlineData(0u, 7u << 4, 0x50u, Presence.Absent)]
    [InlineData(0u, 7u << 4, 0x00u, Presence.Unknown)]
    [InlineData(0u, 7u << 4, uint.MaxValue, Presence.Unknown)]
    public void Generation_3_tells_its_edition_in_extension_and_register(
        uint capabilities, uint attributes, uint? third, Presence expected)
    {
        TestImage image = TestImage.Gen3Region();
        image.Put(image.Manifest + 0x284 + 8, capabilities).Put(image.Manifest + 0x284 + 0x28, attributes).Sign();
        var host = new HostFacts { Registers = new MeRegisters(0x1E000255, Hfsts3: third) };

        Assert.Equal(expected, AmtScore.Of(image.Analyse(), host).Firmware.Presence);
        if (third is not null)
        {
            HostFacts dead = host with { Registers = host.Registers with { Hfsts1 = uint.MaxValue } };
            Assert.Equal(
                AmtScore.Of(image.Analyse(), HostFacts.None).Firmware, AmtScore.Of(image.Analyse(), dead).Firmware);
        }
    }

    [Fact]
    public void An_edition_under_a_wrong_signature_says_nothing()
    {
        TestImage image = TestImage.Gen2Region();
        image.Bytes[image.Manifest + 0x190] ^= 1;

        Assert.Equal(Presence.Unknown, Score(image, "").Firmware.Presence);
    }

    [Theory]
    [InlineData("linuxboot-blobs-xx30-me", Presence.Present)]
    [InlineData("full-link-me8.0", Presence.Absent)]
    [InlineData("full-glados-asuka-me11.0", Presence.Absent)]
    [InlineData("tianocore-mefirmware-ignitionfirmware-meregion", Presence.Absent)] // server firmware
    [InlineData("full-fbg1701-txe2.0", Presence.Absent)]
    [InlineData("me-6.0.0.1126-ign-ibx-prd-rgn", Presence.Absent)]
    [InlineData("full-libreboot-x200-8mb", Presence.Unknown)] // no ME region
    public void Real_images_tell_their_edition(string id, Presence expected) => Assert.Equal(
        expected,
        AmtScore.Of(ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel), HostFacts.None).Firmware.Presence);

    private static AmtIngredient Part(int presence) => new("part", (Presence)presence, "");

    private static AmtScore Score(TestImage image, string text) => AmtScore.Of(image.Analyse(), HostText.Read(text));
}
