using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Audit;

public class FuseReportTests
{
    private const uint Running = 0x1E000255;

    [Fact]
    public void The_register_of_a_laptop_with_verified_boot_is_decoded()
    {
        FuseReport fuses = Of(Me(9, 5), new MeRegisters(Running, Hfsts6: 0x03C00EC9));

        Assert.Equal(
            [1u, 0u, 0u, 1u, 3u, 0u, 1u, 0xFu, null, 0u, 0u, 0u], fuses.Items.Select(f => f.Value));
        Assert.Equal("3: immediate shutdown", fuses[FuseItem.EnforcementPolicy].Meaning);
    }

    [Theory]
    [InlineData(FuseItem.ForceBootGuardAcm, 1u << 0, 1)]
    [InlineData(FuseItem.CpuDebugDisabled, 1u << 1, 1)]
    [InlineData(FuseItem.BspInitDisabled, 1u << 2, 1)]
    [InlineData(FuseItem.ProtectBiosEnvironment, 1u << 3, 1)]
    [InlineData(FuseItem.EnforcementPolicy, 2u << 6, 2)]
    [InlineData(FuseItem.MeasuredBoot, 1u << 8, 1)]
    [InlineData(FuseItem.VerifiedBoot, 1u << 9, 1)]
    [InlineData(FuseItem.KeyManifestId, 9u << 22, 9)]
    [InlineData(FuseItem.BootGuardDisabled, 1u << 28, 1)]
    [InlineData(FuseItem.FpfDisabled, 1u << 29, 1)]
    [InlineData(FuseItem.FpfLock, 1u << 30, 1)]
    public void Each_field_of_HFSTS6_stands_alone(FuseItem item, uint word, int value)
    {
        FuseReport fuses = Of(Me(11, 8), new MeRegisters(Running, Hfsts6: word));

        Assert.Equal((uint)value, fuses[item].Value);
        Assert.All(fuses.Items.Where(f => f.Item != item && f.Item != FuseItem.Ptt), f => Assert.Equal(0u, f.Value));
    }

    [Theory]
    [InlineData(FuseItem.ForceBootGuardAcm, 1ul << 4)]
    [InlineData(FuseItem.MeasuredBoot, 1ul << 5)]
    [InlineData(FuseItem.VerifiedBoot, 1ul << 6)]
    [InlineData(FuseItem.Ptt, 3ul << 1)]
    public void Each_field_of_the_MSR_stands_alone(FuseItem item, ulong bits)
    {
        FuseReport fuses = Of(null, new(null), msr: 1ul << 32 | bits);

        Assert.Equal(1u, fuses[item].Value);
        Assert.All(fuses.Items.Where(f => f.Item != item && f.Value is not null), f => Assert.Equal(0u, f.Value));
    }

    [Fact]
    public void No_eviction_mode_goes_along_with_a_protected_environment_and_does_not_prove_it()
    {
        FuseState state = Of(null, new(null), msr: 1ul << 32 | 1)[FuseItem.ProtectBiosEnvironment];

        Assert.Null(state.Value);
        Assert.Equal(
            new FuseReading(FuseItem.ProtectBiosEnvironment, 1, FuseSource.Msr13A), Assert.Single(state.Readings));
    }

    [Theory]
    [InlineData(1ul << 32 | 1ul << 1, 0)] // TPM 1.2 is in use, so PTT is not
    [InlineData(1ul << 32 | 2ul << 1, 0)]
    [InlineData(1ul << 32, null)] // no TPM in use: PTT may still be there
    public void Another_TPM_in_use_excludes_PTT(ulong msr, int? expected) =>
        Assert.Equal((uint?)expected, Of(null, new(null), msr: msr)[FuseItem.Ptt].Value);

