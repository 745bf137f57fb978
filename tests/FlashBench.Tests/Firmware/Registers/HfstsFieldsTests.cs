using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Registers;

public class HfstsFieldsTests
{
    [Fact]
    public void A_fused_notebook_of_ME_10_reads_as_reported()
    {
        var fuses = new Hfsts6(0x03C00EC9, MeMajor: 10);

        Assert.Equal((true, false, false, true), (fuses.ForceBootGuardAcm, fuses.CpuDebugDisabled,
            fuses.BspInitDisabled, fuses.ProtectBiosEnvironment));
        Assert.Equal((3, false, true, 0xF), (fuses.EnforcementPolicy, fuses.MeasuredBoot, fuses.VerifiedBoot,
            fuses.KeyManifestId));
        Assert.Equal((3, 0, 0, false), (fuses.AcmSvn, fuses.KeyManifestSvn, fuses.BootPolicySvn, fuses.FpfSocLock));
    }

    [Fact]
    public void The_HAP_sample_of_ME_11_is_locked_and_starts_no_boot_processor()
    {
        var fuses = new Hfsts6(0x40000004, MeMajor: 11);

        Assert.Equal((true, true, false), (fuses.BspInitDisabled, fuses.FpfSocLock, fuses.ForceBootGuardAcm));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(18)]
    public void Fuses_of_a_version_without_a_known_layout_are_unknown(int? major)
    {
        var fuses = new Hfsts6(uint.MaxValue, major);

        Assert.Equal((null, null, null), (fuses.ForceBootGuardAcm, fuses.VerifiedBoot, fuses.FpfSocLock));
        Assert.Equal((null, null, null), (fuses.EnforcementPolicy, fuses.KeyManifestId, fuses.ManufacturingLock));
    }

    [Theory]
    [InlineData(15, 0xF, null)]
    [InlineData(16, null, true)]
    [InlineData(17, null, true)]
    public void ME_16_took_a_bit_of_the_boot_policy_version(int major, int? svn, bool? isLocked)
    {
        var fuses = new Hfsts6(0x003C0000, major);

        Assert.Equal((svn, isLocked), (fuses.BootPolicySvn, fuses.ManufacturingLock));
    }

    [Theory]
    [InlineData(15, "manufacturing mode yes")]
    [InlineData(16, "host may write the descriptor yes")]
    [InlineData(18, "host may write the descriptor yes")]
    [InlineData(null, "manufacturing mode (ME 16 and later: host may write the descriptor) yes")]
    public void Bit_4_of_the_first_register_means_something_else_from_ME_16_on(int? major, string expected) =>
        Assert.Equal(expected, new Hfsts1(0x80022054).ManufacturingText(major));

    [Theory]
    [InlineData(0x20, "consumer")]
    [InlineData(0x30, "corporate")]
    [InlineData(0x50, "lite")]
    [InlineData(0x40, "unlisted (4)")]
    public void The_edition_is_named(int raw, string expected) =>
        Assert.Equal(expected, new Hfsts3((uint)raw, MeMajor: 11).SkuName);

    [Fact]
    public void ME_18_moved_the_debug_fuses_to_the_fifth_register()
    {
        var late = new Hfsts5(1u << 21 | 5u << 18 | 9u << 25 | 1u << 31, MeMajor: 18);

        Assert.Equal((true, false, 5, 9, true), (late.CpuDebugDisabled, late.BspInitDisabled, late.BootGuardProfile,
            late.Status, late.StartEnforcement));
        Assert.Null(new Hfsts5(late.Raw, MeMajor: 17).CpuDebugDisabled);
        Assert.Null(new Hfsts5(late.Raw, MeMajor: null).StartEnforcement);
    }

    [Fact]
    public void The_fifth_register_has_its_counts_and_bits()
    {
        var boot = new Hfsts5(1u | 1u << 1 | 0x15u << 3 | 1u << 8 | 0x55u << 9, MeMajor: 11);

        Assert.Equal((true, true, 0x15, true, 0x55), (boot.AcmActive, boot.IsValid, boot.ErrorStatus, boot.AcmDone,
            boot.TimeoutCount));
    }

    [Fact]
    public void The_third_and_fourth_register_mean_something_for_the_versions_that_define_them()
    {
        Assert.Equal(("corporate", true), (new Hfsts3(0x430, 11).SkuName, new Hfsts3(0x430, 11).IbbVerificationDone));
        Assert.Equal(("corporate", null), (new Hfsts3(0x430, 12).SkuName, new Hfsts3(0x430, 12).IbbVerificationDone));
        Assert.Equal("unknown", new Hfsts3(0x30, 8).SkuName);
        Assert.Equal((true, true, null), (new Hfsts4(0x5000, 11).StatusValid, new Hfsts4(0x5000, 11).TpmDisconnected,
            new Hfsts4(0x5000, 12).StatusValid));
    }

    [Fact]
    public void The_second_register_names_a_phase_only_when_the_generation_is_known_or_does_not_matter()
    {
        Assert.Equal(MePhase.Unlisted, new Hfsts2(0x304D0116, null).Phase);
        Assert.Equal(MePhase.HostCommunication, new Hfsts2(0x66002306, null).Phase);

        var removed = new Hfsts2(0x1632017A, MeGeneration.Two);
        Assert.Equal((true, true, true, true, true), (removed.InvokeMebx, removed.CpuReplaced, removed.MbpReady,
            removed.FileSystemFailure, removed.CpuReplacementValid));
        Assert.Equal((1, 0x32, "pseudo-global reset"), (removed.ClockProgramming, removed.State,
            removed.PowerEventName));
    }

    [Fact]
    public void The_CPU_tells_what_Boot_Guard_did()
    {
        var info = new BootGuardMsr(0x1_0000_005D);

        Assert.Equal((true, "TPM 2.0", true, true, false, true, false, true), (info.NoEvictMode,
            new BootGuardMsr(4).TpmTypeName, info.TpmSuccess, info.ForceBootGuardAcm, info.MeasuredBoot,
            info.VerifiedBoot, info.Revoked, info.IsCapable));
    }
}
