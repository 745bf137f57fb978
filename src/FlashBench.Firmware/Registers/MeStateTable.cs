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

    /// <summary>Leaves no doubt.</summary>
    Conclusive,
}

/// <summary>What a register sample means.</summary>
/// <param name="Kind">The state.</param>
/// <param name="Strength">How far it can be trusted.</param>
/// <param name="Sentence">One sentence for people.</param>
public sealed record MeState(MeStateKind Kind, EvidenceStrength Strength, string Sentence);

/// <summary>The decision table from registers to states.</summary>
/// <remarks>Source: the project's ME reference, section 3.6; rules apply from the top, the first match decides.</remarks>
public static class MeStateTable
{
    /// <summary>Decides what a sample shows.</summary>
    /// <param name="registers">The sample.</param>
    /// <param name="generation">Generation of the firmware in the flash.</param>
    /// <param name="disableBitSet">Whether the disable bit is set in the flash; null when that is unknown.</param>
    public static MeState Decide(MeRegisters registers, MeGeneration generation, bool? disableBitSet) =>
        throw new NotImplementedException();
}