    [Theory]
    [InlineData(0x7Dul)] // the capability bit is missing: cut, or a processor without Boot Guard
    [InlineData(0ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x200000000ul)]
    [InlineData(0x100000100ul)]
    public void An_MSR_of_no_known_form_says_nothing_and_why(ulong msr)
    {
        FuseReport fuses = Of(Me(11, 0), new(null), msr: msr);

        Assert.All(fuses.Items, f => Assert.Empty(f.Readings));
        Assert.Contains("MSR 0x13A", Assert.Single(fuses.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Force Boot Guard ACM", "Enabled", FuseItem.ForceBootGuardAcm, 1)]
    [InlineData("CPU Debug Disabled", "Disabled", FuseItem.CpuDebugDisabled, 0)]
    [InlineData("BSP Initialization Disabled", "Enabled", FuseItem.BspInitDisabled, 1)]
    [InlineData("Protect BIOS Environment", "Enabled", FuseItem.ProtectBiosEnvironment, 1)]
    [InlineData("Enforcement Policy", "0x1", FuseItem.EnforcementPolicy, 1)]
    [InlineData("Measured Boot", "Disabled", FuseItem.MeasuredBoot, 0)]
    [InlineData("Verified Boot", "Enabled", FuseItem.VerifiedBoot, 1)]
    [InlineData("Key Manifest ID", "0xf", FuseItem.KeyManifestId, 15)]
    [InlineData("PTT", "Enabled", FuseItem.Ptt, 1)]
    public void The_FPF_column_of_MEInfo_decides_and_the_ME_column_does_not(
        string name, string value, FuseItem item, int expected)
    {
        FuseState burned = InColumns((name + ":").PadRight(40) + value)[item];
        FuseState wanted = InColumns((name + ":").PadRight(60) + value)[item];

        Assert.Equal((uint)expected, burned.Value);
        Assert.Equal(FuseSource.MeInfoFpf, Assert.Single(burned.Readings).Source);
        Assert.Null(wanted.Value);
        Assert.Equal(new FuseReading(item, (uint)expected, FuseSource.MeInfoMe), Assert.Single(wanted.Readings));
    }

    [Fact]
    public void Two_columns_that_differ_are_no_contradiction()
    {
        string line = "Verified Boot".PadRight(40) + "Disabled".PadRight(20) + "Enabled";

        FuseState state = InColumns(line)[FuseItem.VerifiedBoot];

        Assert.Equal(0u, state.Value);
        Assert.False(state.IsContradictory);
        Assert.Equal(2, state.Readings.Length);
    }

    [Theory]
    [InlineData("Verified Boot:                         Enabled")] // one column too far left
    [InlineData("Verified Boot:                                     Enabled")] // between the columns
    [InlineData("Verified Boot:                          Enabled             Enable")]
    [InlineData("Verified Boot:                          Enabled            Enabled")]
    [InlineData("Verified Boot:                          0x1")]
    [InlineData("Verified Boot:                          Not set")]
    [InlineData("Enforcement Policy:                     Enabled")]
    [InlineData("Enforcement Policy:                     0x4")]
    [InlineData("Key Manifest ID:                        0x10")]
    [InlineData("Verified boot:                          Enabled")]
    public void A_damaged_or_odd_line_of_MEInfo_says_nothing(string line) =>
        Assert.All(InColumns(line).Items, f => Assert.Empty(f.Readings));

    [Fact]
    public void Without_its_headings_a_column_cannot_be_told() =>
        Assert.Empty(HostText.Read("Verified Boot:                          Enabled\n").Fuses);

    [Theory]
    [InlineData("Measured boot        : ON\n", FuseItem.MeasuredBoot, 1)]
    [InlineData("Verified boot        : OFF\n", FuseItem.VerifiedBoot, 0)]
    [InlineData("FACB in FPFs         : ON\n", FuseItem.ForceBootGuardAcm, 1)]
    [InlineData("TPM type             : PTT\n", FuseItem.Ptt, 1)]
    [InlineData("TPM type             : TPM 1.2\n", FuseItem.Ptt, 0)]
    [InlineData("TPM type             : None\n", FuseItem.Ptt, null)]
    [InlineData("    Intel(R) Platform Trust Technology - PRESENT/DISABLED\n", FuseItem.Ptt, 0)]
    [InlineData("[DEBUG]  ME: CPU Debug Disabled          : YES\n", FuseItem.CpuDebugDisabled, 1)]
    [InlineData("ME: FPFs Committed              : NO\n", FuseItem.FpfLock, 0)]
    [InlineData("ME: FPF status              : fused\n", FuseItem.FpfLock, 1)]
    [InlineData("ME: FPF status              : unknown\n", FuseItem.FpfLock, null)]
    [InlineData("FPF and ME Config Status: Not committed\n", FuseItem.FpfLock, 0)]
    public void Words_of_other_programs_are_read(string line, FuseItem item, int? expected) =>
        Assert.Equal((uint?)expected, FuseReport.Of(null, HostText.Read(line))[item].Value);

    [Fact]
    public void Sources_that_contradict_each_other_are_shown_and_the_value_is_unknown()
    {
        HostFacts host = HostText.Read(HostTexts.Columns + "Verified Boot:".PadRight(40) + "Disabled\n") with
        {
            Registers = new MeRegisters(Running, Hfsts6: 1u << 9),
            BootGuardMsr = 1ul << 32 | 1ul << 6,
        };

        FuseState state = FuseReport.Of(Me(11, 6), host)[FuseItem.VerifiedBoot];

        Assert.Null(state.Value);
        Assert.True(state.IsContradictory);
        Assert.Equal(
            [FuseSource.Hfsts6, FuseSource.Msr13A, FuseSource.MeInfoFpf], state.Readings.Select(r => r.Source));
        Assert.Contains("contradict", state.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_report_of_one_board_agrees_in_all_its_sources()
    {
        FuseReport fuses = FuseReport.Of(Me(10, 0), HostTexts.Read(HostTexts.MeInfo, HostTexts.IntelMeTool));

        Assert.DoesNotContain(fuses.Items, f => f.IsContradictory);
        Assert.Equal([1u, 0u, 0u, 1u, 3u, 0u, 1u, 0xFu, 0u, 1u, 0u, 0u], fuses.Items.Select(f => f.Value));
    }

    [Fact]
    public void ME_18_hides_the_policy_and_shows_debug_and_BSP_in_HFSTS5()
    {
        FuseReport fuses = Of(Me(18, 0), new MeRegisters(Running, Hfsts5: 1u << 21, Hfsts6: 0x43C00EC9));

        Assert.Equal(
            [null, 1u, 0u, null, null, null, null, null, null, null, null, null], fuses.Items.Select(f => f.Value));
        Assert.Contains("ME 18.0", Assert.Single(fuses.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 1, "before Boot Guard")]
    [InlineData(8, 0, "before Boot Guard")]
    [InlineData(0, 0, "version")]
    public void HFSTS6_of_firmware_without_a_known_layout_is_not_used(int major, int minor, string reason)
    {
        FuseReport fuses = Of(major == 0 ? null : Me(major, minor), new MeRegisters(Running, Hfsts6: 0x03C00EC9));

        Assert.All(fuses.Items, f => Assert.Null(f.Value));
        Assert.Contains(reason, Assert.Single(fuses.Notes), StringComparison.Ordinal);
        Assert.Equal(major is 8 or 9, fuses.IsBeforeBootGuard);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    public void HFSTS6_counts_only_beside_an_HFSTS1_that_shows_a_device(uint? first) =>
        Assert.All(Of(Me(11, 0), new MeRegisters(first, Hfsts6: 0)).Items, f => Assert.Null(f.Value));

    [Theory]
    [InlineData(null)]
    [InlineData(uint.MaxValue)]
    public void An_HFSTS6_that_was_not_read_says_nothing(uint? sixth) =>
        Assert.All(Of(Me(11, 0), new MeRegisters(Running, Hfsts6: sixth)).Items, f => Assert.Null(f.Value));

    [Theory]
    [InlineData(0, "nothing")]
    [InlineData(1, "30 minutes")]
    [InlineData(2, "other")]
    [InlineData(3, "immediate")]
    public void The_policy_is_shown_raw_and_in_words(uint policy, string words)
    {
        FuseReport fuses = Of(Me(11, 0), new MeRegisters(Running, Hfsts6: policy << 6));

        string meaning = fuses[FuseItem.EnforcementPolicy].Meaning;

        Assert.StartsWith($"{policy}: ", meaning, StringComparison.Ordinal);
        Assert.Contains(words, meaning, StringComparison.Ordinal);
    }

    private static FuseReport InColumns(string line) =>
        FuseReport.Of(null, HostText.Read(HostTexts.Columns + line + "\n"));

    private static FuseReport Of(MeFirmware? me, MeRegisters registers, ulong? msr = null) =>
        FuseReport.Of(me, new HostFacts { Registers = registers, BootGuardMsr = msr });

    private static MeFirmware Me(int major, int minor)
    {
        MeFirmware me = TestImage.Gen2Region().Analyse().Me!;
        Manifest manifest = me.Code.Manifest with { Version = new MeVersion(major, minor, 0, 1000) };
        return me with { Code = me.Code with { Manifest = manifest } };
    }
}
