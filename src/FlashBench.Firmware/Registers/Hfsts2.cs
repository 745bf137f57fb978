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
/// <param name="Generation">Generation of the firmware, because the phase numbers changed with ME 11; null when it is
/// unknown: then only the phases that both numberings share are named.</param>
/// <remarks>Source: me-firmware, section 3.2; S-15, S-16.</remarks>
public readonly record struct Hfsts2(uint Raw, MeGeneration? Generation)
{
    /// <summary>Bit 0, NFTP could not be loaded (later firmware: a built-in self test runs).</summary>
    public bool NftpLoadFailure => Bit(0);

    /// <summary>Bits 2:1, progress of the clock controller's programming (ICC).</summary>
    public int ClockProgramming => (int)(Raw >> 1 & 0x3);

    /// <summary>Bit 3, the host is asked to start MEBx.</summary>
    public bool InvokeMebx => Bit(3);

    /// <summary>Bit 4, the CPU was replaced; says something only with <see cref="CpuReplacementValid"/>.</summary>
    public bool CpuReplaced => Bit(4);

    /// <summary>Bit 5, the ME-to-BIOS payload is ready.</summary>
    public bool MbpReady => Bit(5);

    /// <summary>Bit 6, the MFS file system failed.</summary>
    public bool FileSystemFailure => Bit(6);

    /// <summary>Bit 7, a warm reset is requested.</summary>
    public bool WarmResetRequested => Bit(7);

    /// <summary>Bit 8, <see cref="CpuReplaced"/> is valid.</summary>
    public bool CpuReplacementValid => Bit(8);

    /// <summary>Bit 9, low power state.</summary>
    public bool LowPower => Bit(9);

    /// <summary>Bit 12, forced safe boot.</summary>
    public bool ForcedSafeBoot => Bit(12);

    /// <summary>Bits 23:16, the state inside the phase; 0x32 in bring-up is the kernel load.</summary>
    public int State => (int)(Raw >> 16 & 0xFF);

    /// <summary>Bits 27:24, the power management event.</summary>
    public int PowerEvent => (int)(Raw >> 24 & 0xF);

    /// <summary>Bits 31:28, the phase.</summary>
    public MePhase Phase => (Raw >> 28, Generation) switch
    {
        (0, _) => MePhase.Rom,
        (1, MeGeneration.One or MeGeneration.Two) => MePhase.Bringup,
        (2, _) => MePhase.Kernel,
        (3, MeGeneration.Three) => MePhase.Bringup,
        (3, MeGeneration.One or MeGeneration.Two) => MePhase.Policy,
        (4, MeGeneration.One or MeGeneration.Two) => MePhase.ModuleLoading,
        (6, _) => MePhase.HostCommunication,
        _ => MePhase.Unlisted,
    };

    /// <summary>Power management event in words.</summary>
    public string PowerEventName => PowerEvent switch
    {
        0 => "clean Moff to Mx",
        2 => "clean global reset",
        3 => "global reset after an error",
        5 => "reset by exception",
        6 => "pseudo-global reset",
        9 => "non-power-cycle reset",
        10 or 11 => "power-cycle reset",
        var other => $"unlisted ({other})",
    };

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X8}: phase {Phase}, state 0x{State:X2}, power event {PowerEvent:X}";

    private bool Bit(int number) => (Raw >> number & 1) != 0;
}
