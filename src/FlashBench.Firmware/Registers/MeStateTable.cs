namespace FlashBench.Firmware.Registers;

/// <summary>States of an ME that register samples can show.</summary>
public enum MeStateKind
{
    /// <summary>No register evidence: hidden, disabled, dead or not read.</summary>
    NoEvidence,

    /// <summary>Server firmware: out of scope.</summary>
    ServerFirmware,

    /// <summary>Image failure with the shutdown watchdog armed.</summary>
    WatchdogArmed,

    /// <summary>CPU and PCH do not go together: shutdown expected.</summary>
    InvalidCpu,

    /// <summary>Halted for this boot by jumper or message: a service state.</summary>
    FlashOverride,

    /// <summary>Soft-disabled: the host can undo it.</summary>
    SoftDisabled,

    /// <summary>Disabled by AltMeDisable or HAP.</summary>
    DisabledByBit,

    /// <summary>Mode "debug" without the disable bit in flash, or a debug unit.</summary>
    DebugMode,

    /// <summary>Stopped in bring-up because its code was removed.</summary>
    NeutralizedByRemoval,

    /// <summary>Running normally.</summary>
    Running,

    /// <summary>On the way to another state, or hung.</summary>
    Transient,

    /// <summary>Partition table or bring-up module broken.</summary>
    ImageBroken,

    /// <summary>A combination that no rule lists.</summary>
    Unlisted,
}

/// <summary>How far a decision can be trusted.</summary>
public enum EvidenceStrength
{
    /// <summary>Proves nothing by itself.</summary>
    Weak,

    /// <summary>Good together with a matching image.</summary>
    Medium,

    /// <summary>Good by itself.</summary>
    Strong,
}

/// <summary>What a register sample means.</summary>
/// <param name="Kind">The state.</param>
/// <param name="Strength">How far it can be trusted.</param>
/// <param name="Sentence">One sentence for people, without a full stop.</param>
public sealed record MeState(MeStateKind Kind, EvidenceStrength Strength, string Sentence);

/// <summary>The decision table from registers to states.</summary>
/// <remarks>Source: the project's ME reference, section 3.6; rules apply from the top, the first match decides. Being
/// conclusive about a running ME needs its answer over MEI as well, which registers cannot give.</remarks>
public static class MeStateTable
{
    /// <summary>Decides what a sample shows.</summary>
    /// <param name="registers">The sample.</param>
    /// <param name="generation">Generation of the firmware in the flash; null when it is unknown: then no phase is
    /// read that depends on it.</param>
    /// <param name="disableBitSet">Whether the disable bit is set in the flash; null when that is unknown.</param>
    public static MeState Decide(MeRegisters registers, MeGeneration? generation, bool? disableBitSet)
    {
        ArgumentNullException.ThrowIfNull(registers);
        if (registers.Status1 is not { } status)
        {
            return new(MeStateKind.NoEvidence, EvidenceStrength.Weak,
                registers.Hfsts1 is null ? "HFSTS1 was not read" : "HFSTS1 shows no device, which proves nothing");
        }

        return Overridden(status, disableBitSet) ?? Active(status, registers.Status2(generation)) ??
            new(MeStateKind.Unlisted, EvidenceStrength.Weak, $"no rule lists {status}");
    }

    // The rows that operation modes decide, and the two working states that come before them.
    private static MeState? Overridden(Hfsts1 status, bool? bitSet) => status switch
    {
        { OperationMode: 15 } => new(MeStateKind.ServerFirmware, EvidenceStrength.Strong,
            "server firmware (SPS) is out of scope"),
        { WorkingState: 6 } => new(MeStateKind.WatchdogArmed, EvidenceStrength.Strong,
            "image failure, and the shutdown watchdog is armed"),
        { WorkingState: 8 } => new(MeStateKind.InvalidCpu, EvidenceStrength.Strong,
            "CPU and PCH do not go together; a shutdown after 30 minutes is expected"),
        { OperationMode: 4 or 5 } => new(MeStateKind.FlashOverride, EvidenceStrength.Strong,
            "halted for this boot only, by flash override"),
        { OperationMode: 3 } => new(MeStateKind.SoftDisabled, EvidenceStrength.Strong,
            "soft temporary disable, which the host can undo"),
        { OperationMode: 2, InitComplete: false, ErrorCode: 0 or 2 } => HaltedByBit(bitSet),
        { OperationMode: 7 } => new(MeStateKind.DebugMode, EvidenceStrength.Strong, "enhanced debug: a debug unit"),
        _ => null,
    };

    private static MeState HaltedByBit(bool? bitSet) => bitSet switch
    {
        true => new(MeStateKind.DisabledByBit, EvidenceStrength.Strong, "disabled by AltMeDisable or HAP"),
        false => new(MeStateKind.DebugMode, EvidenceStrength.Weak,
            "mode 2, but the disable bit is not set in the flash: debug mode"),
        null => new(MeStateKind.DisabledByBit, EvidenceStrength.Medium,
            "mode 2: disabled by AltMeDisable or HAP if that bit is set in the flash"),
    };

    private static MeState? Active(Hfsts1 status, Hfsts2? second) => status switch
    {
        { OperationMode: 0, WorkingState: 2, ErrorCode: 3, InitComplete: false }
            when second is { Phase: MePhase.Bringup } => new(MeStateKind.NeutralizedByRemoval, EvidenceStrength.Medium,
                "stopped in bring-up with image failure: neutralized by removal"),
        { OperationMode: 0, WorkingState: 5, InitComplete: true } => new(MeStateKind.Running, EvidenceStrength.Strong,
            "the ME is running normally"),
        { OperationMode: 0, WorkingState: 0 or 1 or 7, InitComplete: false } => new(
            MeStateKind.Transient, EvidenceStrength.Weak, $"{status.WorkingStateName}: in transition or hung"),
        { PartitionTableBad: true } => new(MeStateKind.ImageBroken, EvidenceStrength.Strong,
            "the ME finds its partition table bad"),
        { BringupLoadFailure: true } => new(MeStateKind.ImageBroken, EvidenceStrength.Strong,
            "the ME could not load its bring-up module"),
        _ => null,
    };
}
