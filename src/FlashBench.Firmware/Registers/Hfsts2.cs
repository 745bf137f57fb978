namespace FlashBench.Firmware.Registers;

/// <summary>How far the ME came.</summary>
public enum MePhase
{
    /// <summary>ROM.</summary>
    Rom,

    /// <summary>Bring-up module.</summary>
    Bringup,

    /// <summary>Micro kernel.</summary>
    Kernel,

    /// <summary>Policy module.</summary>
    Policy,

    /// <summary>Loading of modules.</summary>
    ModuleLoading,

    /// <summary>Talking with the host.</summary>
    HostCommunication,

    /// <summary>A number without a known meaning.</summary>
    Unlisted,
}

/// <summary>Fields of HFSTS2, the ME's second host firmware status register.</summary>
/// <param name="Raw">The register as read.</param>
/// <param name="Generation">Generation of the firmware: the phase numbers changed with ME 11.</param>
public readonly record struct Hfsts2(uint Raw, MeGeneration Generation)
{
    /// <summary>Bits 27:24, the power management event.</summary>
    public int PowerEvent => (int)(Raw >> 24 & 0xF);

    /// <summary>Bits 23:16, the state inside the phase; 0x32 in bring-up is the kernel load.</summary>
    public int State => (int)(Raw >> 16 & 0xFF);

    /// <summary>Bit 6, the MFS file system failed.</summary>
    public bool FileSystemFailure => (Raw >> 6 & 1) != 0;

    /// <summary>Bits 31:28, the phase.</summary>
    public MePhase Phase => (Raw >> 28, Generation) switch
    {
        (0, _) => MePhase.Rom,
        (1, not MeGeneration.Three) => MePhase.Bringup,
        (2, _) => MePhase.Kernel,
        (3, MeGeneration.Three) => MePhase.Bringup,
        (3, _) => MePhase.Policy,
        (4, not MeGeneration.Three) => MePhase.ModuleLoading,
        (6, _) => MePhase.HostCommunication,
        _ => MePhase.Unlisted,
    };

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X8}: phase {Phase}, state 0x{State:X2}, power event {PowerEvent:X}";
}
