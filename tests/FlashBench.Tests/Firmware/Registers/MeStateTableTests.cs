using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Registers;

public class MeStateTableTests
{
    private const MeGeneration Two = MeGeneration.Two, Three = MeGeneration.Three;

    // Values from public reports; the project's ME reference, section 3.5, and bench reference, section 5.2.
    [Theory]
    [InlineData(0x1E000255u, 0x66002306u, Two, false, MeStateKind.Running)] // normal, Broadwell
    [InlineData(0x1E000245u, 0x66002306u, Two, false, MeStateKind.Running)] // before cleaning
    [InlineData(0x1E003052u, 0x1632017Au, Two, false, MeStateKind.NeutralizedByRemoval)] // cleaned, no bit
    [InlineData(0x1E020191u, 0x160A0100u, Two, true, MeStateKind.DisabledByBit)] // AltMeDisable
    [InlineData(0x80022004u, 0x304D0116u, Three, true, MeStateKind.DisabledByBit)] // HAP, ME 11
    [InlineData(0x80022054u, 0x32284110u, Three, true, MeStateKind.DisabledByBit)] // HAP, Meteor Lake
    [InlineData(0x00003006u, 0x80040000u, Two, false, MeStateKind.WatchdogArmed)]
    [InlineData(0x000F0382u, 0x90409008u, Two, false, MeStateKind.ServerFirmware)]
    public void Reported_values_are_decided_as_their_reports_say(
        uint hfsts1, uint hfsts2, MeGeneration generation, bool bitSet, MeStateKind expected) =>
        Assert.Equal(expected, Decide(hfsts1, hfsts2, generation, bitSet).Kind);

    [Theory] // made of fields, one for each row of the table that no report covers
    [InlineData(0x00000245u, Three, MeStateKind.Running, EvidenceStrength.Strong)] // 5 1 0 0 with init complete
    [InlineData(0x00032044u, Three, MeStateKind.SoftDisabled, EvidenceStrength.Strong)] // 4 1 3 2
    [InlineData(0x00000008u, Two, MeStateKind.InvalidCpu, EvidenceStrength.Strong)]
    [InlineData(0x00040005u, Two, MeStateKind.FlashOverride, EvidenceStrength.Strong)]
    [InlineData(0x00050205u, Two, MeStateKind.FlashOverride, EvidenceStrength.Strong)]
    [InlineData(0x00070005u, Two, MeStateKind.DebugMode, EvidenceStrength.Strong)]
    [InlineData(0x00000001u, Two, MeStateKind.Transient, EvidenceStrength.Weak)]
    [InlineData(0x00000040u, Two, MeStateKind.Transient, EvidenceStrength.Weak)]
    [InlineData(0x00000007u, Two, MeStateKind.Transient, EvidenceStrength.Weak)]
    [InlineData(0x00000022u, Two, MeStateKind.ImageBroken, EvidenceStrength.Strong)]
    [InlineData(0x00000402u, Two, MeStateKind.ImageBroken, EvidenceStrength.Strong)]
    [InlineData(0x00000003u, Two, MeStateKind.Unlisted, EvidenceStrength.Weak)]
    [InlineData(0x00000005u, Two, MeStateKind.Unlisted, EvidenceStrength.Weak)] // normal, but not yet complete
    [InlineData(0x00023204u, Two, MeStateKind.Unlisted, EvidenceStrength.Weak)] // mode 2, yet complete and failed
    public void Each_row_decides_its_state(
        uint hfsts1, MeGeneration generation, MeStateKind expected, EvidenceStrength strength)
    {
        MeState state = Decide(hfsts1, null, generation, true);

        Assert.Equal((expected, strength), (state.Kind, state.Strength));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    public void Registers_that_show_no_device_prove_nothing(uint? hfsts1)
    {
        MeState state = Decide(hfsts1, hfsts1, Two, true);

        Assert.Equal((MeStateKind.NoEvidence, EvidenceStrength.Weak), (state.Kind, state.Strength));
    }

    [Theory] // mode 2 without the bit in flash is a debug mode
    [InlineData(true, MeStateKind.DisabledByBit, EvidenceStrength.Strong)]
    [InlineData(null, MeStateKind.DisabledByBit, EvidenceStrength.Medium)]
    [InlineData(false, MeStateKind.DebugMode, EvidenceStrength.Weak)]
    public void Mode_2_is_strong_only_with_the_bit_in_flash(bool? bitSet, MeStateKind kind, EvidenceStrength strength)
    {
        MeState state = Decide(0x80022004, 0x304D0116, Three, bitSet);

        Assert.Equal((kind, strength), (state.Kind, state.Strength));
    }

    [Theory] // the same error code as the good case; only working state and phase tell them apart
    [InlineData(0x1E003052u, null)]
    [InlineData(0x1E003052u, 0x6632017Au)] // host communication
    [InlineData(0x1E003252u, 0x1632017Au)] // init complete
    [InlineData(0x1E001052u, 0x1632017Au)] // another error
    public void A_removed_ME_is_recognised_by_its_whole_signature_only(uint hfsts1, uint? hfsts2) =>
        Assert.NotEqual(MeStateKind.NeutralizedByRemoval, Decide(hfsts1, hfsts2, Two, null).Kind);

    [Fact]
    public void An_armed_watchdog_comes_before_every_operation_mode_but_the_servers() =>
        Assert.Equal(MeStateKind.WatchdogArmed, Decide(0x00023006, null, Two, true).Kind);

    [Theory]
    [InlineData(0x16320000u, Two, MePhase.Bringup)]
    [InlineData(0x304D0000u, Two, MePhase.Policy)]
    [InlineData(0x304D0000u, Three, MePhase.Bringup)]
    [InlineData(0x16320000u, Three, MePhase.Unlisted)]
    [InlineData(0x20000000u, Three, MePhase.Kernel)]
    [InlineData(0x40000000u, Two, MePhase.ModuleLoading)]
    [InlineData(0x66002306u, Two, MePhase.HostCommunication)]
    [InlineData(0x00000001u, Two, MePhase.Rom)]
    public void Phase_numbers_changed_with_ME_11(uint raw, MeGeneration generation, MePhase expected) =>
        Assert.Equal(expected, new Hfsts2(raw, generation).Phase);

    [Fact]
    public void The_fields_of_the_first_register_are_where_coreboot_has_them()
    {
        var status = new Hfsts1(0x1E533E72);

        Assert.Equal((2, 1, 3), (status.WorkingState, status.OperationState, status.ErrorCode));
        Assert.Equal((3, 5), (status.OperationMode, status.ResetCount));
        Assert.Equal((true, true, true, true, true), (status.ManufacturingMode, status.PartitionTableBad,
            status.InitComplete, status.BringupLoadFailure, status.UpdateInProgress));
    }

    [Fact]
    public void Every_value_of_both_registers_is_decided()
    {
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            MeState state = Decide((uint)random.NextInt64(1L << 32), (uint)random.NextInt64(1L << 32), Two, i % 2 == 0);
            Assert.NotEmpty(state.Sentence);
        }
    }

    private static MeState Decide(uint? hfsts1, uint? hfsts2, MeGeneration generation, bool? bitSet) =>
        MeStateTable.Decide(new MeRegisters(hfsts1, hfsts2), generation, bitSet);
}
