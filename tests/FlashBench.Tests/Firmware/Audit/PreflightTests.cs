using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Audit;

/// <summary>Each rule of the pre-flight list, triggered, clear and unknown.</summary>
public class PreflightTests
{
    private const uint Running = 0x1E000245;
    private static readonly PlannedWork Removal = new(PlannedChange.Removal);
    private static readonly PlannedWork BitOnly = new(PlannedChange.DisableBitOnly);

    [Fact]
    public void Every_rule_has_one_id_and_stands_in_one_order()
    {
        string[] ids = [.. ImageAudit.Of(TestImage.Gen2Dump().Analyse()).Rules.Select(r => r.Id)];

        Assert.Equal(29, ids.Length);
        Assert.Equal(ids, ids.Distinct());
        Assert.Equal(ids, ImageAudit.Of(TestImage.Gen3Region().Analyse()).Rules.Select(r => r.Id));
    }

    [Fact]
    public void A_sound_image_without_facts_refuses_nothing_and_claims_nothing_about_the_board()
    {
        var audit = ImageAudit.Of(TestImage.Gen3Dump().Analyse());

        Assert.Empty(audit.Refusals);
        string[] open =
        [
            "update-in-progress", "operation-mode", "working-state", "verified-boot", "enforcement-started",
            "timed-shutdown-policy", "manufacturing-mode", "s0ix-only",
        ];
        Assert.All(open, id => Assert.Equal(RuleState.Unknown, audit.Rules.Single(r => r.Id == id).State));
    }

    [Theory]
    [InlineData("double-read")]
    [InlineData("stock-baseline")]
    [InlineData("flash-restored-by-board")]
    [InlineData("restore-test")]
    public void What_needs_a_bench_is_not_examined_here(string id) =>
        Assert.Equal(RuleState.NotExamined, State(id, TestImage.Gen2Dump()));

    [Fact]
    public void Dump_size()
    {
        TestImage twoChips = TestImage.Gen2Dump();
        twoChips.Put(0x14, twoChips.Get(0x14) | 0x100);

        Assert.Equal(RuleState.Clear, State("dump-size", TestImage.Gen2Dump()));
        Assert.Equal(RuleState.Clear, State("dump-size", twoChips)); // chip 1 of 2
        Assert.Equal(RuleState.Triggered, State("dump-size", TestImage.Gen2Dump().Cut(0x7F000)));
        Assert.Equal(RuleState.Unknown, State("dump-size", TestImage.Gen2Region()));
    }

    [Fact]
    public void Signature_and_soundness()
    {
        TestImage damaged = TestImage.Gen2Dump();
        damaged.Bytes[damaged.Manifest + 0x190] ^= 1;
        TestImage table = TestImage.Gen2Dump();
        table.Bytes[table.Region + 0x1B] ^= 1;
        var foreign = ImageAudit.Of(ImageAnalysis.Read(TestImage.Gen2Dump().Bytes, KeyRing.Intel));

        Assert.Equal(RuleState.Clear, State("signature", TestImage.Gen2Dump()));
        Assert.Equal(RuleState.Triggered, State("signature", damaged));
        Assert.Equal(RuleState.Triggered, foreign.Rules.Single(r => r.Id == "signature").State);
        Assert.Equal(RuleState.Unknown, State("signature", NoMe()));
        Assert.Equal(RuleState.Clear, State("image-unsound", TestImage.Gen2Dump()));
        Assert.Equal(RuleState.Triggered, State("image-unsound", table));
        Assert.Equal(RuleState.Unknown, State("image-unsound", NoMe()));
    }

    [Fact]
    public void Code_extent()
    {
        Assert.Equal(RuleState.Clear, State("code-extent", TestImage.Gen2Region()));
        Assert.Equal(RuleState.Triggered, State("code-extent", TestImage.Gen2Region().Cut(0x4800)));
        Assert.Equal(RuleState.Unknown, State("code-extent", NoMe()));
    }

    [Theory]
    [InlineData("full-link-me8.0", RuleState.Clear, RuleState.Clear)]
    [InlineData("full-glados-asuka-me11.0", RuleState.Clear, RuleState.Clear)]
    [InlineData("full-gen1-me2.5-amt", RuleState.Clear, RuleState.Clear)]
    [InlineData("mrchromebox-google-fizz-me", RuleState.Unknown, RuleState.Clear)]
    [InlineData("ifd-mrchromebox-librem-cnl-librem-14-flashdescriptor", RuleState.Unknown, RuleState.Unknown)]
    [InlineData("ifd-starlabsltd-starbook-mtl-flashdescriptor", RuleState.Triggered, RuleState.Unknown)]
    [InlineData("ifd-starlabsltd-starbook-tgl-flashdescriptor", RuleState.Unknown, RuleState.Clear)]
    public void Place_of_the_disable_bit_and_platform(string id, RuleState place, RuleState platform)
    {
        var audit = ImageAudit.Of(ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel));

        Assert.Equal(place, audit.Rules.Single(r => r.Id == "disable-bit-place").State);
        Assert.Equal(platform, audit.Rules.Single(r => r.Id == "unsupported-platform").State);
    }

    [Theory]
    [InlineData(0x13, 0u)] // Apollo Lake
    [InlineData(0x17, 0u)] // Gemini Lake
    [InlineData(0x82, 0x03u << 16 | 0x60u << 2)] // Panther Lake
    public void Platforms_without_a_known_bit_are_refused(int straps, uint flmap2)
    {
        TestImage image = TestImage.Gen3Dump();
        image.Put(0x18, (image.Get(0x18) & 0xFFFFFF) | (uint)straps << 24).Put(0x1C, flmap2);
        if (flmap2 != 0)
            image.Put(0xEFC, 0x00F002DF);

        Assert.Equal(RuleState.Triggered, State("unsupported-platform", image));
        Assert.Equal(RuleState.Triggered, State("disable-bit-place", image));
    }

    [Theory]
    [InlineData(11, 8, RuleState.Clear)]
    [InlineData(12, 0, RuleState.Clear)]
    [InlineData(13, 0, RuleState.Triggered)] // Ice Lake
    [InlineData(13, 50, RuleState.Clear)] // Jasper Lake
    [InlineData(18, 0, RuleState.Clear)]
    [InlineData(19, 0, RuleState.Triggered)]
    public void Versions_of_platforms_without_a_known_bit_are_refused(int major, int minor, RuleState expected) =>
        Assert.Equal(expected, State("unsupported-platform", Versioned(TestImage.Gen3Region(), major, minor)));

    [Fact]
    public void Removal_from_ME_12()
    {
        Assert.Equal(RuleState.Triggered,
            State("removal-from-me-12", Versioned(TestImage.Gen3Region(), 12, 0), work: Removal));
        Assert.Equal(RuleState.Clear,
            State("removal-from-me-12", Versioned(TestImage.Gen3Region(), 12, 0), work: BitOnly));
        Assert.Equal(RuleState.Clear, State("removal-from-me-12", TestImage.Gen3Region(), work: Removal));
        Assert.Equal(RuleState.Unknown, State("removal-from-me-12", NoMe(), work: Removal));
        Assert.Equal(PlannedChange.DisableBitOnly,
            PlannedWork.DefaultFor(Versioned(TestImage.Gen3Region(), 12, 0).Analyse()).Change);
    }

    [Fact]
    public void Descriptor_hash()
    {
        Assert.Equal(RuleState.Clear, State("descriptor-hash", TestImage.Gen3Region()));
        Assert.Equal(RuleState.Unknown, State("descriptor-hash", Versioned(TestImage.Gen3Region(), 15, 0)));
        Assert.Equal(RuleState.Unknown, State("descriptor-hash", NoMe()));
        Assert.Equal(RuleState.Clear, HashRule(TestIfwi.New()));
        Assert.Equal(RuleState.Triggered,
            HashRule(TestIfwi.New().Put(TestIfwi.Manifest + TestIfwi.ManifestHeader, 0x17).Fix()));

        static RuleState HashRule(TestIfwi region) =>
            ImageAudit.Of(region.Analyse()).Rules.Single(r => r.Id == "descriptor-hash").State;
    }

    [Fact]
    public void Server_firmware()
    {
        var image = ImageAnalysis.Read(
            RealImages.Load("tianocore-mefirmware-ignitionfirmware-meregion"), KeyRing.Intel);

        Assert.Equal(RuleState.Triggered, ImageAudit.Of(image).Rules.Single(r => r.Id == "server-firmware").State);
    }

    [Fact]
    public void Server_firmware_by_register_and_key()
    {
        Assert.Equal(RuleState.Triggered, State("server-firmware", TestImage.Gen2Region(), At(0x000F0382)));
        Assert.Equal(RuleState.Clear, State("server-firmware", TestImage.Gen2Region()));
        Assert.Equal(RuleState.Unknown, State("server-firmware", NoMe()));
    }

    [Fact]
    public void Pre_production()
    {
        TestImage debug = TestImage.Gen2Region();
        debug.Put(debug.Manifest + 0xC, 0x80000000).Sign();
        TestImage bypass = TestImage.Gen3Region();
        bypass.Put(0x10 + 6 * 0x20 + 8, 0xB000).Put(0x10 + 6 * 0x20 + 0xC, 0x1000)
            .Put(0x10 + 6 * 0x20 + 0x1C, 0).FixTable();

        Assert.Equal(RuleState.Triggered, State("pre-production", debug));
        Assert.Equal(RuleState.Triggered, State("pre-production", bypass));
        Assert.Equal(RuleState.Clear, State("pre-production", TestImage.Gen3Region())); // ROMB without data
        Assert.Equal(RuleState.Unknown, State("pre-production", NoMe()));
    }

    [Fact]
    public void Deguard()
    {
        TestImage clear = Deguarded(hap: false), set = Deguarded(hap: true), without = Deguarded(hap: true);
        without.Put(without.Region + 0x10 + 4 * 0x20 + 8, 0).Put(without.Region + 0x10 + 4 * 0x20 + 0xC, 0).FixTable();

        Assert.Equal(RuleState.Triggered, State("deguard", clear));
        Assert.Equal(RuleState.Clear, State("deguard", set));
        Assert.Equal(RuleState.Triggered, State("deguard", without));
        Assert.Equal(RuleState.Clear, State("deguard", TestImage.Gen3Dump()));
        Assert.Equal(RuleState.Unknown, State("deguard", NoMe()));
    }

    [Theory]
    [InlineData("update-in-progress", Running | 1u << 11, RuleState.Triggered)]
    [InlineData("update-in-progress", Running, RuleState.Clear)]
    [InlineData("operation-mode", 0x1E020191u, RuleState.Triggered)]
    [InlineData("operation-mode", 0x1E030245u, RuleState.Triggered)]
    [InlineData("operation-mode", Running, RuleState.Clear)]
    [InlineData("working-state", 0x00003006u, RuleState.Triggered)]
    [InlineData("working-state", 0x00000008u, RuleState.Triggered)]
    [InlineData("working-state", Running, RuleState.Clear)]
    [InlineData("manufacturing-mode", Running | 1u << 4, RuleState.Triggered)]
    [InlineData("manufacturing-mode", Running, RuleState.Clear)]
    public void Rules_that_HFSTS1_decides(string id, uint first, RuleState expected)
    {
        Assert.Equal(expected, State(id, TestImage.Gen3Dump().Put(0x100, 0), At(first)));
        Assert.All([0u, uint.MaxValue],
            dead => Assert.Equal(RuleState.Unknown, State(id, TestImage.Gen3Dump(), At(dead))));
        Assert.Equal(RuleState.Unknown, State(id, TestImage.Gen3Dump()));
    }

    [Theory]
    [InlineData("working-state", "Platform Disable Wait", "Normal", "Image Failure")]
    [InlineData("working-state", "Invalid CPU Plugged In", "Normal", "No Error")]
    [InlineData("operation-mode", "Normal", "Security Override via Jumper", "No Error")]
    public void A_console_of_the_stock_board_in_words_refuses_like_the_register(
        string id, string working, string mode, string error)
    {
        string text = $"ME: Current Working State   : {working}\nME: Current Operation Mode  : {mode}\n" +
            $"ME: Error Code              : {error}\n";

        Assert.Equal(RuleState.Triggered, State(id, TestImage.Gen2Dump(), HostText.Read(text)));
    }

    [Fact]
    public void One_armed_sample_among_running_ones_refuses()
    {
        HostFacts host = HostText.Read("HFSTS1: 0x1E000255\nHFSTS1: 0x00003006\nHFSTS1: 0x1E000255\n");

        Assert.Null(host.Registers.Hfsts1);
        Assert.Equal(RuleState.Triggered, State("working-state", TestImage.Gen2Dump(), host));
    }

    [Fact]
    public void Server_firmware_among_samples_that_differ_refuses() => Assert.Equal(
        RuleState.Triggered,
        State("server-firmware", TestImage.Gen2Dump(), HostText.Read("HFSTS1: 0x000F0382\nHFSTS1: 0x000F0345\n")));

    [Fact]
    public void A_board_whose_bit_is_set_already_is_expected_to_be_halted()
    {
        TestImage image = TestImage.Gen3Dump();
        image.Put(0x100, image.Get(0x100) | 1u << 16);

        Assert.Equal(RuleState.Clear, State("operation-mode", image, At(0x80022004)));
        Assert.Equal(RuleState.Triggered, State("operation-mode", image, At(0x80032004)));
    }

    [Theory]
    [InlineData(HostTexts.Hm70 + HostTexts.Core, RuleState.Triggered)]
    [InlineData(HostTexts.Hm70 + HostTexts.Celeron, RuleState.Clear)]
    [InlineData(HostTexts.Hm70 + HostTexts.Pentium, RuleState.Clear)]
    [InlineData(HostTexts.Hm70, RuleState.Unknown)]
    [InlineData(HostTexts.Qm77 + HostTexts.Core, RuleState.Clear)]
    [InlineData(HostTexts.Core, RuleState.Unknown)]
    [InlineData("", RuleState.Unknown)]
    public void HM70_allows_Pentium_and_Celeron_only(string text, RuleState expected) =>
        Assert.Equal(expected, State("hm70-processor", TestImage.Gen2Dump(), HostText.Read(text)));

    [Theory]
    [InlineData("1e5e", "1e5f")]
    [InlineData("HM70", "HM76")]
    public void HM70_whose_number_and_name_differ_is_unknown(string whole, string damaged) =>
        Assert.Equal(RuleState.Unknown, State("hm70-processor", TestImage.Gen2Dump(),
            HostText.Read(HostTexts.Hm70.Replace(whole, damaged, StringComparison.Ordinal) + HostTexts.Core)));

    [Fact]
    public void Another_PCH_is_no_HM70() =>
        Assert.Equal(RuleState.Clear, State("hm70-processor", TestImage.Gen3Dump()));

    [Theory]
    [InlineData(1, 1, true, false, RuleState.Triggered)]
    [InlineData(1, 1, false, true, RuleState.Triggered)] // the bit only, but the BIOS is replaced
    [InlineData(1, 1, false, false, RuleState.Clear)]
    [InlineData(0, 1, true, false, RuleState.Clear)]
    [InlineData(1, 0, true, false, RuleState.Clear)]
    [InlineData(null, 1, true, false, RuleState.Unknown)]
    [InlineData(1, null, true, false, RuleState.Unknown)]
    [InlineData(null, null, true, false, RuleState.Unknown)]
    public void Verified_Boot_that_is_fused_allows_the_bit_only(
        int? verified, int? locked, bool removes, bool replacesBios, RuleState expected)
    {
        HostFacts host = Fused((FuseItem.VerifiedBoot, verified), (FuseItem.FpfLock, locked));
        var work = new PlannedWork(removes ? PlannedChange.Removal : PlannedChange.DisableBitOnly, replacesBios);

        Assert.Equal(expected, State("verified-boot", TestImage.Gen3Dump(), host, work));
        Assert.Equal(RuleState.Clear, State("verified-boot", TestImage.Gen2Dump(), host, work)); // ME 8
    }

    [Fact]
    public void Verified_Boot_that_sources_contradict_is_unknown()
    {
        HostFacts host = Fused((FuseItem.VerifiedBoot, 1), (FuseItem.VerifiedBoot, 0), (FuseItem.FpfLock, 1));

        Assert.Equal(RuleState.Unknown, State("verified-boot", TestImage.Gen3Dump(), host, Removal));
    }

    [Fact]
    public void A_BIOS_is_replaced_only_under_a_known_policy()
    {
        var work = new PlannedWork(PlannedChange.None, ReplacesBios: true);
        const string id = "bios-replaced-policy-unknown";

        Assert.Equal(RuleState.Triggered, State(id, TestImage.Gen3Dump(), work: work));
        Assert.Equal(RuleState.Clear, State(id, TestImage.Gen3Dump(), Fused((FuseItem.EnforcementPolicy, 0)), work));
        Assert.Equal(RuleState.Clear, State(id, TestImage.Gen2Dump(), work: work));
        Assert.Equal(RuleState.Clear, State(id, TestImage.Gen3Dump(), work: BitOnly));
    }

    [Theory]
    [InlineData(1, RuleState.Triggered)]
    [InlineData(3, RuleState.Clear)]
    [InlineData(null, RuleState.Unknown)]
    public void A_policy_of_thirty_minutes_is_a_warning(int? policy, RuleState expected) => Assert.Equal(
        expected, State("timed-shutdown-policy", TestImage.Gen3Dump(), Fused((FuseItem.EnforcementPolicy, policy))));

    [Theory]
    [InlineData(Running, 0x80000100u, RuleState.Triggered)]
    [InlineData(Running, 0x101u, RuleState.Clear)]
    [InlineData(Running, uint.MaxValue, RuleState.Unknown)]
    [InlineData(uint.MaxValue, 0x101u, RuleState.Unknown)]
    public void An_enforcement_that_has_started_is_refused(uint first, uint fifth, RuleState expected) => Assert.Equal(
        expected, State("enforcement-started", TestImage.Gen3Dump(),
            new HostFacts { Registers = new MeRegisters(first, Hfsts5: fifth) }));

    [Fact]
    public void Editions()
    {
        TestImage slim = TestImage.Gen3Region(), corporate = TestImage.Gen3Region(), other = TestImage.Gen3Region();
        slim.Put(slim.Manifest + 0x284 + 0x28, 2 << 4).Sign();
        corporate.Put(corporate.Manifest + 0x284 + 0x28, 0).Put(corporate.Manifest + 0x284 + 8, 4).Sign();
        other.Put(other.Manifest + 0x284 + 0x28, 7 << 4).Sign();

        Assert.Equal(
            [RuleState.Triggered, RuleState.Clear, RuleState.Unknown],
            new[] { slim, corporate, other }.Select(image => State("slim-edition", image)));
        Assert.Equal(
            [RuleState.Clear, RuleState.Triggered, RuleState.Unknown],
            new[] { slim, corporate, other }.Select(image => State("amt-provisioned", image)));
    }

    [Theory]
    [InlineData(HostTexts.OnlyS2Idle, RuleState.Triggered)]
    [InlineData(HostTexts.Deep, RuleState.Clear)]
    [InlineData(HostTexts.Deep + HostTexts.OnlyS2Idle, RuleState.Unknown)]
    [InlineData("", RuleState.Unknown)]
    public void S0ix_only_is_a_warning(string text, RuleState expected) =>
        Assert.Equal(expected, State("s0ix-only", TestImage.Gen2Dump(), HostText.Read(text)));

    [Theory]
    [InlineData(HostTexts.LmNic, RuleState.Triggered)]
    [InlineData(HostTexts.VNic, RuleState.Clear)]
    [InlineData(HostTexts.Realtek, RuleState.Unknown)]
    [InlineData("", RuleState.Unknown)]
    public void An_LM_controller_is_a_warning(string text, RuleState expected)
    {
        TestImage wired = TestImage.Gen2Dump().Put(0x40 + 12, 0x00120011);

        Assert.Equal(expected, State("lm-network", wired, HostText.Read(text)));
        Assert.Equal(expected, State("lm-network", TestImage.Gen2Region(), HostText.Read(text)));
    }

    [Fact]
    public void Without_a_GbE_region_there_is_no_LM_controller() =>
        Assert.Equal(RuleState.Clear, State("lm-network", TestImage.Gen2Dump()));

    [Theory]
    [InlineData(0x0A0B0000u, RuleState.Clear)]
    [InlineData(0xFFFF0000u, RuleState.Triggered)]
    public void An_open_descriptor_is_a_warning(uint host, RuleState expected)
    {
        TestImage image = TestImage.Gen2Dump().Put(0x60, host).Put(0x64, 0x0C0D0000).Put(0x68, 0);

        Assert.Equal(expected, State("descriptor-open", image));
        Assert.Equal(RuleState.Unknown, State("descriptor-open", TestImage.Gen2Region()));
    }

    private static RuleState State(
        string id, TestImage image, HostFacts? host = null, PlannedWork? work = null) =>
        ImageAudit.Of(image.Analyse(), host, work).Rules.Single(r => r.Id == id).State;

    private static HostFacts At(uint first) => new() { Registers = new MeRegisters(first) };

    private static HostFacts Fused(params (FuseItem Item, int? Value)[] fuses) => new()
    {
        Fuses =
        [
            .. fuses.Where(f => f.Value is not null).Select(f =>
                new FuseReading(f.Item, (uint)f.Value!.Value, FuseSource.MeInfoFpf)),
        ],
    };

    private static TestImage Versioned(TestImage image, int major, int minor) =>
        image.Put(image.Manifest + 0x24, (uint)(major | minor << 16)).Sign();

    private static TestImage Deguarded(bool hap)
    {
        TestImage image = TestImage.Gen3Dump();
        image.Put(0x100, hap ? 1u << 16 : 0).Put(image.Manifest + 0x28, 1126u << 16);
        return Versioned(image, 11, 6);
    }

    // A dump whose descriptor states no ME region.
    private static TestImage NoMe() => TestImage.Gen2Dump().Put(0x40 + 8, 0x1FFF);
}
